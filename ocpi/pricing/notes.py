"""What the engine noticed while it priced: machine codes, the period and the dimension they concern.

A note never changes a figure. Warnings are for people; the rest says which reading was taken.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from ocpi.pricing.tariff import Dimension


class Code(StrEnum):
    """Stable codes; they may be stored and counted."""

    PERIOD_SPANS_PRICE_CHANGE = "period_spans_price_change"
    ENERGY_UNIT_SUSPECT = "energy_unit_suspect"
    INCL_BELOW_EXCL = "incl_below_excl"
    VOLUME_UNPRICED = "volume_unpriced"
    POWER_UNREPORTED = "power_unreported"
    CURRENT_UNREPORTED = "current_unreported"
    LIMIT_WITHOUT_INCL = "limit_without_incl"
    LIMIT_NOT_APPLICABLE = "limit_not_applicable"
    LIMITS_OF_OTHER_TARIFF = "limits_of_other_tariff"
    MIN_ABOVE_MAX = "min_price_above_max_price"
    NO_TARIFF = "no_tariff"
    TARIFF_NOT_VALID = "tariff_not_valid_at_start"
    TARIFF_TYPE_MISSING = "tariff_type_missing"
    TARIFF_UNKNOWN = "tariff_unknown"
    MIXED_CURRENCIES = "mixed_currencies"
    TAX_UNKNOWN = "tax_unknown"
    RESERVATION_OUTCOME_UNKNOWN = "reservation_outcome_unknown"
    METER_GAP = "meter_gap"
    METER_CORRECTED = "meter_corrected"
    METER_RESTARTED = "meter_restarted"


INFORMATION: Final = frozenset(
    (
        Code.TAX_UNKNOWN,
        Code.RESERVATION_OUTCOME_UNKNOWN,
        Code.METER_GAP,
        Code.METER_CORRECTED,
        Code.METER_RESTARTED,
    )
)


class Note(NamedTuple):
    """A code, and where: the index of the period and the dimension, if it concerns one."""

    code: Code
    period: int | None = None
    dimension: Dimension | None = None

    def __str__(self) -> str:
        """Such as "period_spans_price_change[0].ENERGY"."""
        where = "" if self.period is None else f"[{self.period}]"
        return f"{self.code}{where}{'' if self.dimension is None else f'.{self.dimension}'}"

    @property
    def is_warning(self) -> bool:
        return self.code not in INFORMATION
