"""What happened in a scenario, in a few lines, for whoever reads that an invariant broke."""

from collections.abc import Sequence

from ocpi.process.clock import SystemClock
from tests.faults.forms import IS_FULL, SEED

_clock = SystemClock()


class Story:
    def __init__(self, scenario: str) -> None:
        self._began_s = _clock.monotonic()
        self._lines = [f"{scenario}: FAULT_SEED={SEED} FAULTS={'full' if IS_FULL else 'short'}"]
        print(self._lines[0])  # noqa: T201 - the seed is told whatever happens

    def tell(self, line: str) -> None:
        told = f"{_clock.monotonic() - self._began_s:8.2f} s  {line}"
        self._lines.append(told)
        print(told)  # noqa: T201

    def ends_well(self, violations: Sequence[str]) -> None:
        """Raises AssertionError with the whole of it, if it does not."""
        if violations:
            raise AssertionError("\n".join([*self._lines, "what broke:", *violations]))
