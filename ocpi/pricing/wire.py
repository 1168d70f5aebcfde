"""Tariffs and CDRs as they come over the wire: typed shells, every field optional, numbers as Decimals.

A document that fits is decoded straight into them. One that does not fit is mended: what fits is kept, what
does not is left out and is a finding with its pointer. All three OCPI versions share one shape; a Price has
the fields of 2.2.1 and of 2.3.0, and is a plain number in 2.1.1.
Spec: 2.3.0 mod_cdrs, mod_tariffs; 2.2.1 and 2.1.1 likewise.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec

from ocpi.pricing.findings import Finding, Severity, shown

W = TypeVar("W", bound=msgspec.Struct)


class WireTax(msgspec.Struct, gc=False):
    """TaxAmount of 2.3.0."""

    name: str | None = None
    percentage: Decimal | None = None
    amount: Decimal | None = None


class WirePrice(msgspec.Struct, gc=False):
    """Price of 2.2.1 and 2.3.0, and PriceLimit."""

    excl_vat: Decimal | None = None
    incl_vat: Decimal | None = None
    before_taxes: Decimal | None = None
    after_taxes: Decimal | None = None
    taxes: list[WireTax] | None = None


class WireDimension(msgspec.Struct, gc=False):
    """CdrDimension."""

    type: str | None = None
    volume: Decimal | None = None


class WirePeriod(msgspec.Struct, gc=False):
    """ChargingPeriod."""

    start_date_time: str | None = None
    dimensions: list[WireDimension] | None = None
    tariff_id: str | None = None


class WireToken(msgspec.Struct, gc=False):
    """CdrToken."""

    uid: str | None = None
    contract_id: str | None = None


class WireLocation(msgspec.Struct, gc=False):
    """CdrLocation, and as much of the Location that a 2.1.1 CDR embeds."""

    id: str | None = None
    country: str | None = None
    evse_uid: str | None = None
    evse_id: str | None = None
    connector_id: str | None = None
    connector_power_type: str | None = None


class WireSignedValue(msgspec.Struct, gc=False):
    """SignedValue."""

    nature: str | None = None
    plain_data: str | None = None
    signed_data: str | None = None


class WireSignedData(msgspec.Struct, gc=False):
    """SignedData."""

    encoding_method: str | None = None
    signed_values: list[WireSignedValue] | None = None


class WireCdr(msgspec.Struct, gc=False):
    """What pricing and auditing read of a CDR. Tariffs stay bytes until they turn out to be unknown."""

    country_code: str | None = None
    party_id: str | None = None
    id: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    session_id: str | None = None
    cdr_token: WireToken | None = None
    auth_id: str | None = None
    authorization_reference: str | None = None
    cdr_location: WireLocation | None = None
    location: WireLocation | None = None
    currency: str | None = None
    tariffs: msgspec.Raw = msgspec.Raw()
    charging_periods: list[WirePeriod] | None = None
    signed_data: WireSignedData | None = None
    total_cost: WirePrice | Decimal | None = None
    total_fixed_cost: WirePrice | None = None
    total_energy: Decimal | None = None
    total_energy_cost: WirePrice | None = None
    total_time: Decimal | None = None
    total_time_cost: WirePrice | None = None
    total_parking_time: Decimal | None = None
    total_parking_cost: WirePrice | None = None
    total_reservation_cost: WirePrice | None = None
    credit: bool | None = None
    credit_reference_id: str | None = None
    last_updated: str | None = None


class WireRounding(msgspec.Struct, gc=False):
    """price_round and step_round, which one hub adds to components."""

    round_granularity: str | None = None
    round_rule: str | None = None


class WireComponent(msgspec.Struct, gc=False):
    """PriceComponent."""

    type: str | None = None
    price: Decimal | None = None
    vat: Decimal | None = None
    step_size: Decimal | None = None
    price_round: WireRounding | None = None
    step_round: WireRounding | None = None


class WireRestrictions(msgspec.Struct, gc=False):
    """TariffRestrictions."""

    start_time: str | None = None
    end_time: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_duration: Decimal | None = None
    max_duration: Decimal | None = None
    day_of_week: list[str] | None = None
    reservation: str | None = None


class WireElement(msgspec.Struct, gc=False):
    """TariffElement."""

    price_components: list[WireComponent] | None = None
    restrictions: WireRestrictions | None = None


class WireTariff(msgspec.Struct, gc=False):
    """Tariff."""

    country_code: str | None = None
    party_id: str | None = None
    id: str | None = None
    currency: str | None = None
    type: str | None = None
    min_price: WirePrice | None = None
    max_price: WirePrice | None = None
    elements: list[WireElement] | None = None
    tax_included: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    last_updated: str | None = None
    tariff_alt_url: str | None = None


class NotJson(ValueError):
    """The text is no JSON at all; nothing of it can be read."""


_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_CDR: Final = msgspec.json.Decoder(WireCdr)


def decode(body: bytes) -> Any:
    """Any JSON, with Decimals. Raises NotJson."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error


def decode_cdr(body: bytes) -> tuple[WireCdr, list[Finding]]:
    """The CDR in a text. Raises NotJson."""
    try:
        return _CDR.decode(body), []
    except msgspec.ValidationError:
        return convert_cdr(decode(body))
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error


def convert_cdr(raw: object) -> tuple[WireCdr, list[Finding]]:
    """The CDR in a decoded document."""
    if not isinstance(raw, dict):
        return WireCdr(), [Finding("cdr_unreadable", Severity.ERROR, "", "a CDR", shown(raw))]
    rest = {name: value for name, value in raw.items() if name != "tariffs"}
    found, findings = converted(rest, WireCdr, "", "cdr_unreadable")
    if raw.get("tariffs") is not None:
        found.tariffs = msgspec.Raw(_ENCODER.encode(raw["tariffs"]))
    return found, findings


def converted(raw: object, shell: type[W], pointer: str, code: str) -> tuple[W, list[Finding]]:
    """A decoded object in its shell, mended if it does not fit."""
    try:
        return msgspec.convert(raw, shell), []
    except (msgspec.ValidationError, RecursionError):
        findings: list[Finding] = []
        return _mended(raw, shell, pointer, findings, code), findings


def _mended(raw: object, shell: type[W], pointer: str, findings: list[Finding], code: str) -> W:
    if not isinstance(raw, dict):
        findings.append(Finding(code, Severity.ERROR, pointer, "an object", shown(raw)))
        return shell()
    found = shell()
    for field in msgspec.structs.fields(shell):
        given = raw.get(field.encode_name)
        if given is not None:
            value = _fitting(given, field.type, f"{pointer}/{field.encode_name}", findings, code)
            setattr(found, field.name, value)
    return found


def _fitting(given: object, kind: Any, pointer: str, findings: list[Finding], code: str) -> Any:
    try:
        return msgspec.convert(given, kind)
    except (msgspec.ValidationError, RecursionError):
        inner = next(_shells(kind), None)
        if inner is not None and isinstance(given, dict) and not _is_list(kind):
            return _mended(given, inner, pointer, findings, code)
        if inner is not None and isinstance(given, list) and _is_list(kind):
            return [_mended(each, inner, f"{pointer}/{at}", findings, code) for at, each in enumerate(given)]
        findings.append(Finding(code, Severity.ERROR, pointer, _expected(kind), shown(given)))
        return None


def _shells(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """The shells inside an optional, a union or a list."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for part in get_args(kind):
        yield from _shells(part)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list or any(_is_list(part) for part in get_args(kind))


_NAMES: Final = {Decimal: "a number", str: "a string", bool: "true or false"}


def _expected(kind: Any) -> str:
    if _is_list(kind):
        return "a list"
    return next((_NAMES[part] for part in get_args(kind) if part in _NAMES), "an object")
