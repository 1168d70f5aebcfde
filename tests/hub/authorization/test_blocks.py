"""A card is blocked: the hub refuses it at once, every CPO hears of it, its issuer sees who has not yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.authorization.told_index import EVERY_S
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.authorization.issuers import asked, authorize, issuers_at, says, tell_token
from tests.platforms import CPO, EMSP, agree, connect, operate, running_hub
from tests.roaming import Roaming, roaming_on

RECEIVER = Side.RECEIVER
SECOND = PartyId("BE", "MSP")
LATER = "2026-03-02T00:00:00Z"
BLOCK: dict[str, Any] = {"valid": False, "last_updated": LATER}
CPOS = [PartyId("DE", f"CP{number}") for number in range(4)]
BULK = 150


async def block(roaming: Roaming, uid: str = "04AA") -> None:
    """By a PATCH, as most issuers do."""
    heard = await roaming.emsp.call(
        "PATCH", "tokens", RECEIVER, "NL", "MSP", uid, routing=Routing(sender=EMSP), body=BLOCK
    )
    assert heard.status == 1000, heard.envelope


def blocked_at(cpo: SimulatedPartner) -> list[int]:
    """At which places among the tokens that a CPO was told of stands one that is not valid."""
    told = [each.json() for each in cpo.heard("tokens", "PUT")]
    return [place for place, each in enumerate(told) if not each["valid"]]


async def shown(partner: SimulatedPartner, reader: PartyId = EMSP, *path: str) -> Heard:
    """What the hub shows of a card: of 04AA of the eMSP, unless told."""
    wanted = path or ("NL", "MSP", "04AA")
    return await partner.call("GET", "tokens", RECEIVER, *wanted, routing=Routing(sender=reader))


async def standings(roaming: Roaming, uid: str = "04AA") -> dict[str, str]:
    """By CPO, as the operator reads it."""
    path = f"/tokens/NL/MSP/{uid}/known"
    told = await asyncio.to_thread(roaming.hub.admin.get, path)
    return {each["cpo"]: each["state"] for each in told["cpos"]}


@asynccontextmanager
async def cpos_at(roaming: Roaming, parties: list[PartyId]) -> AsyncIterator[list[SimulatedPartner]]:
    async with AsyncExitStack() as stack:
        found = []
        for party in parties:
            partner = await stack.enter_async_context(SimulatedPartner(("CPO", party)))
            await connect(roaming.hub, partner, str(party).replace("*", "-"), "CPO")
            await agree(roaming.hub, cpo=party)
            found.append(partner)
        yield found


@pytest.mark.parametrize("whitelist", ["ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER"])
@pytest.mark.parametrize("to", [None, EMSP], ids=["found", "named"])
async def test_a_blocked_card_is_refused_at_once_and_nobody_is_asked(
    roaming: Roaming, whitelist: str, to: PartyId | None
) -> None:
    """Even when the issuer's own authorizations do not know it yet."""
    says(roaming.emsp, "ALLOWED")
    await tell_token(roaming.emsp, EMSP, whitelist=whitelist)
    assert (await authorize(roaming, to=to)).data["allowed"] == "ALLOWED"
    roaming.emsp.received.clear()
    await block(roaming)
    heard = await authorize(roaming, to=to)
    assert (heard.http, heard.status, heard.data["allowed"]) == (200, 1000, "BLOCKED")
    assert heard.data["token"]["valid"] is False
    assert "location" not in heard.data
    assert asked(roaming.emsp) == []

    again: dict[str, Any] = {"whitelist": whitelist, "last_updated": "2026-03-03T00:00:00Z"}
    await tell_token(roaming.emsp, EMSP, **again)
    assert (await authorize(roaming, to=to)).data["allowed"] == "ALLOWED"


async def test_a_card_that_was_blocked_in_one_process_is_refused_in_the_others(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """Several hubs, one database: that there is such a card is learned soon; then a block counts at once."""
    async with (
        roaming_on(mongo, clock, tmp_path) as roaming,
        running_hub(mongo, clock, tmp_path) as other,
    ):
        await tell_token(roaming.emsp, EMSP, whitelist="ALLOWED")
        here = roaming.cpo.endpoints
        there = {at: url.replace(roaming.hub.url, other.url) for at, url in here.items()}
        roaming.cpo.endpoints = there
        await clock.advance(seconds=EVERY_S)

        async def is_known_there() -> bool:
            return (await authorize(roaming)).data is not None

        await eventually_so(is_known_there)
        for day in ("02", "03", "04"):
            for where in (here, there):
                roaming.cpo.endpoints = where
                assert (await authorize(roaming)).data["allowed"] == "ALLOWED"
            changed: dict[str, Any] = {"whitelist": "ALLOWED", "last_updated": f"2026-03-{day}T00:00:00Z"}
            await tell_token(roaming.emsp, EMSP, valid=False, **changed)
            for where in (there, here):
                roaming.cpo.endpoints = where
                assert (await authorize(roaming)).data["allowed"] == "BLOCKED"
            await tell_token(roaming.emsp, EMSP, **changed)


async def test_every_connected_cpo_hears_of_a_block_within_five_seconds(mongo: Mongo, tmp_path: Path) -> None:
    """By the real clock: among a lot of other news, beside one CPO that is slow and one that is away."""
    clock = SystemClock()

    async def slowly(_: Request) -> Reply:
        await asyncio.sleep(0.1)
        return Reply()

    async with roaming_on(mongo, clock, tmp_path) as roaming, cpos_at(roaming, CPOS) as (slow, away, *quick):
        slow.answer("PUT", "tokens", RECEIVER, slowly)
        away.is_online = False
        cards = [f"04BB{number:04}" for number in range(BULK)]
        await asyncio.gather(*(tell_token(roaming.emsp, EMSP, uid) for uid in ["04AA", *cards]))
        began_s = clock.monotonic()
        await block(roaming)
        assert (await authorize(roaming)).data["allowed"] == "BLOCKED"
        connected = [roaming.cpo, slow, *quick]
        await eventually(lambda: all(blocked_at(each) for each in connected))
        assert clock.monotonic() - began_s < 5
        assert len(slow.heard("tokens", "PUT")) < BULK / 2
        assert (await standings(roaming))[str(CPOS[1])] == "WAITS"

        away.is_online = True
        await eventually(lambda: len(away.heard("tokens", "PUT")) > BULK)
        assert blocked_at(away) == [0]


async def test_its_issuer_and_the_operator_see_who_does_not_know_of_a_block(roaming: Roaming) -> None:
    async with cpos_at(roaming, CPOS[:2]) as (second, third):
        await tell_token(roaming.emsp, EMSP)
        names = [str(CPO), str(CPOS[0]), str(CPOS[1])]

        async def all_know() -> bool:
            return await standings(roaming) == dict.fromkeys(names, "KNOWS")

        await eventually_so(all_know)
        message = (await shown(roaming.emsp)).envelope["status_message"]
        assert message == "known to all 3 CPOs with an agreement"

        second.is_online = False
        third.answer("PUT", "tokens", RECEIVER, lambda _: Reply(status_code=2001))
        await block(roaming)
        for _ in range(4):
            await roaming.later(seconds=10)

        async def two_do_not() -> bool:
            return await standings(roaming) == dict(zip(names, ("KNOWS", "WAITS", "PARKED"), strict=True))

        await eventually_so(two_do_not)
        heard = await shown(roaming.emsp)
        assert (heard.http, heard.data["valid"]) == (200, False)
        assert heard.envelope["status_message"] == f"not known yet to {CPOS[0]}, {CPOS[1]}"
        told = await asyncio.to_thread(roaming.hub.admin.get, "/tokens/NL/MSP/04aa/known?type=RFID")
        assert (told["valid"], told["last_updated"]) == (False, LATER)
        waiting = next(each for each in told["cpos"] if each["cpo"] == str(CPOS[0]))
        assert waiting["attempts"] > 0
        assert "cannot be reached" in waiting["last_error"]


async def test_a_cpo_that_takes_no_tokens_is_not_said_to_know(roaming: Roaming) -> None:
    async with SimulatedPartner(("CPO", CPOS[0])) as deaf:
        deaf.endpoints_offered = [each for each in deaf.offered() if each["identifier"] != "tokens"]
        await connect(roaming.hub, deaf, "deaf", "CPO")
        await agree(roaming.hub, cpo=CPOS[0])
        await tell_token(roaming.emsp, EMSP)
        assert (await standings(roaming))[str(CPOS[0])] == "NOT_TOLD"


async def test_a_cpo_that_is_owed_every_state_does_not_know_until_it_has_the_last(roaming: Roaming) -> None:
    kept = {"delivery": {"tokens": "store_forward"}}
    await operate(roaming.hub, "/partners/the-cpo/delivery", kept)
    await tell_token(roaming.emsp, EMSP)

    async def knows() -> bool:
        return (await standings(roaming))[str(CPO)] == "KNOWS"

    await eventually_so(knows)
    roaming.cpo.is_online = False
    await block(roaming)
    assert (await standings(roaming))[str(CPO)] == "WAITS"
    roaming.cpo.is_online = True
    await roaming.stroll(minutes=2)
    await eventually_so(knows)


async def test_nobody_else_reads_who_knows_a_card(roaming: Roaming) -> None:
    """S-15: and of a card that was not told, there is nothing to be known."""
    async with issuers_at(roaming, [SECOND]) as (second,):
        await tell_token(roaming.emsp, EMSP)
        heard = await shown(second, SECOND)
        assert (heard.http, heard.status) == (404, 2001)
        assert "CPO" not in str(heard.envelope)
        mine = await shown(second, SECOND, "BE", "MSP", "04AA")
        assert (mine.http, mine.status) == (404, 2001)
    with pytest.raises(AdminRefused, match="not told"):
        await standings(roaming, "04EE")
    with pytest.raises(AdminRefused, match="no party"):
        await asyncio.to_thread(roaming.hub.admin.get, "/tokens/NLD/MSP/04AA/known")
