"""A case: what the specification asks for in one place, and how to see whether a platform does it.

What it asks stands in the docstring of the function that looks. That function returns what was seen, raises
Wrong when the platform does otherwise, and NothingToSee when it could not be found out.
"""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ocpi.wire.interfaces import Side
from passerelle.conformance.target import Target
from simulators.dialect import V2_1_1, V2_2_1, V2_3_0

ALL: Final = (V2_1_1, V2_2_1, V2_3_0)
SINCE_2_2_1: Final = (V2_2_1, V2_3_0)
ONLY_2_3_0: Final = (V2_3_0,)
ONLY_2_2_1: Final = (V2_2_1,)
ONLY_2_1_1: Final = (V2_1_1,)
ADAPTERS: Final = frozenset({"CPO", "EMSP"})
HUBS: Final = frozenset({"HUB"})
ANY_ROLE: Final = ADAPTERS | HUBS

Look = Callable[[Target], Awaitable[str]]
Interface = tuple[str, Side]


class Stage(IntEnum):
    """When in the life of a connection a case can be seen; those before it need a TOKEN_A."""

    INVITED = 0
    REGISTERING = 1
    REGISTERED = 2
    LEAVING = 3


@dataclass(frozen=True, slots=True)
class Case:
    """`roles` and `interfaces` are what the platform must have for the case to mean anything to it.

    `writes`: it pushes or changes something there, however small.
    """

    number: str
    asks: str
    section: str
    versions: tuple[str, ...]
    roles: frozenset[str]
    interfaces: tuple[Interface, ...]
    writes: bool
    stage: Stage
    look: Look


class Cases:
    """The cases of one file: `case = Cases()`, then `@case("C-001", "section")` above each."""

    def __init__(self) -> None:
        self._all: list[Case] = []

    def __iter__(self) -> Iterator[Case]:
        return iter(self._all)

    def __call__(
        self,
        number: str,
        section: str,
        *,
        versions: tuple[str, ...] = ALL,
        roles: frozenset[str] = ANY_ROLE,
        interfaces: Sequence[Interface] = (),
        writes: bool = False,
        stage: Stage = Stage.REGISTERED,
    ) -> Callable[[Look], Look]:
        def register(look: Look) -> Look:
            asks = " ".join((inspect.getdoc(look) or "").split())
            self._all.append(
                Case(number, asks, section, versions, roles, tuple(interfaces), writes, stage, look)
            )
            return look

        return register
