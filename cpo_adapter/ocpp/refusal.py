"""Saying no to a CALL: a code of the specification, and a few words that repeat nothing of what was sent.

The codes are those of the `ocpp` package's exceptions, which know the specification's own misspellings too.
"""

from typing import Protocol


class Coded(Protocol):
    """An exception class of the `ocpp` package below OCPPError."""

    code: str


class Refusal(Exception):
    """Becomes a CALLERROR."""

    def __init__(self, kind: type[Coded], text: str) -> None:
        super().__init__(text)
        self.code = kind.code
