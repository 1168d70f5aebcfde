"""`split`: a metered session cut into the charging periods that its tariffs ask for.

Cut at every instant at which a price could change, then merge neighbours that are priced alike:
fifteen-minute metering under one price is one period. Instants are whole seconds, which survive the four
decimals of OCPI's hours.
Spec: 2.3.0 mod_cdrs, ChargingPeriod; mod_tariffs, TariffRestrictions.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ocpi.pricing.cuts import clock_cuts, duration_cuts, energy_bounds, restrictions_of
from ocpi.pricing.instants import ticks, whole_second
from ocpi.pricing.merge import merged
from ocpi.pricing.metered import Activity, MeteredSession
from ocpi.pricing.periods import Period, Periods
from ocpi.pricing.policy import DEFAULT, Policy, SuspendedByStation
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.timeline import Timeline
from ocpi.pricing.zones import Zone


def split(
    session: MeteredSession, tariffs: Sequence[Tariff], zone: Zone, policy: Policy = DEFAULT
) -> Periods:
    """Charging periods whose energies add up to the difference of the meter.

    Raises InstantRefused or NumberRefused for instants and readings that cannot be meant.
    """
    start, end = whole_second(ticks(session.start)), whole_second(ticks(session.end))
    timeline = Timeline(session, tariffs, start)
    pieces = tuple(_pieces(timeline, zone, end, policy)) if start < end else ()
    whole = Periods(start, end, pieces, session.tariff_type, session.reservation_expired, session.flags)
    return merged(whole, tariffs, zone, policy)


def _pieces(timeline: Timeline, zone: Zone, end: int, policy: Policy) -> Iterator[Period]:
    """The session between neighbouring cuts."""
    reached = _energy_cuts(timeline, end)
    others = {timeline.start, end, *_cuts(timeline, zone, end)}
    cuts = sorted(tick for tick in others | reached.keys() if timeline.start <= tick <= end)
    energies = [reached[tick] if tick in reached else timeline.meter.energy_at(tick) for tick in cuts]
    for (begin, before), (until, after) in pairwise(zip(cuts, energies, strict=True)):
        yield _piece(timeline, begin, until, after - before, policy)


def _energy_cuts(timeline: Timeline, end: int) -> dict[int, int]:
    """Where the meter reaches a bound, by the whole second, with exactly that energy."""
    found: dict[int, int] = {}
    for bound in sorted(energy_bounds(restrictions_of(timeline.tariffs))):
        instants = (whole_second(tick) for tick in timeline.meter.reached(bound))
        found.update((tick, bound) for tick in instants if timeline.start < tick < end)
    return found


def _cuts(timeline: Timeline, zone: Zone, end: int) -> Iterator[int]:
    given = restrictions_of(timeline.tariffs)
    yield from timeline.changes()
    yield from clock_cuts(given, zone.clock, timeline.start, end)
    yield from duration_cuts(given, timeline.start)
    yield from duration_cuts(given, timeline.charging_since())
    if timeline.asks_for_flow:
        yield from timeline.flow_changes()


def _piece(timeline: Timeline, begin: int, until: int, energy: int, policy: Policy) -> Period:
    activity, lasted = timeline.activity(begin), until - begin
    power, current = timeline.flow(begin) if timeline.asks_for_flow else (None, None)
    piece = Period(
        begin,
        until,
        energy=energy,
        min_power=power,
        max_power=power,
        min_current=current,
        max_current=current,
        tariff_id=timeline.tariff_id(begin),
    )
    if activity is Activity.RESERVED:
        return piece._replace(reserved=lasted, energy=energy or None)
    if is_parking(activity, policy):
        return piece._replace(parking=lasted)
    return piece._replace(time=lasted)


def is_parking(activity: Activity, policy: Policy) -> bool:
    """Whether time with this activity is PARKING_TIME: the vehicle asks for no power."""
    if activity is Activity.SUSPENDED_EVSE:
        return policy.suspended_by_station is SuspendedByStation.PARKING_TIME
    return activity in (Activity.SUSPENDED_EV, Activity.IDLE)
