"""What we want of the cards that a station knows by itself, and what it says of them, in any version of OCPP.

A list is numbered. A whole one takes the place of any other; a change is for the list with the number before,
and a station that has another one says so.
Spec: OCPP 1.6, 3.5.1 and 3.5.3, 4.7 to 4.8 of chapter 5 (GetLocalListVersion, SendLocalList); 2.0.1, C10 to
C13, D01 to D02.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

UNKNOWN: Final = -1
"""The number that a station tells which keeps no list."""


@dataclass(frozen=True, slots=True)
class ForgetCards:
    """Those of its cache; the list stays."""


@dataclass(frozen=True, slots=True)
class TellListVersion:
    """The number of the list that it has: 0 for an empty one."""


@dataclass(frozen=True, slots=True)
class TellListLimits:
    """Whether it keeps a list, and how much of one it takes at a time."""


@dataclass(frozen=True, slots=True)
class ListedCard:
    """`is_gone`: to be taken off the list. `group` may be empty."""

    uid: str
    group: str = ""
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class SetList:
    """`is_full`: instead of all that it has; else a change of it, to be of the number `version` then."""

    version: int
    cards: tuple[ListedCard, ...]
    is_full: bool


@dataclass(frozen=True, slots=True)
class ListLimits:
    """None where the station does not say."""

    is_on: bool
    per_message: int | None = None
    most: int | None = None
    bytes_per_message: int | None = None


OFF: Final = ListLimits(is_on=False)

AboutCards: TypeAlias = ForgetCards | TellListVersion | TellListLimits | SetList
