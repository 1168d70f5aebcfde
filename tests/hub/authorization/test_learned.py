"""Whose card it is, as the hub learned it from what went through it before."""

from datetime import timedelta

import pytest

from hub.authorization.card import Card
from hub.authorization.charges import ChargedCards
from hub.authorization.learned import COLLECTION, LIFETIME, Learned
from ocpi.objects.record import Record
from ocpi.process.mongo import Document, Mongo
from ocpi.process.tasks import Supervisor
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.hub.authorization.issuers import (
    AT,
    SECOND,
    UNKNOWN,
    asked,
    authorize,
    issuers_at,
    may_be_asked,
    says,
)
from tests.platforms import CPO, EMSP, agree, connect
from tests.roaming import Roaming

OTHER_CPO = PartyId("DE", "CPO")
CARD = Card.named("04AA", "RFID", CPO)


async def learned(mongo: Mongo, times: int = 1) -> list[Document]:
    async def so_many() -> bool:
        return await mongo.collection(COLLECTION).count_documents({}) == times

    await eventually_so(so_many)
    return [each async for each in mongo.collection(COLLECTION).find({})]


async def charge(roaming: Roaming, module: str) -> Heard:
    card = {**build.CDR_TOKEN, "uid": "04AA"}
    if module == "sessions":
        session = build.session(cdr_token=card)
        return await roaming.push("sessions", "FR", "CPO", "S1", body=session, to=EMSP)
    return await roaming.push("cdrs", body=build.cdr(cdr_token=card), to=None, method="POST")


async def test_the_issuer_that_was_found_is_asked_alone_the_next_time(roaming: Roaming, mongo: Mongo) -> None:
    """At once with the place, whatever case its uid is written in."""
    async with issuers_at(roaming, [SECOND]) as (second,):
        await may_be_asked(roaming.hub)
        says(roaming.emsp, "ALLOWED")
        for uid in ("04AA", "04aa"):
            assert (await authorize(roaming, uid)).data["allowed"] == "ALLOWED"
            await learned(mongo)
        assert (asked(roaming.emsp), asked(second)) == ([b"", AT, AT], [b""])


async def test_the_issuer_that_a_cpo_named_is_learned(roaming: Roaming, mongo: Mongo) -> None:
    """A refusal tells whose card it is as well."""
    says(roaming.emsp, "NO_CREDIT")
    await authorize(roaming, to=EMSP)
    await learned(mongo)
    assert (await authorize(roaming)).data["allowed"] == "NO_CREDIT"


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
async def test_sessions_and_bills_tell_whose_card_it_is(roaming: Roaming, mongo: Mongo, module: str) -> None:
    assert (await charge(roaming, module)).is_success
    await learned(mongo)
    says(roaming.emsp, "ALLOWED")
    assert (await authorize(roaming)).data["allowed"] == "ALLOWED"


async def test_a_charge_that_is_told_to_another_than_the_issuer_of_its_card_teaches_nothing(
    mongo: Mongo, clock: ManualClock
) -> None:
    """Those who steer charging are told of the cards of others. Nor does a uid that can be none."""
    async with Supervisor(name="test", clock=clock) as supervisor:
        memory = Learned(mongo=mongo, clock=clock, key=b"key", supervisor=supervisor)
        for session_id, uid, audience in (("S1", "04AA", SECOND), ("S2", "...", EMSP), ("S3", "04BB", EMSP)):
            told = build.session(id=session_id, cdr_token={**build.CDR_TOKEN, "uid": uid})
            key = ObjectKey(ObjectKind.SESSION, CPO, session_id)
            ChargedCards(memory).notice(Record(key, clock.now(), codec.dump(told), audience))
        await learned(mongo)
        assert await memory.issuer(CPO, Card.named("04BB", "RFID", CPO)) == EMSP


async def test_what_one_cpo_has_learned_does_not_count_for_another(roaming: Roaming, mongo: Mongo) -> None:
    """Else a CPO and an eMSP together could have the cards of others sent to them."""
    says(roaming.emsp, "ALLOWED")
    await authorize(roaming, to=EMSP)
    await learned(mongo)
    async with SimulatedPartner(("CPO", OTHER_CPO)) as other:
        await connect(roaming.hub, other, "other", "CPO")
        await agree(roaming.hub, cpo=OTHER_CPO)
        routing = Routing(sender=OTHER_CPO)
        heard = await other.call("POST", "tokens", Side.SENDER, "04AA", "authorize", routing=routing)
        assert heard.status == 2004
        assert len(asked(roaming.emsp)) == 1


async def test_what_was_learned_wrong_is_forgotten_and_the_issuer_found_anew(
    roaming: Roaming, mongo: Mongo
) -> None:
    async with issuers_at(roaming, [SECOND]) as (second,):
        await charge(roaming, "sessions")
        await learned(mongo)
        says(roaming.emsp, UNKNOWN)
        says(second, "ALLOWED")
        for _ in range(2):
            assert (await authorize(roaming)).data["allowed"] == "ALLOWED"

            async def is_second() -> bool:
                return [each["issuer"] for each in await learned(mongo)] == [str(SECOND)]

            await eventually_so(is_second)
        assert (asked(roaming.emsp), asked(second)) == ([AT], [b"", AT, AT])


async def test_an_issuer_that_cannot_be_reached_keeps_its_cards(roaming: Roaming, mongo: Mongo) -> None:
    """Nobody else is asked about them meanwhile."""
    async with issuers_at(roaming, [SECOND]) as (second,):
        await charge(roaming, "sessions")
        await learned(mongo)
        says(second, "ALLOWED")
        roaming.emsp.is_online = False
        assert (await authorize(roaming)).status == 4003
        assert asked(second) == []


async def test_an_ended_agreement_ends_what_was_learned_with_it(roaming: Roaming, mongo: Mongo) -> None:
    await charge(roaming, "sessions")
    await learned(mongo)
    roaming.emsp.received.clear()
    agreements = roaming.hub.foundation.agreements
    await agreements.end(CPO, EMSP, roaming.hub.foundation.clock.now().date() - timedelta(days=1))
    await roaming.hub.foundation.directory.refresh()
    assert (await authorize(roaming)).status == 2004
    assert asked(roaming.emsp) == []


async def test_cards_are_kept_by_pseudonym_and_for_ninety_days(mongo: Mongo, clock: ManualClock) -> None:
    async with Supervisor(name="test", clock=clock) as supervisor:

        def memory(key: bytes = b"key") -> Learned:
            return Learned(mongo=mongo, clock=clock, key=key, supervisor=supervisor)

        memory().note(CPO, CARD, EMSP)
        (kept,) = await learned(mongo)
        assert "04aa" not in str(kept).lower()
        assert await memory().issuer(CPO, CARD) == EMSP
        assert await memory(b"another key").issuer(CPO, CARD) is None
        assert kept["expires_at"] == clock.now() + LIFETIME
        await clock.leap(hours=24 * LIFETIME.days)
        assert await memory().issuer(CPO, CARD) is None


async def test_use_renews_what_was_learned_once_a_day(mongo: Mongo, clock: ManualClock) -> None:
    async with Supervisor(name="test", clock=clock) as supervisor:
        memory = Learned(mongo=mongo, clock=clock, key=b"key", supervisor=supervisor)
        memory.note(CPO, CARD, EMSP)
        (first,) = await learned(mongo)
        await clock.leap(hours=23)
        memory.note(CPO, CARD, EMSP)
        assert await learned(mongo) == [first]
        await clock.leap(hours=2)
        memory.note(CPO, CARD, EMSP)

        async def is_renewed() -> bool:
            return bool((await learned(mongo))[0]["expires_at"] == clock.now() + LIFETIME)

        await eventually_so(is_renewed)


async def test_what_another_process_forgot_is_learned_anew(mongo: Mongo, clock: ManualClock) -> None:
    async with Supervisor(name="test", clock=clock) as supervisor:
        one, other = (Learned(mongo=mongo, clock=clock, key=b"key", supervisor=supervisor) for _ in range(2))
        one.note(CPO, CARD, EMSP)
        await learned(mongo)
        await other.forget(CPO, CARD, EMSP)
        assert await one.issuer(CPO, CARD) is None
        one.note(CPO, CARD, EMSP)
        await learned(mongo)
        await other.forget(CPO, CARD, SECOND)
        assert await other.issuer(CPO, CARD) == EMSP
