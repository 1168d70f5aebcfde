"""Mistakes in a file that a person wrote, one line each, as editors jump to: `file:line:column: text`."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ocpi.process.failures import StartFailed


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Both counted from 1, in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Flaw:
    file: Path
    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.place.line}:{self.place.column}: {self.text}"


class BrokenFile(StartFailed):
    """A file that cannot be used as it is. The message has a line for each flaw, in order."""

    exit_code: ClassVar[int] = os.EX_DATAERR

    def __init__(self, flaws: Iterable[Flaw]) -> None:
        self.flaws = tuple(sorted(flaws, key=lambda flaw: flaw.place))
        super().__init__("\n".join(map(str, self.flaws)))
