"""Which of OCPI's four routing arrangements a request asks for.

Decided from headers, method and interface alone; nothing is looked up here.
The combinations that mean nothing are refused rather than guessed.
Spec: 2.3.0 transport_and_format, Message routing.
"""

from dataclasses import dataclass
from typing import Final

from ocpi.errors import NotRoutable
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId

_HELD: Final = frozenset({"locations", "tariffs", "tokens", "sessions", "cdrs"})
_FOR_ALL: Final = frozenset({"locations", "tariffs", "tokens"})
_CHANGES: Final = frozenset({"PUT", "PATCH", "POST", "DELETE"})


@dataclass(frozen=True, slots=True)
class Asked:
    """`is_list`: the address is that of the module itself."""

    to: PartyId | None
    method: str
    module: str
    side: Side
    is_list: bool


@dataclass(frozen=True, slots=True)
class Direct:
    to: PartyId


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Information meant for everybody who has an agreement with the sender."""


@dataclass(frozen=True, slots=True)
class OpenRouting:
    """The hub finds out who this is for, from what the request says."""


@dataclass(frozen=True, slots=True)
class GetAll:
    """A list of the hub's own making."""


Scenario = Direct | Broadcast | OpenRouting | GetAll


def scenario(asked: Asked, hub: PartyId) -> Scenario:
    """Raises NotRoutable, with the way out in its text."""
    if asked.to is None:
        return _without_receiver(asked)
    if asked.to != hub:
        return Direct(asked.to)
    return _to_the_hub(asked)


def _without_receiver(asked: Asked) -> Scenario:
    if asked.is_list and asked.method == "GET" and asked.side is Side.SENDER:
        raise NotRoutable(
            "a list cannot be routed openly: name the party, or the hub for everything it holds"
        )
    return Broadcast() if _is_for_all(asked) else OpenRouting()


def _to_the_hub(asked: Asked) -> Scenario:
    if asked.method == "GET" and asked.side is Side.SENDER and asked.is_list:
        return _get_all(asked)
    if asked.method == "GET":
        raise NotRoutable("a GET cannot be broadcast: name the party whose object is meant")
    if _is_for_all(asked):
        return Broadcast()
    raise NotRoutable(f"{asked.module} are not for everybody: name the receiving party")


def _get_all(asked: Asked) -> GetAll:
    if asked.module not in _HELD:
        raise NotRoutable(f"the hub keeps no {asked.module}: name the party whose they are")
    return GetAll()


def _is_for_all(asked: Asked) -> bool:
    return asked.side is Side.RECEIVER and asked.module in _FOR_ALL and asked.method in _CHANGES
