"""Cars charge: sessions, bills and changing locations, told to a hub until it acknowledges each of them.

Work is released in portions, so that a scenario decides how much of it falls into each life of a hub.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from random import Random
from typing import Any, Final

from aiohttp import ClientError

from schemas import codec
from schemas.kinds import PartyId
from schemas.times import datetime_text, parse
from simulators.partner import Heard
from tests import build
from tests.fakes.eventually import eventually
from tests.faults.forms import form
from tests.faults.oracle import Told
from tests.faults.partners import Cast, Player

WORKERS: Final = 3
"""Charges that each CPO tells of at the same time."""
_AGAIN_AFTER_S: Final = 0.05
_GIVES_UP_AFTER_S: Final = 5.0
_LOCATION_EACH: Final = 5
_SESSION_EACH: Final = form(1, 5)
_PASSING: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
_BEGAN: Final[datetime] = parse(build.LAST_UPDATED)
_ENERGY: Final = Decimal(8)


class Load:
    """`ports` are those of hubs that are up to it; a request goes to one of them."""

    def __init__(self, cast: Cast, chance: Random, *, ports: Sequence[int] = ()) -> None:
        self.ports = list(ports)
        self.done = 0
        self.locked_out: list[str] = []
        self._cast = cast
        self._chance = chance
        self._released = asyncio.Semaphore(0)
        self._asked_for = 0

    def release(self, charges: int) -> None:
        self._asked_for += charges
        for _ in range(charges):
            self._released.release()

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator["Load"]:
        async with asyncio.TaskGroup() as group:
            work = [
                group.create_task(self._work(cpo, number))
                for cpo in self._cast.cpos
                for number in range(WORKERS)
            ]
            try:
                yield self
            finally:
                for each in work:
                    each.cancel()

    @property
    def rest(self) -> int:
        """How many charges are released and not acknowledged."""
        return self._asked_for - self.done

    async def finish(self, within_s: float = 60) -> None:
        """Return when nothing is left. Raises TimeoutError when nothing goes on for so long."""
        await self.reach(self._asked_for, within_s)

    async def reach(self, count: int, within_s: float = 60) -> None:
        """Return when so many charges are acknowledged. Raises as `finish`."""
        while (before := self.done) < count:
            await eventually(lambda: self.done > before, within_s=within_s)

    async def tell(self, player: Player, told: Told) -> None:
        """Until it is acknowledged."""
        self._cast.oracle.attempted(told)
        shown = player.partner.their_token
        while not _is_taken(heard := await self._try(player, told)):
            is_same = shown == player.partner.their_token
            if heard is not None and heard.http == HTTPStatus.UNAUTHORIZED and is_same:
                self.locked_out.append(f"{player.party} was refused the token that it was given last")
            await asyncio.sleep(_AGAIN_AFTER_S)
            shown = player.partner.their_token
        self._cast.oracle.acknowledged(told)

    async def _try(self, player: Player, told: Told) -> Heard | None:
        port = self._chance.choice(self.ports) if self.ports else None
        try:
            async with asyncio.timeout(_GIVES_UP_AFTER_S):
                return await player.tell(told, port)
        except (ClientError, OSError):
            return None

    async def _work(self, cpo: Player, worker: int) -> None:
        clients = self._cast.clients_of(cpo)
        number = 0
        while True:
            await self._released.acquire()
            number += 1
            name, emsp = f"{worker}-{number}", self._chance.choice(clients).party
            *sessions, final = charge(cpo.party, emsp, name)
            if number % _SESSION_EACH == 0:
                for told in sessions:
                    await self.tell(cpo, told)
            await self.tell(cpo, final)
            if number % _LOCATION_EACH == 1:
                await self.tell(cpo, location(cpo.party, f"L{worker}", number))
            self.done += 1


def _is_taken(heard: Heard | None) -> bool:
    """Raises AssertionError for a refusal that no repetition will change."""
    if heard is None or heard.http in _PASSING or heard.http >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return False
    assert heard.status not in range(2000, 3000), heard.body
    return heard.is_success


def charge(cpo: PartyId, emsp: PartyId, name: str) -> tuple[Told, ...]:
    """A session that begins and ends, and its bill."""
    states = (("ACTIVE", 1), ("COMPLETED", 60))
    sessions = (session(cpo, emsp, f"S{name}", status, minutes) for status, minutes in states)
    return (*sessions, bill(cpo, emsp, f"B{name}", f"S{name}"))


def session(cpo: PartyId, emsp: PartyId, name: str, status: str, minutes: int) -> Told:
    stamp = _stamp(minutes)
    model = build.session(
        **_of(cpo), id=name, status=status, cdr_token=_card(emsp), kwh=_ENERGY, last_updated=stamp
    )
    return Told("sessions", cpo, name, emsp, stamp, codec.dump(model))


def bill(cpo: PartyId, emsp: PartyId, name: str, session_id: str, **changes: Any) -> Told:
    model = build.cdr(
        **_of(cpo),
        id=name,
        session_id=session_id,
        cdr_token=_card(emsp),
        tariffs=[build.tariff(**_of(cpo))],
        **changes,
    )
    return Told("cdrs", cpo, name, emsp, build.LAST_UPDATED, codec.dump(model))


def location(cpo: PartyId, name: str, version: int) -> Told:
    stamp = _stamp(version)
    model = build.location(**_of(cpo), id=name, name=f"version {version}", last_updated=stamp)
    return Told("locations", cpo, name, None, stamp, codec.dump(model))


def _stamp(minutes: int) -> str:
    return datetime_text(_BEGAN + timedelta(minutes=minutes))


def _of(party: PartyId) -> dict[str, str]:
    return {"country_code": party.country_code, "party_id": party.party_id}


def _card(emsp: PartyId) -> dict[str, str]:
    return {**build.CDR_TOKEN, **_of(emsp), "contract_id": f"NL-{emsp.party_id}-C12345678-X"}
