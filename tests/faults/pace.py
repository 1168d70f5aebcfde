"""How fast others are served while something is wrong: told by the scenarios, promised by the benchmarks."""

import statistics
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ocpi.process.clock import SystemClock
from schemas.kinds import PartyId
from tests.faults.oracle import Oracle


@dataclass(frozen=True, slots=True)
class Pace:
    """`p99_s` from the first try of a bill's owner to its receiver."""

    p99_s: float
    bills_a_second: float

    def __str__(self) -> str:
        return f"p99 {self.p99_s * 1000:.0f} ms, {self.bills_a_second:.0f} bills a second"

    def against(self, usual: "Pace") -> str:
        later, faster = self.p99_s / usual.p99_s, self.bills_a_second / usual.bills_a_second
        return f"{self}; usual {usual} ({later:.2f} x the p99, {faster:.2f} x as many)"


class Watch:
    """From when it is made."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._clock = SystemClock()
        self._began_s = self._clock.monotonic()

    def pace(self, but_not: Collection[PartyId] = ()) -> Pace:
        """Of at least two bills."""
        taken = list(self._taken_s(but_not))
        passed_s = self._clock.monotonic() - self._began_s
        return Pace(statistics.quantiles(taken, n=100, method="inclusive")[98], len(taken) / passed_s)

    def _taken_s(self, but_not: Collection[PartyId]) -> Iterator[float]:
        for each in self._oracle.arrived:
            tried_at_s = self._oracle.first_try_s[each.place]
            if each.place[0] == "cdrs" and tried_at_s >= self._began_s and each.party not in but_not:
                yield each.at_s - tried_at_s
