"""What holds at each instant of a metered session: activity, tariff, power and current, each from an
instant on.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from ocpi.pricing.cuts import restrictions_of
from ocpi.pricing.instants import ticks, whole_second
from ocpi.pricing.meter import Meter
from ocpi.pricing.metered import Activity, MeteredSession
from ocpi.pricing.restrictions import asks_for_flow
from ocpi.pricing.select import valid_tariff
from ocpi.pricing.tariff import Tariff

T = TypeVar("T")


class Steps(Generic[T]):
    """A value that changes at instants; of several changes within one second the last counts."""

    __slots__ = ("_values", "instants")

    def __init__(self, changes: Iterable[tuple[int, T]]) -> None:
        last = dict(sorted(changes, key=lambda change: change[0]))
        self.instants = list(last)
        self._values = list(last.values())

    def at(self, tick: int) -> T:
        return self._values[max(bisect_right(self.instants, tick) - 1, 0)]


class Timeline:
    """The facts of one session, by whole seconds from `start` (ticks)."""

    __slots__ = ("_activities", "_flows", "_tariff_ids", "asks_for_flow", "meter", "start", "tariffs")

    def __init__(self, session: MeteredSession, tariffs: Sequence[Tariff], start: int) -> None:
        self.start = start
        self.meter = Meter(session.readings, start)
        states = ((whole_second(ticks(each.at)), each.activity) for each in session.state_changes)
        self._activities = Steps([(start, Activity.CHARGING), *states])
        changes = ((whole_second(ticks(each.at)), each.tariff_id) for each in session.tariff_changes)
        self._tariff_ids = Steps[str | None]([(start, None), *changes])
        flows = ((whole_second(at), (power, current)) for at, power, current in self.meter.flows())
        self._flows = Steps[tuple[int | None, int | None]]([(start, (None, None)), *flows])
        self.tariffs = _in_play(session, tariffs, start)
        self.asks_for_flow = any(asks_for_flow(given) for given in restrictions_of(self.tariffs))

    def activity(self, tick: int) -> Activity:
        return self._activities.at(tick)

    def tariff_id(self, tick: int) -> str | None:
        return self._tariff_ids.at(tick)

    def flow(self, tick: int) -> tuple[int | None, int | None]:
        """Power and current from `tick` on."""
        return self._flows.at(tick)

    def changes(self) -> Iterator[int]:
        yield from self._activities.instants
        yield from self._tariff_ids.instants

    def flow_changes(self) -> Iterator[int]:
        yield from self._flows.instants

    def charging_since(self) -> int:
        """When the session proper began: a reservation is none of it."""
        instants = self._activities.instants
        charging = (tick for tick in instants if self.activity(tick) is not Activity.RESERVED)
        return max(next(charging, self.start), self.start)


def _in_play(session: MeteredSession, tariffs: Sequence[Tariff], start: int) -> list[Tariff]:
    """The tariffs whose restrictions can matter."""
    first = valid_tariff(tariffs, start, session.tariff_type)[0]
    named = {each.tariff_id.upper() for each in session.tariff_changes}
    return [each for each in tariffs if each is first or each.id.upper() in named]
