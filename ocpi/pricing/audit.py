"""`audit`: everything that can be said against a CDR without asking anybody. Pure, and it never raises.

The CDR is read, priced anew and checked by subject. Where the total is not ours, it is priced under the
other readings of the rules, and the one that reproduces the partner's figure is named.
Spec: 2.3.0 mod_cdrs, mod_tariffs; the checks of hubs and clearing houses.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.checks.amounts import check_amounts
from ocpi.pricing.checks.identity import check_identity
from ocpi.pricing.checks.periods import check_periods
from ocpi.pricing.checks.prices import TOTAL, agree, check_prices, our_sides
from ocpi.pricing.checks.signed import check_signed
from ocpi.pricing.checks.tariffs import check_tariffs
from ocpi.pricing.checks.times import check_times
from ocpi.pricing.credit import check_credit
from ocpi.pricing.engine import Walked, price, settled, walked
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.known import Known, zone_of
from ocpi.pricing.notes import Code, Note
from ocpi.pricing.opening import NotJson
from ocpi.pricing.periods import Periods
from ocpi.pricing.read_cdr import ReadCdr, opened, read_wire
from ocpi.pricing.readings import READINGS, Reading
from ocpi.pricing.subject import Subject, money_sides
from ocpi.pricing.wire import WireCdr
from ocpi.pricing.zones import Zone, ZoneSource

Given = bytes | Mapping[str, Any]
_NOTHING_KNOWN: Final = Known()
_UTC: Final = Zone.named("UTC", ZoneSource.ASSUMED)
_CHECKS: Final = (
    check_identity,
    check_times,
    check_periods,
    check_amounts,
    check_tariffs,
    check_prices,
    check_signed,
    check_credit,
)


class Audit(NamedTuple):
    """The verdict on a CDR. `reading` is the other reading of the rules that reproduces a differing total."""

    cdr: ReadCdr | None
    breakdown: Breakdown | None
    findings: tuple[Finding, ...]
    reading: Reading | None = None

    @property
    def is_clean(self) -> bool:
        """No error: it may be paid."""
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


def audit(cdr: Given, known: Known = _NOTHING_KNOWN) -> tuple[Finding, ...]:
    """What is wrong or doubtful about a CDR, as text or as a decoded document."""
    return examine(cdr, known).findings


def examine(cdr: Given, known: Known = _NOTHING_KNOWN) -> Audit:
    """The findings together with what they rest on."""
    return examine_all([cdr], known)[0]


def examine_all(cdrs: Sequence[Given], known: Known = _NOTHING_KNOWN) -> list[Audit]:
    """A verdict on each CDR, in order.

    The work is done step by step for all of them, which keeps the processor in the same small loop: some
    hundred at a time take a third less than one by one.
    """
    shells = [_opened(cdr) for cdr in cdrs]
    reads = [read_wire(*each, known.version, known.policy) for each in shells if not isinstance(each, Audit)]
    walks = [_walk(read, known) for read in reads]
    priced = [_as_it_ended(settled(walk), read, known) for walk, read in zip(walks, reads, strict=True)]
    subjects = [Subject(read, found, known) for read, found in zip(reads, priced, strict=True)]
    for check in _CHECKS:
        for subject in subjects:
            check(subject)
    verdicts = map(_verdict, subjects)
    return [each if isinstance(each, Audit) else next(verdicts) for each in shells]


def _opened(cdr: Given) -> tuple[WireCdr, list[Finding]] | Audit:
    try:
        return opened(cdr)
    except NotJson as error:
        return Audit(None, None, (Finding("not_json", Severity.ERROR, "", "JSON", str(error)),))


def _walk(read: ReadCdr, known: Known) -> Walked:
    zone = known.zone or zone_of(read.country, known) or _UTC
    return walked(_with_known(read.periods, known), read.tariffs or known.tariffs, zone, known.policy)


def _as_it_ended(found: Breakdown, read: ReadCdr, known: Known) -> Breakdown:
    """An unused reservation was cancelled or has expired: if anything tells which, its total does."""
    if Note(Code.RESERVATION_OUTCOME_UNKNOWN) not in found.notes or known.reservation_expired is not None:
        return found
    expired = found.periods._replace(reservation_expired=True)
    other = price(expired, read.tariffs or known.tariffs, found.zone, found.policy)
    return other if _explains(other, read.wire, known) and not _explains(found, read.wire, known) else found


def _explains(found: Breakdown, wire: WireCdr, known: Known) -> bool:
    """Whether this comes to the total that the partner stated."""
    sign = -1 if wire.credit else 1
    return agree(our_sides(found, TOTAL, sign), money_sides(wire.total_cost), known.tolerance)


def _verdict(subject: Subject) -> Audit:
    findings = subject.findings
    reading = None
    if any(finding.code == "total_cost_differs" for finding in findings):
        reading = _reproducing(subject)
        findings = [_explained(finding, reading) for finding in findings]
    return Audit(subject.cdr, subject.found, tuple(findings), reading)


def _with_known(periods: Periods, known: Known) -> Periods:
    """The two facts that no field of a CDR carries."""
    if known.tariff_type is None and known.reservation_expired is None:
        return periods
    expired = periods.reservation_expired if known.reservation_expired is None else known.reservation_expired
    return periods._replace(tariff_type=known.tariff_type, reservation_expired=expired)


def _reproducing(subject: Subject) -> Reading | None:
    """The reading under which our total is the partner's."""
    found, tariffs = subject.found, subject.cdr.tariffs or subject.known.tariffs
    for reading in READINGS:
        other = price(found.periods, tariffs, found.zone, reading.applied_to(found.policy))
        if _explains(other, subject.wire, subject.known):
            return reading
    return None


def _explained(finding: Finding, reading: Reading | None) -> Finding:
    if finding.code != "total_cost_differs":
        return finding
    return finding._replace(
        reason=str(reading) if reading is not None else "no other reading gives this total"
    )
