"""`bill`: a metered session priced by the tariffs that were taken down when it began.

What the operator of a station does: split, then price. Spec: 2.3.0 mod_cdrs; mod_tariffs, Tariff
(start_date_time).
"""

from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.engine import price
from ocpi.pricing.metered import MeteredSession
from ocpi.pricing.policy import DEFAULT, Policy
from ocpi.pricing.split import split
from ocpi.pricing.zones import Zone


def bill(session: MeteredSession, zone: Zone, policy: Policy = DEFAULT) -> Breakdown:
    """The session's own snapshot of tariffs prices it. Raises InstantRefused or NumberRefused."""
    return price(split(session, session.tariffs, zone, policy), session.tariffs, zone, policy)
