"""`price`: charging periods and tariffs in, an explained sum of money out. Pure, exact, no clock, no I/O.

Volumes times prices are summed as integers over one denominator; tax, limits and rounding follow in that
order, each once.
Spec: 2.3.0 mod_tariffs, Tariff object; mod_cdrs, CDR object and step_size.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.component_rounding import round_as_components_ask
from ocpi.pricing.ledger import Ledger
from ocpi.pricing.money import decimals_of, money_of
from ocpi.pricing.notes import Note
from ocpi.pricing.periods import Periods
from ocpi.pricing.plausibility import doubts
from ocpi.pricing.policy import DEFAULT, Policy
from ocpi.pricing.select import tariffs_of_periods
from ocpi.pricing.step_size import round_up
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.taxes import money_unit
from ocpi.pricing.walk import Walk
from ocpi.pricing.zones import Zone


class Walked(NamedTuple):
    """A session half way: every volume has its offer, nothing is added up yet."""

    periods: Periods
    chosen: Sequence[Tariff | None]
    notes: list[Note]
    walk: Walk
    zone: Zone
    policy: Policy


def price(periods: Periods, tariffs: Sequence[Tariff], zone: Zone, policy: Policy = DEFAULT) -> Breakdown:
    """Price a session by the tariff that suits it (see `select`), in the Location's zone.

    Never raises for odd input: what cannot be priced costs nothing and is a note.
    """
    return settled(walked(periods, tariffs, zone, policy))


def walked(periods: Periods, tariffs: Sequence[Tariff], zone: Zone, policy: Policy) -> Walked:
    """The first half of `price`: which offer prices what."""
    chosen, notes = tariffs_of_periods(periods, tariffs, policy)
    walk = Walk(periods, zone, policy)
    walk.over(chosen)
    return Walked(periods, chosen, notes, walk, zone, policy)


def settled(given: Walked) -> Breakdown:
    """The second half of `price`: steps, sums, taxes, limits, rounding."""
    periods, chosen, notes, walk, zone, policy = given
    session = next(filter(None, chosen), None)
    ledger = Ledger(walk, policy)
    round_up(ledger, policy)
    costs = ledger.costs()
    if walk.asks_for_rounding and policy.component_rounding:
        round_as_components_ask(ledger, costs)
    shares, lines, billed = tuple(costs.items()), tuple(ledger.lines), tuple(ledger.volumes.items())
    unit, places = money_unit(costs), decimals_of(policy.money, session)
    notes += walk.notes
    money = money_of(shares, lines, unit, unit // 10**places, session, policy, notes)
    notes.extend(doubts(periods, ledger, walk.notes, chosen, policy))
    exact, rounded = money[:2], money[2:]
    return Breakdown(
        session, periods, lines, billed, shares, unit, places, exact, rounded, tuple(notes), zone, policy
    )
