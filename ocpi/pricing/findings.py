"""A finding: one thing that is wrong or doubtful in a document, for machines and for people.

Codes are stable; the pointer says where (RFC 6901); expected and actual are as they would stand in the
document.
"""

from enum import StrEnum
from typing import Final, NamedTuple

_LONGEST: Final = 80


class Severity(StrEnum):
    """ERROR: it cannot be right. WARNING: somebody should look. INFO: worth knowing, nothing to do."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class Finding(NamedTuple):
    """One thing found. `reason` is for people: what explains it, as far as that is known."""

    code: str
    severity: Severity
    pointer: str
    expected: str | None = None
    actual: str | None = None
    reason: str | None = None


def shown(value: object) -> str:
    """A value of a document for `actual`, cut where it is long."""
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
