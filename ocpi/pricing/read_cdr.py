"""A CDR of any version as what `price` needs: its periods, its tariffs, its currency.

Nothing raises but a text that is no JSON; what cannot be read is left out and is a finding. Tariffs that
were read before, byte for byte, are not read again.
Spec: 2.3.0 mod_cdrs, CDR object; 2.2.1 and 2.1.1 likewise.
"""

from collections import OrderedDict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ocpi.pricing import instants
from ocpi.pricing.findings import Finding, Severity, shown
from ocpi.pricing.lints.fields import lint_fields
from ocpi.pricing.opening import NotJson, convert_cdr, decode, decode_cdr
from ocpi.pricing.periods import Periods
from ocpi.pricing.policy import DEFAULT, Policy
from ocpi.pricing.read_periods import read_periods
from ocpi.pricing.read_tariff import Version, read_tariff
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.wire import WireCdr

CODE: Final = "cdr_unreadable"
_Tariffs = tuple[tuple[Tariff, ...], tuple[Finding, ...]]


class ReadCdr(NamedTuple):
    """What `price` needs of a CDR, the CDR itself, and what could not be read of it."""

    version: Version
    wire: WireCdr
    periods: Periods
    tariffs: tuple[Tariff, ...]
    is_ordered: bool
    findings: tuple[Finding, ...]

    @property
    def currency(self) -> str:
        return (self.wire.currency or "").upper()

    @property
    def country(self) -> str:
        """Of the location, as written: alpha-3 by the specification, alpha-2 in many CDRs."""
        place = self.wire.cdr_location or self.wire.location
        return (place.country or "").upper() if place is not None else ""


def read_cdr(
    given: bytes | Mapping[str, Any], version: Version | None = None, policy: Policy = DEFAULT
) -> ReadCdr:
    """A CDR as text or as a decoded document; its version is guessed unless it is told.

    Raises NotJson for a text that is none.
    """
    return read_wire(*opened(given), version, policy)


def opened(given: bytes | Mapping[str, Any]) -> tuple[WireCdr, list[Finding]]:
    """The shell of a CDR, and what did not fit into it. Raises NotJson."""
    return decode_cdr(given) if isinstance(given, bytes) else convert_cdr(given)


def read_wire(
    wire: WireCdr, findings: list[Finding], version: Version | None = None, policy: Policy = DEFAULT
) -> ReadCdr:
    """What is in the shell, as plain values."""
    if version is None:
        version = guessed_version(wire)
    start = _instant(wire.start_date_time, "/start_date_time", findings)
    end = _instant(wire.end_date_time, "/end_date_time", findings)
    if wire.charging_periods is None:
        findings.append(Finding(CODE, Severity.ERROR, "/charging_periods", "a list", None))
    items, is_ordered = read_periods(wire.charging_periods or (), end or start or 0, policy, findings)
    if start is None:
        start = items[0].start if items else 0
    if end is None:
        end = items[-1].end if items else start
    tariffs, problems = _KNOWN.read(bytes(wire.tariffs), version)
    findings.extend(problems)
    expired = bool(items) and items[-1].is_reservation and _is_expired(wire)
    periods = Periods(start, end, items, None, expired)
    return ReadCdr(version, wire, periods, tariffs, is_ordered, tuple(findings))


def _instant(given: str | None, pointer: str, findings: list[Finding]) -> int | None:
    try:
        return instants.parse(given or "")
    except instants.InstantRefused:
        findings.append(Finding(CODE, Severity.ERROR, pointer, "a DateTime", given and shown(given)))
        return None


class KnownTariffs:
    """Lists of tariffs by their very bytes; the same bytes are the same tariffs, whoever sent them."""

    def __init__(self, most: int = 2048, longest: int = 200_000) -> None:
        self._most = most
        self._longest = longest
        self._kept: OrderedDict[tuple[bytes, Version], _Tariffs] = OrderedDict()

    def read(self, text: bytes, version: Version) -> _Tariffs:
        found = self._kept.get((text, version))
        if found is not None:
            return found
        found = _read_tariffs(text, version)
        if len(text) <= self._longest:
            self._kept[text, version] = found
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found


_KNOWN: Final = KnownTariffs()


def _read_tariffs(text: bytes, version: Version) -> _Tariffs:
    try:
        raws = decode(text) if text else None
    except NotJson:
        raws = text.decode(errors="replace")
    if raws is None:
        return (), ()
    if not isinstance(raws, list):
        return (), (Finding(CODE, Severity.ERROR, "/tariffs", "a list", shown(raws)),)
    read = [read_tariff(raw, version, f"/tariffs/{index}") for index, raw in enumerate(raws)]
    tariffs = tuple(tariff for tariff, _ in read if tariff is not None)
    findings = [finding for _, found in read for finding in found]
    for index, raw in enumerate(raws):
        findings.extend(lint_fields(raw, f"/tariffs/{index}"))
    return tariffs, tuple(findings)


def guessed_version(wire: WireCdr) -> Version:
    """What the shape of a CDR says about its version; 2.2.1 where it says nothing."""
    total = wire.total_cost
    if isinstance(total, Decimal) or (total is None and wire.auth_id is not None):
        return Version.V2_1_1
    if total is not None and total.before_taxes is not None:
        return Version.V2_3_0
    return Version.V2_2_1


def _is_expired(wire: WireCdr) -> bool:
    """The bookings extension of 2.3.0 says so by a dimension; the core specification cannot."""
    for period in wire.charging_periods or ():
        for dimension in period.dimensions or ():
            if dimension.type == "RESERVATION_EXPIRES":
                return True
    return False
