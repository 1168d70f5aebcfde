"""What comes of each message of OCPP, declared beside whoever answers or makes it.

The table in docs/ocpp-messages.md is made of these words (`message_table`), and a test holds every action of
the `ocpp` package against them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """STORED: kept for people to look at, and changes nothing. USED: changes what we know or do."""

    USED = "used by"
    STORED = "stored"
    ANSWERED = "answered only"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Effect:
    """`command` is what an operator types for it, where there is something to type."""

    kind: Kind
    text: str
    command: str = ""


def used(by: str) -> Effect:
    return Effect(Kind.USED, by)


def stored(why: str) -> Effect:
    return Effect(Kind.STORED, why)


def answered(why: str) -> Effect:
    return Effect(Kind.ANSWERED, why)


def sent(what_for: str, command: str = "") -> Effect:
    return Effect(Kind.SENT, what_for, command)
