"""Issuers at the hub: what they tell of cards, whether they may be asked about any, and what they answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

from ocpi.partners.agreements import Terms
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests import build
from tests.platforms import CPO, EMSP, HUB, Running, agree, connect
from tests.roaming import Roaming

UNKNOWN = Reply(http=404, status_code=2004)
AT = b'{"location_id":"LOC1","evse_uids":["E1"]}'
SECOND, THIRD = PartyId("BE", "MSP"), PartyId("DE", "MSP")


def card(owner: PartyId, uid: str = "04AA", **changes: Any) -> dict[str, Any]:
    named = {"country_code": owner.country_code, "party_id": owner.party_id, "uid": uid}
    return build.token(**{**named, "whitelist": "NEVER", **changes}).to_wire()


async def tell_token(
    partner: SimulatedPartner, owner: PartyId, uid: str = "04AA", to: PartyId = HUB, **changes: Any
) -> None:
    """An issuer tells of its card: everybody, unless `to` says otherwise."""
    body = card(owner, uid, **changes)
    heard = await partner.call(
        "PUT", "tokens", Side.RECEIVER, owner.country_code, owner.party_id, uid,
        routing=Routing(to=to, sender=owner), body=body, query={"type": body["type"]},
    )  # fmt: skip
    assert heard.status == 1000, heard.envelope


async def authorize(roaming: Roaming, uid: str = "04AA", to: PartyId | None = None, **more: Any) -> Heard:
    """By the CPO, in real time, telling where."""
    routing = Routing(to=to, sender=CPO)
    wanted = {"routing": routing, "body": AT, **more}
    return await roaming.cpo.call("POST", "tokens", Side.SENDER, uid, "authorize", **wanted)


def says(partner: SimulatedPartner, answer: Reply | str) -> None:
    """To every authorization: a Reply, or one of AllowedType with a token."""
    if isinstance(answer, str):
        owner = partner.roles[0][1]
        answer = Reply({"allowed": answer, "token": card(owner)})
    partner.answer("POST", "tokens", Side.SENDER, lambda _: answer)


def hangs(partner: SimulatedPartner) -> asyncio.Event:
    """Until the event is set nothing is answered to authorizations."""
    released = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await released.wait()
        return UNKNOWN

    partner.answer("POST", "tokens", Side.SENDER, hang)
    return released


def asked(partner: SimulatedPartner) -> list[bytes]:
    """The bodies of the authorizations that an issuer was asked."""
    return [each.body for each in partner.heard("tokens", "POST")]


async def may_be_asked(hub: Running, emsp: PartyId = EMSP, *, is_asked: bool = True) -> None:
    """The terms of the agreement with the CPO."""
    foundation = hub.foundation
    for agreement in foundation.directory.agreements():
        if agreement.key == (CPO, emsp):
            await foundation.agreements.put(replace(agreement, terms=Terms(is_asked=is_asked)))
    await foundation.directory.refresh()


@asynccontextmanager
async def issuers_at(
    roaming: Roaming, parties: Sequence[PartyId], *, are_asked: bool = True
) -> AsyncIterator[list[SimulatedPartner]]:
    """Further eMSPs in agreement with the CPO, who know no card unless told otherwise."""
    async with AsyncExitStack() as stack:
        found = []
        for party in parties:
            partner = await stack.enter_async_context(SimulatedPartner(("EMSP", party)))
            await connect(roaming.hub, partner, str(party).replace("*", "-"), "EMSP")
            await agree(roaming.hub, emsp=party)
            await may_be_asked(roaming.hub, party, is_asked=are_asked)
            says(partner, UNKNOWN)
            found.append(partner)
        yield found
