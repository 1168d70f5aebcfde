"""The answer of `price`: every line with what was measured, billed and why, the sub-totals, and the total.

Amounts stand twice: exact, as integers over `unit`, and published, rounded by the policy to `places`
decimals.
Spec: 2.3.0 mod_cdrs, CDR object (total_cost and its parts).
"""

from fractions import Fraction
from typing import NamedTuple

from ocpi.pricing.notes import Note
from ocpi.pricing.offers import Offer
from ocpi.pricing.periods import Periods
from ocpi.pricing.policy import Policy
from ocpi.pricing.tariff import Dimension, Tariff
from ocpi.pricing.taxes import Amount, Share, Side
from ocpi.pricing.volumes import Volumes, measured
from ocpi.pricing.zones import Zone


class Line(NamedTuple):
    """One volume of one period; no offer: it was free. `billed` is the volume after step_size."""

    period: int
    dimension: Dimension
    offer: Offer | None
    volume: int
    billed: int

    @property
    def cost(self) -> int:
        """In cost units, as priced: before or after tax as the tariff says."""
        return 0 if self.offer is None else self.billed * self.offer.rate


class Costs(NamedTuple):
    """The money of a CDR. `before_limits` is the sum that min_price and max_price were held against."""

    fixed: Amount
    energy: Amount
    time: Amount
    parking: Amount
    reservation: Amount
    before_limits: Amount
    total: Amount


class Breakdown(NamedTuple):
    """A priced session. `shares` are costs (in cost units) by account.

    `session_tariff` is None where there was no tariff to price with. The four sides hold the money in the
    order of `Costs`: exact in 1/unit of the currency, published with `places` decimals.
    """

    session_tariff: Tariff | None
    periods: Periods
    lines: tuple[Line, ...]
    billed_by_offer: tuple[tuple[Offer, int], ...]
    shares: tuple[Share, ...]
    unit: int
    places: int
    exact_sides: tuple[Side, Side]
    published_sides: tuple[Side, Side]
    notes: tuple[Note, ...]
    zone: Zone
    policy: Policy

    @property
    def currency(self) -> str:
        return "" if self.session_tariff is None else self.session_tariff.currency

    @property
    def exact(self) -> Costs:
        """Amounts in 1/unit of the currency."""
        return Costs._make(map(Amount, *self.exact_sides))

    @property
    def published(self) -> Costs:
        """Amounts as integers of `places` decimals."""
        return Costs._make(map(Amount, *self.published_sides))

    @property
    def warnings(self) -> tuple[Note, ...]:
        return tuple(note for note in self.notes if note.is_warning)

    @property
    def measured(self) -> Volumes:
        return measured(self.periods)

    def billed(self, dimension: Dimension) -> int:
        """The priced volume of a dimension after step_size, in energy units or ticks."""
        of_dimension = (line for line in self.lines if line.dimension is dimension)
        return sum(line.billed for line in of_dimension if line.offer is not None)

    def net(self) -> Fraction | None:
        """The exact total before taxes."""
        return None if self.exact.total.net is None else Fraction(self.exact.total.net, self.unit)

    def gross(self) -> Fraction | None:
        """The exact total after taxes."""
        return None if self.exact.total.gross is None else Fraction(self.exact.total.gross, self.unit)
