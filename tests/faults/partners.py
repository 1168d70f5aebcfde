"""Operators and issuers around a hub: each a partner of its own, registered, and in agreement as told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ocpi.wire import urls
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner
from tests.faults.oracle import Oracle, Told
from tests.platforms import HUB

_AT_ONCE: Final = 4


class Hub(Protocol):
    """What partners and their operator need of a hub, in whatever process it is."""

    @property
    def versions_url(self) -> str: ...

    async def operate(self, path: str, body: dict[str, Any] | None = None) -> Any: ...


Pair = tuple[PartyId, PartyId]


@dataclass(frozen=True, slots=True)
class Player:
    party: PartyId
    partner: SimulatedPartner

    @property
    def name(self) -> str:
        return f"the-{self.party.party_id.lower()}"

    async def tell(self, told: Told, port: int | None = None) -> Heard:
        """As the owner of the object; to another hub of the same service if a port is told."""
        token = self.partner.their_token
        assert token is not None
        url = urls.join(self.partner.endpoints[told.module, Side.RECEIVER], *_path(told))
        url = url if port is None else url.with_port(port)
        method = "POST" if told.module == "cdrs" else "PUT"
        routing = Routing(to=told.to or HUB, sender=told.owner)
        return await self.partner.send(method, str(url), token, told.body, routing)


def _path(told: Told) -> Sequence[str]:
    return () if told.module == "cdrs" else (told.owner.country_code, told.owner.party_id, told.name)


@dataclass(frozen=True, slots=True)
class Cast:
    cpos: Sequence[Player]
    emsps: Sequence[Player]
    oracle: Oracle

    def clients_of(self, cpo: Player) -> list[Player]:
        """The issuers that it has an agreement with."""
        return [emsp for emsp in self.emsps if (cpo.party, emsp.party) in self.oracle.agreed]


@asynccontextmanager
async def cast_of(
    hub: Hub,
    *,
    cpos: int,
    emsps: int,
    strangers: Collection[Pair] = (),
    pause_s: Callable[[], float] = lambda: 0.0,
) -> AsyncIterator[Cast]:
    """Every CPO has an agreement with every eMSP, but for the strangers."""
    async with AsyncExitStack() as stack:
        operators = [await _opened(stack, "CPO", cpo_party(number)) for number in range(cpos)]
        issuers = [await _opened(stack, "EMSP", emsp_party(number)) for number in range(emsps)]
        everybody = {(cpo.party, emsp.party) for cpo in operators for emsp in issuers}
        oracle = Oracle(everybody.difference(strangers))
        await _at_once([_register(hub, each) for each in (*operators, *issuers)])
        for issuer in issuers:
            oracle.listens(issuer.partner, issuer.party, pause_s)
        await _at_once([_agree(hub, *pair) for pair in sorted(oracle.agreed, key=str)])
        yield Cast(operators, issuers, oracle)


def cpo_party(number: int) -> PartyId:
    return PartyId("FR", f"C{number:02d}")


def emsp_party(number: int) -> PartyId:
    """Of three hundred."""
    return PartyId("NL", f"{'MNO'[number // 100]}{number % 100:02d}")


async def _opened(stack: AsyncExitStack, role: str, party: PartyId) -> Player:
    return Player(party, await stack.enter_async_context(SimulatedPartner((role, party))))


async def _register(hub: Hub, player: Player) -> None:
    (role, _), *_ = player.partner.roles
    invited = await hub.operate("/partners/invitations", {"name": player.name, "roles": [role]})
    heard = await player.partner.register(hub.versions_url, CredentialsToken(invited["token"]))
    assert heard.is_success, heard.body


async def _agree(hub: Hub, cpo: PartyId, emsp: PartyId) -> None:
    await hub.operate("/agreements", {"cpo": str(cpo), "emsp": str(emsp)})


async def _at_once(work: Sequence[Awaitable[None]]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(each: Awaitable[None]) -> None:
        async with places:
            await each

    await asyncio.gather(*(one(each) for each in work))
