"""Where a hub under test dies: before or after the n-th call of one method, at its own hand, as by `kill -9`.

The product knows nothing of this: the methods are wrapped in a process that is made to be killed.
"""

import itertools
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, Literal

from cpo_adapter.keeping.store import MessageStore
from cpo_adapter.sessions.store import TransactionStore
from ocpi.delivery.announce import Announcer
from ocpi.delivery.outbox import Outbox
from ocpi.delivery.send import Sender
from ocpi.objects.store import ObjectStore
from ocpi.partners.store import PartnerStore
from ocpi.registration.far_side import FarSide

Moment = Literal["before", "after"]
LAST_WORDS: Final = "dies"
MOMENTS: Final[tuple[Moment, ...]] = ("before", "after")

DELIVERING: Final[Mapping[str, tuple[type, str]]] = {
    "keep the bill": (ObjectStore, "insert"),
    "put the mark": (Outbox, "put"),
    "send": (Sender, "deliver"),
    "clear the mark": (Outbox, "delivered"),
}
ROTATING: Final[Mapping[str, tuple[type, str]]] = {
    "admit the new token": (PartnerStore, "admit_also"),
    "offer the new token": (FarSide, "offer_credentials"),
    "keep the new connection": (PartnerStore, "connect"),
}
STATIONS: Final[Mapping[str, tuple[type, str]]] = {
    "keep a message": (MessageStore, "keep"),
    "begin a transaction": (TransactionStore, "_begin"),
    "end a transaction": (TransactionStore, "end"),
    "announce the bill": (Announcer, "bill"),
}


@dataclass(frozen=True, slots=True)
class Doom:
    point: str
    moment: Moment
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.moment} call {self.nth} of '{self.point}'"


def lay(doom: Doom) -> None:
    """On this process."""
    owner, name = {**DELIVERING, **ROTATING, **STATIONS}[doom.point]
    whole = getattr(owner, name)
    calls = itertools.count(1)

    @wraps(whole)
    async def doomed(*args: Any, **named: Any) -> Any:
        is_the_one = next(calls) == doom.nth
        if is_the_one and doom.moment == "before":
            _die(doom)
        result = await whole(*args, **named)
        if is_the_one:
            _die(doom)
        return result

    setattr(owner, name, doomed)


def _die(doom: Doom) -> None:
    sys.stderr.write(f"{LAST_WORDS} {doom}\n")
    os.kill(os.getpid(), signal.SIGKILL)
