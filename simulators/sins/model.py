"""What a sin is, and what a charge is to a station that can only talk: a script of things to say.

A script is said step by step, each until it is answered. A sin of telling makes another script of one; a sin
of the line changes the habits of a station. `counted_wh` is what the station has counted, as far as it tells
it: whatever it sins, so much has to be billed, held or written off.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from typing import Any, Final

from schemas.times import datetime_text
from simulators.lean import Identity

OLD: Final = "1.6"
ALL: Final = (OLD, "2.0.1", "2.1")
NEW: Final = ALL[1:]
NUMBER: Final = "<the number that the central system gave>"
"""Stands in payloads of 1.6 until it is known; -1 where it is not."""

Payload = dict[str, Any]


class Part(Enum):
    """What a message is in its charge."""

    START = "start"
    READING = "reading"
    END = "end"
    STATUS = "status"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Say:
    """A CALL; `name` is its message id where it matters. `register_wh` is what the meter showed.

    One `unheard` is told, and the line cut before the answer.
    """

    action: str
    payload: Payload
    part: Part = Part.OTHER
    register_wh: int = 0
    at: datetime | None = None
    name: str | None = None
    is_unheard: bool = False


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Several, without waiting for an answer between."""

    says: tuple[Say, ...]


@dataclass(frozen=True, slots=True)
class Frames:
    """Whatever may go through a websocket; nobody waits for an answer."""

    bodies: tuple[bytes, ...]
    is_binary: bool = False


class Act(Enum):
    CUT = "lose the line, and come back when something is to be said"
    TWIN = "connect once more, beside the line that is there"
    FREEZE = "leave the line open and never look at it again, and come back on another"
    BOOT = "boot"


Step = Say | AtOnce | Frames | Act


@dataclass(frozen=True, slots=True)
class Script:
    """`is_open`: its end is never told, so that it has no outcome before something else happens there."""

    ocpp: str
    card: str
    began: datetime
    steps: tuple[Step, ...]
    counted_wh: int
    is_open: bool = False

    def said(self, part: Part) -> list[Say]:
        return [each for each in self.steps if isinstance(each, Say) and each.part is part]

    def without(self, *gone: Step) -> "Script":
        return replace(self, steps=tuple(each for each in self.steps if not any(each is one for one in gone)))

    def each(self, change: Callable[[Say], Step | tuple[Step, ...]], *parts: Part) -> "Script":
        """With what is said of these parts, or of all, changed."""
        steps: list[Step] = []
        for step in self.steps:
            if isinstance(step, Say) and (not parts or step.part in parts):
                changed = change(step)
                steps += changed if isinstance(changed, tuple) else (changed,)
            else:
                steps.append(step)
        return replace(self, steps=tuple(steps))

    def before(self, part: Part, *more: Step) -> "Script":
        return self.each(lambda say: (*more, say), part)

    def after(self, part: Part, *more: Step) -> "Script":
        return self.each(lambda say: (say, *more), part)


def with_payload(say: Say, **changes: Any) -> Say:
    return replace(say, payload=say.payload | changes)


def moved(say: Say, by: timedelta) -> Say:
    """At another time, in all that it tells. What has no time stays."""
    if say.at is None:
        return say
    stamp = datetime_text(say.at + by)
    changes: Payload = {"timestamp": stamp} if "timestamp" in say.payload else {}
    if "meterValue" in say.payload:
        changes["meterValue"] = [block | {"timestamp": stamp} for block in say.payload["meterValue"]]
    return replace(with_payload(say, **changes), at=say.at + by)


Spoil = Callable[[Script, Random], Script]
Answering = Callable[[str, Payload], "Reply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """To a CALL of the central system: a result, the code of an error, or neither. `before` goes first."""

    result: Any = None
    error: str | None = None
    before: tuple[Say, ...] = ()
    after_s: float = 0
    is_silence: bool = False


def knows_nothing(_: str, __: Payload) -> Reply:
    return Reply(error="NotSupported")


Guise = Callable[[Identity], Identity]


def itself(who: Identity) -> Identity:
    return who


@dataclass(frozen=True, slots=True)
class Habits:
    """How a station is on the line. As `comes_as` makes it, it is let in; as any of `knocks`, not.

    It says what it `begins_with` once it has booted, `boots` times; told to wait for its boot, it boots again
    after that time, or, if it `waits_for_trigger`, when it is told to.
    """

    knocks: tuple[Guise, ...] = ()
    comes_as: Guise = itself
    answers_pings: bool = True
    answering: Answering = knows_nothing
    begins_with: tuple[Step, ...] = ()
    boot: Mapping[str, Any] = field(default_factory=dict)
    boots: int = 1
    waits_for_trigger: bool = False


def no_spoiling(script: Script, _: Random) -> Script:
    return script


def no_habit(habits: Habits) -> Habits:
    return habits


@dataclass(frozen=True, slots=True)
class Sin:
    """`shows` are the behaviours of `docs/station-behaviours.md`, by their numbers."""

    name: str
    does: str
    shows: tuple[int, ...]
    ocpp: tuple[str, ...] = ALL
    spoil: Spoil = no_spoiling
    habit: Callable[[Habits], Habits] = no_habit

    @property
    def is_of_telling(self) -> bool:
        """Of these a charge bears one: two of them may make what no station would say."""
        return self.spoil is not no_spoiling
