"""CDR. Spec: mod_cdrs; cases C-104, C-107, C-109, C-110, C-116."""

from collections.abc import Iterator
from itertools import pairwise

from schemas.rules.rule import Rules, ends_before_it_begins
from schemas.v2_1_1 import cdrs as cdrs_2_1_1
from schemas.v2_2_1 import cdrs as cdrs_2_2_1
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.enums import CdrDimensionType
from schemas.validation import Violation

rules = Rules()

_ORDINARY_ID = 36
_OF_RUNNING_SESSIONS = frozenset(
    {
        CdrDimensionType.CURRENT,
        CdrDimensionType.ENERGY_EXPORT,
        CdrDimensionType.ENERGY_IMPORT,
        CdrDimensionType.POWER,
        CdrDimensionType.STATE_OF_CHARGE,
    }
)

AnyCDR = CDR | cdrs_2_2_1.CDR | cdrs_2_1_1.CDR


@rules.about(CDR, cdrs_2_2_1.CDR)
def a_cdr_ends_after_it_begins(cdr: CDR | cdrs_2_2_1.CDR) -> Iterator[Violation]:
    if ends_before_it_begins(cdr.start_date_time, cdr.end_date_time):
        yield Violation("/end_date_time", "order", "must not be before start_date_time")


@rules.about(CDR, cdrs_2_2_1.CDR, cdrs_2_1_1.CDR)
def periods_follow_each_other(cdr: AnyCDR) -> Iterator[Violation]:
    starts = [period.start_date_time for period in cdr.charging_periods]
    for index, (earlier, later) in enumerate(pairwise(starts), start=1):
        if later < earlier:
            at = f"/charging_periods/{index}/start_date_time"
            yield Violation(at, "order", "must not be before the period ahead of it")


@rules.about(CDR, cdrs_2_2_1.CDR)
def only_sessions_tell_moments(cdr: CDR | cdrs_2_2_1.CDR) -> Iterator[Violation]:
    for number, period in enumerate(cdr.charging_periods):
        for index, dimension in enumerate(period.dimensions):
            if dimension.type in _OF_RUNNING_SESSIONS:
                at = f"/charging_periods/{number}/dimensions/{index}/type"
                yield Violation(at, "session_only", f"{dimension.type} belongs to Sessions, not to a CDR")


@rules.about(CDR, cdrs_2_2_1.CDR)
def periods_name_tariffs_of_the_cdr(cdr: CDR | cdrs_2_2_1.CDR) -> Iterator[Violation]:
    known = {tariff.id for tariff in cdr.tariffs}
    for index, period in enumerate(cdr.charging_periods):
        if period.tariff_id is not None and period.tariff_id not in known:
            at = f"/charging_periods/{index}/tariff_id"
            yield Violation(at, "reference", f"{period.tariff_id} is no Tariff of this CDR")


@rules.about(CDR, cdrs_2_2_1.CDR)
def a_credit_names_what_it_credits(cdr: CDR | cdrs_2_2_1.CDR) -> Iterator[Violation]:
    if cdr.credit and cdr.credit_reference_id is None:
        yield Violation("/credit_reference_id", "incomplete", "is required in a credit CDR")
    if not cdr.credit and cdr.credit_reference_id is not None:
        yield Violation("/credit_reference_id", "contradiction", "is only for credit CDRs")
    if cdr.credit and cdr.credit_reference_id == cdr.id:
        yield Violation("/id", "unique", "must differ from the CDR that is credited")


@rules.about(CDR)
def a_credit_gives_back(cdr: CDR) -> Iterator[Violation]:
    if cdr.credit and cdr.total_cost.before_taxes > 0:
        yield Violation("/total_cost/before_taxes", "range", "must not be positive in a credit CDR")


@rules.about(cdrs_2_2_1.CDR)
def a_credit_gives_back_without_vat(cdr: cdrs_2_2_1.CDR) -> Iterator[Violation]:
    if cdr.credit and cdr.total_cost.excl_vat > 0:
        yield Violation("/total_cost/excl_vat", "range", "must not be positive in a credit CDR")


@rules.about(CDR, cdrs_2_2_1.CDR)
def only_credits_have_long_ids(cdr: CDR | cdrs_2_2_1.CDR) -> Iterator[Violation]:
    if not cdr.credit and len(cdr.id) > _ORDINARY_ID:
        yield Violation("/id", "length", "may be longer than 36 characters only in a credit CDR")


@rules.about(CDR, cdrs_2_2_1.CDR, cdrs_2_1_1.CDR)
def parking_is_part_of_the_time(cdr: AnyCDR) -> Iterator[Violation]:
    if cdr.total_parking_time is not None and cdr.total_parking_time > cdr.total_time:
        yield Violation("/total_parking_time", "range", "is part of total_time and cannot exceed it")
