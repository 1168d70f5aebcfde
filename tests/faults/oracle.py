"""Remembers every send that was acknowledged and every delivery that arrived, for the invariants to judge."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from ocpi.process.clock import SystemClock
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.exchanged import Reply, Request
from simulators.partner import SimulatedPartner

HEARD: Final = (("POST", "cdrs"), ("PUT", "sessions"), ("PUT", "locations"), ("PUT", "tariffs"))
Place = tuple[str, str]
"""A module, and the object's path in it."""


@dataclass(frozen=True, slots=True)
class Told:
    """An object as its owner tells it, `to` one party or to everybody with an agreement (None)."""

    module: str
    owner: PartyId
    name: str
    to: PartyId | None
    last_updated: str
    body: bytes

    @property
    def path(self) -> str:
        return f"{self.owner.country_code}/{self.owner.party_id}/{self.name}"

    @property
    def place(self) -> Place:
        return self.module, self.path


@dataclass(frozen=True, slots=True)
class Arrived:
    """`digest` is that of the body, `at_s` by a clock that only runs forward."""

    party: PartyId
    place: Place
    last_updated: str
    digest: str
    at_s: float


class Oracle:
    """`agreed` are the pairs of a CPO and an eMSP that have an agreement.

    `excused` counts, by party, the deliveries that arrived and could not be acknowledged.
    """

    def __init__(self, agreed: set[tuple[PartyId, PartyId]]) -> None:
        self.agreed = agreed
        self.first_try_s: dict[Place, float] = {}
        self.acked: dict[tuple[Place, PartyId | None], list[Told]] = defaultdict(list)
        self.arrived: list[Arrived] = []
        self.most_at_once: Counter[tuple[PartyId, Place]] = Counter()
        self.most_to_party: Counter[PartyId] = Counter()
        self.excused: Counter[PartyId] = Counter()
        self._now: Counter[tuple[PartyId, Place]] = Counter()
        self._now_to: Counter[PartyId] = Counter()
        self._clock = SystemClock()

    def attempted(self, told: Told) -> None:
        self.first_try_s.setdefault(told.place, self._clock.monotonic())

    def acknowledged(self, told: Told) -> None:
        self.acked[told.place, told.to].append(told)

    def bills(self) -> list[Told]:
        """Every acknowledged CDR, once."""
        return [versions[-1] for (place, _), versions in self.acked.items() if place[0] == "cdrs"]

    def listens(self, partner: SimulatedPartner, party: PartyId, pause_s: Callable[[], float]) -> None:
        """From now on the partner takes everything, after a while, and is watched."""

        async def take(request: Request) -> Reply:
            value = request.json()
            place = (request.module, _path(request, value))
            with self._under_way(party, place):
                self.arrived.append(self._arrived(party, place, value, request.body))
                await asyncio.sleep(pause_s())
            return Reply(http=201, headers={"Location": f"{partner.base}/kept/{place[1]}"})

        for method, module in HEARD:
            partner.answer(method, module, Side.RECEIVER, take)

    def _arrived(self, party: PartyId, place: Place, value: Any, body: bytes) -> Arrived:
        return Arrived(party, place, value["last_updated"], digest(body), self._clock.monotonic())

    @contextmanager
    def _under_way(self, party: PartyId, place: Place) -> Iterator[None]:
        key = (party, place)
        self._now[key] += 1
        self._now_to[party] += 1
        self.most_at_once[key] = max(self.most_at_once[key], self._now[key])
        self.most_to_party[party] = max(self.most_to_party[party], self._now_to[party])
        try:
            yield
        finally:
            self._now[key] -= 1
            self._now_to[party] -= 1


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _path(request: Request, value: Any) -> str:
    if request.module == "cdrs":
        return f"{value['country_code']}/{value['party_id']}/{value['id']}"
    return request.path
