"""Reading the fields of one wire shell: each by a reader of its own, each refusal a finding, never an
exception.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import msgspec

from ocpi.pricing import instants
from ocpi.pricing.findings import Finding, Severity, shown
from ocpi.pricing.units import scaled

T = TypeVar("T")


class Shell:
    """A wire shell at `pointer` of its document; `findings` is shared with the whole document."""

    __slots__ = ("code", "findings", "pointer", "wire")

    def __init__(self, wire: msgspec.Struct, pointer: str, findings: list[Finding], code: str) -> None:
        self.wire = wire
        self.pointer = pointer
        self.findings = findings
        self.code = code

    def read(self, field: str, reader: Callable[[str], T], expected: str) -> T | None:
        """A text as `reader` understands it; None if it is absent or refused with a ValueError."""
        given = getattr(self.wire, field)
        if given is None:
            return None
        try:
            return reader(given)
        except ValueError:
            self.refuse(field, expected, given)
            return None

    def number(self, field: str, units: int) -> int | None:
        """A number in parts of 1/units."""
        given: Decimal | None = getattr(self.wire, field)
        if given is None:
            return None
        try:
            return scaled(given, units)
        except ValueError:
            self.refuse(field, "a number", given)
            return None

    def instant(self, field: str) -> int | None:
        """A DateTime in ticks."""
        return self.read(field, instants.parse, "a DateTime")

    def text(self, field: str) -> str:
        """A text, empty if it is absent."""
        given: str | None = getattr(self.wire, field)
        return given or ""

    def inner(self, wire: msgspec.Struct, at: str) -> "Shell":
        return Shell(wire, f"{self.pointer}/{at}", self.findings, self.code)

    def refuse(self, field: str, expected: str, given: object) -> None:
        """Report a field that is missing or cannot be read, once."""
        pointer = f"{self.pointer}/{field}"
        if all(finding.pointer != pointer for finding in self.findings):
            self.findings.append(Finding(self.code, Severity.ERROR, pointer, expected, shown(given)))
