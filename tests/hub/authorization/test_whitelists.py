"""Who answers for a card that its issuer told the hub of. C-081 … C-087."""

import asyncio
from pathlib import Path

import pytest

from hub.authorization import desk
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Reply
from tests.fakes.clock import ManualClock
from tests.hub.authorization.issuers import (
    AT,
    SECOND,
    UNKNOWN,
    asked,
    authorize,
    card,
    hangs,
    issuers_at,
    says,
    tell_token,
)
from tests.platforms import CPO, EMSP, operate
from tests.roaming import Roaming, roaming_on

EITHER = pytest.mark.parametrize("to", [None, EMSP], ids=["found", "named"])


@EITHER
@pytest.mark.parametrize("whitelist", ["ALWAYS", "ALLOWED"])
async def test_a_good_card_that_is_whitelisted_is_let_in_without_asking(
    roaming: Roaming, to: PartyId | None, whitelist: str
) -> None:
    """C-082, C-083, C-086, C-087: as the issuer would have said it, with the places that were asked about."""
    await tell_token(roaming.emsp, EMSP, whitelist=whitelist)
    heard = await authorize(roaming, "04aa", to)
    told = card(EMSP, whitelist=whitelist)
    assert heard.data == {
        "allowed": "ALLOWED",
        "token": codec.decode(codec.encode(told)),
        "location": codec.decode(AT),
    }
    assert (heard.http, heard.status) == (200, 1000)
    assert Routing.read(heard.headers) == Routing(to=CPO, sender=EMSP)
    assert heard.envelope["status_message"] == "the hub says so by the token that NL*MSP told it"
    assert asked(roaming.emsp) == []


@EITHER
async def test_a_card_that_is_never_whitelisted_is_asked_about_every_time(
    roaming: Roaming, to: PartyId | None
) -> None:
    """C-081: and when its issuer cannot be reached, that is the answer."""
    await tell_token(roaming.emsp, EMSP, whitelist="NEVER")
    says(roaming.emsp, Reply({"allowed": "ALLOWED"}))
    for _ in range(2):
        assert (await authorize(roaming, to=to)).data == {"allowed": "ALLOWED"}
    assert asked(roaming.emsp) == [AT, AT]
    roaming.emsp.is_online = False
    heard = await authorize(roaming, to=to)
    assert (heard.http, heard.status, heard.data) == (200, 4003, None)


@EITHER
async def test_a_card_that_is_good_offline_is_let_in_when_its_issuer_cannot_be_reached(
    roaming: Roaming, to: PartyId | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C-083: away, too slow, or behind another hub that says so; its word counts while it can be had."""
    await tell_token(roaming.emsp, EMSP, whitelist="ALLOWED_OFFLINE")
    for answer in ("BLOCKED", UNKNOWN, Reply(status_code=3000)):
        says(roaming.emsp, answer)
        heard = await authorize(roaming, to=to)
        assert heard.status != 1000 or heard.data["allowed"] == "BLOCKED"
    says(roaming.emsp, Reply(status_code=4003))
    assert (await authorize(roaming, to=to)).data["allowed"] == "ALLOWED"

    monkeypatch.setattr(desk, "AUTHORIZE_BUDGET", desk.AUTHORIZE_BUDGET / 40)
    released = hangs(roaming.emsp)
    assert (await authorize(roaming, to=to)).data["allowed"] == "ALLOWED"
    released.set()
    roaming.emsp.is_online = False
    assert (await authorize(roaming, to=to)).data["allowed"] == "ALLOWED"


async def test_a_card_that_never_was_good_is_asked_about_where_its_type_wants_that(roaming: Roaming) -> None:
    """C-084, C-085."""
    says(roaming.emsp, "ALLOWED")
    allowed = {}
    for number, whitelist in enumerate(("ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER")):
        await tell_token(roaming.emsp, EMSP, f"04A{number}", whitelist=whitelist, valid=False)
        allowed[whitelist] = (await authorize(roaming, f"04A{number}")).data["allowed"]
    assert allowed == {
        "ALWAYS": "BLOCKED",
        "ALLOWED": "BLOCKED",
        "ALLOWED_OFFLINE": "ALLOWED",
        "NEVER": "ALLOWED",
    }
    roaming.emsp.is_online = False
    assert (await authorize(roaming, "04A2")).data["allowed"] == "BLOCKED"
    assert (await authorize(roaming, "04A3")).data["allowed"] == "BLOCKED"


@pytest.mark.parametrize("whitelist", ["ALWAYS", "ALLOWED", "ALLOWED_OFFLINE"])
async def test_no_card_of_a_suspended_issuer_is_let_in(roaming: Roaming, whitelist: str) -> None:
    await tell_token(roaming.emsp, EMSP, whitelist=whitelist)
    await operate(roaming.hub, "/partners/the-emsp/suspend", {})
    for to in (None, EMSP):
        heard = await authorize(roaming, to=to)
        assert (heard.http, heard.status, heard.data) == (200, 4003, None)


async def test_what_was_told_to_another_cpo_alone_does_not_count(roaming: Roaming) -> None:
    """And of what was told to everybody and to the asker, the newer."""
    from_now_on = {"last_updated": "2026-03-02T00:00:00Z"}
    await tell_token(roaming.emsp, EMSP, whitelist="ALLOWED")
    await tell_token(roaming.emsp, EMSP, to=CPO, whitelist="NEVER", **from_now_on)
    says(roaming.emsp, "NO_CREDIT")
    assert (await authorize(roaming)).data["allowed"] == "NO_CREDIT"

    objects = roaming.hub.foundation.mongo.collection("objects")
    await objects.update_one({"audience": str(CPO)}, {"$set": {"audience": "DE*CPO"}})
    assert (await authorize(roaming)).data["allowed"] == "ALLOWED"


async def test_the_hub_answers_in_the_version_of_whoever_asks(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with roaming_on(mongo, clock, tmp_path, cpo_speaks="2.2.1") as roaming:
        await tell_token(roaming.emsp, EMSP, whitelist="ALWAYS", uid="EM-AID", type="EMAID")
        heard = await authorize(roaming, "EM-AID", query={"type": "EMAID"})
        assert heard.data["allowed"] == "ALLOWED"
        assert heard.data["token"]["type"] == "OTHER"


async def test_a_question_that_cannot_be_read_is_refused_with_its_place(roaming: Roaming) -> None:
    """C-090: without a place is another matter, and the hub's yes is for everywhere."""
    await tell_token(roaming.emsp, EMSP, whitelist="ALWAYS")
    wrong = await authorize(roaming, body=b'{"location_id":5}')
    assert (wrong.status, wrong.envelope["status_message"].partition(":")[0]) == (2001, "/location_id")
    for body in (b"", b"{}"):
        heard = await authorize(roaming, body=body)
        assert (heard.data["allowed"], heard.data.get("location")) == ("ALLOWED", None)


async def test_cards_that_are_asked_about_together_are_not_confused(roaming: Roaming) -> None:
    async with issuers_at(roaming, [SECOND]) as (second,):
        await tell_token(roaming.emsp, EMSP, "04A0", whitelist="ALLOWED")
        await tell_token(second, SECOND, "04A1", whitelist="ALLOWED", valid=False)
        uids = ["04A0", "04A1", "04A2", "04a0"] * 5
        heard = await asyncio.gather(*(authorize(roaming, uid) for uid in uids))
        found = [each.data["allowed"] if each.data else each.status for each in heard]
        assert found == ["ALLOWED", "BLOCKED", 2004, "ALLOWED"] * 5
