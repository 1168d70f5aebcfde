"""Rounding that a component carries itself: `price_round`, added to OCPI 2.1.1 components by one French hub.

The cost of a component in a session is rounded once, after step_size.
"""

from ocpi.pricing.ledger import Ledger
from ocpi.pricing.offers import Account
from ocpi.pricing.rounding import divided
from ocpi.pricing.units import COST_UNITS


def round_as_components_ask(ledger: Ledger, costs: dict[Account, int]) -> None:
    """Round the cost of each component that says how."""
    for offer, volume in ledger.volumes.items():
        wanted = offer.component.price_round
        if wanted is not None:
            grain: int = COST_UNITS // 10**wanted.places
            cost = volume * offer.rate
            costs[offer.account] += divided(cost, grain, wanted.mode) * grain - cost
