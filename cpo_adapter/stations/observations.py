"""What a process alone knows of stations, since it heard them; and what all of them know together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cpo_adapter.crew.favours import Favours
from cpo_adapter.stations.clocks import Clocks
from cpo_adapter.stations.registry import Registry

_TELL: Final = "tell what was seen of stations"


@dataclass(frozen=True, slots=True)
class Observed:
    """By station: how many seconds its clock is ahead, and when there were two of it, the last time."""

    clock_errors_s: Mapping[str, int]
    seen_twice_at: Mapping[str, datetime]


class Observations:
    def __init__(self, *, clocks: Clocks, registry: Registry, favours: Favours) -> None:
        self._clocks = clocks
        self._registry = registry
        self._favours = favours
        favours.offer(_TELL, self._for_another)

    async def everywhere(self) -> Observed:
        """A clock is what the process says that has the station now, before what is remembered here."""
        clocks, twice = self._clocks.errors_s(), self._registry.clones.seen()
        others: list[Any] = await self._favours.of_all(_TELL)
        for told in others:
            clocks |= self._of_others(told["clocks"])
            twice = _latest(twice, told["twice"].items())
        return Observed(clocks, twice)

    def _of_others(self, clocks: dict[str, int]) -> dict[str, int]:
        return {station: told for station, told in clocks.items() if not self._registry.is_here(station)}

    async def _for_another(self, _: str) -> dict[str, Any]:
        clocks = self._clocks.errors_s()
        twice = self._registry.clones.seen()
        return {
            "clocks": {each: error for each, error in clocks.items() if self._registry.is_here(each)},
            "twice": {station: at.isoformat() for station, at in twice.items()},
        }


def _latest(seen: dict[str, datetime], told: Iterable[tuple[str, str]]) -> dict[str, datetime]:
    latest = dict(seen)
    for station, text in told:
        at = datetime.fromisoformat(text)
        latest[station] = max(latest.get(station, at), at)
    return latest
