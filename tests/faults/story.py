"""What happened in a scenario, in a few lines, for whoever reads that an invariant broke."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from ocpi.process.clock import SystemClock
from tests.faults.forms import IS_FULL, SEED

_clock = SystemClock()


class Story:
    """`told` has the lines of all of them, for the end of a run; `aloud` says each when it happens."""

    told: ClassVar[list[str]] = []
    aloud: ClassVar[Callable[[str], None]] = lambda _: None

    def __init__(self, scenario: str) -> None:
        self._began_s = _clock.monotonic()
        self._lines: list[str] = []
        self._add(f"{scenario}: FAULT_SEED={SEED} FAULTS={'full' if IS_FULL else 'short'}")

    def tell(self, line: str) -> None:
        self._add(f"{_clock.monotonic() - self._began_s:8.2f} s  {line}")

    def _add(self, line: str) -> None:
        self._lines.append(line)
        self.told.append(line)
        Story.aloud(line)

    def ends_well(self, violations: Sequence[str]) -> None:
        """Raises AssertionError with the whole of it, if it does not."""
        if violations:
            raise AssertionError("\n".join([*self._lines, "what broke:", *violations]))
