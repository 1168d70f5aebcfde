"""What goes wrong with one registration stays there, and several processes do not undo each other's work."""

import asyncio
from pathlib import Path

from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Reply
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.virtual.meeting import RECEIVER, SENDER, register
from tests.hub.virtual.several import BE, FR, Several
from tests.platforms import CPO, EMSP, agree, operate, running_hub

LOCATION = codec.dump(build.location(country_code="BE"))


async def test_a_bill_that_waits_for_a_registration_holds_up_no_other(several: Several) -> None:
    """Its own comes when the partner is registered for its CPO again."""
    made = await several.registered()
    several.emsp.is_online = False
    bill = codec.dump(build.cdr())
    heard = await several.cpo.call("POST", "cdrs", RECEIVER, routing=Routing(to=EMSP, sender=CPO), body=bill)
    assert heard.http == 201
    await several.clock.advance(seconds=30)
    several.emsp.turn_to(made[FR]["versions_url"])
    assert (await several.emsp.withdraw()).status == 1000
    await several.clock.stroll(minutes=1)  # what was on its way meets nobody
    several.emsp.is_online = True
    await several.clock.stroll(minutes=2)

    await several.publish(several.other, "locations", "BE", "CPO", "LOC1", body=LOCATION)
    await eventually(lambda: len(several.emsp.heard("locations")) == 1)
    assert several.emsp.heard("cdrs") == []

    await register(several.emsp, (await several.rotate(CPO))[FR])
    await several.clock.leap(hours=1)
    await eventually(lambda: len(several.emsp.heard("cdrs")) == 1)


async def test_a_suspended_registration_is_the_only_one_that_is_refused(several: Several) -> None:
    made = await several.registered()
    await operate(several.hub, "/partners/old@FRCPO/suspend", {})
    assert (await several.pull(made[FR], "locations")).http == 401
    assert (await several.pull(made[BE], "locations")).status == 1000
    await operate(several.hub, "/partners/old@FRCPO/resume", {})
    assert (await several.pull(made[FR], "locations")).status == 1000


async def test_a_second_process_leaves_invitations_as_they_were_told(
    several: Several, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """And takes tokens that were issued by the first."""
    async with running_hub(mongo, clock, tmp_path) as second:
        made = await several.create()
        await clock.advance(seconds=10)
        for remote, registration in made.items():
            url = registration["versions_url"].replace(several.hub.url, second.url)
            heard = await several.emsp.send("GET", url, CredentialsToken(registration["token"]))
            assert heard.status == 1000, remote
            await register(several.emsp, registration)
        await clock.advance(seconds=10)
        told = await asyncio.to_thread(second.admin.get, "/virtual-partners/old")
        assert {each["state"] for each in told["registrations"]} == {"REGISTERED"}


async def test_what_an_operator_says_of_the_whole_goes_for_every_registration(several: Several) -> None:
    """Unless something else was said of one."""
    made = await several.registered()
    await operate(several.hub, "/partners/old/policy", {"postal_code": "0000"})
    await operate(several.hub, "/partners/old@BECPO/policy", {"postal_code": "9999"})
    await operate(several.hub, "/partners/old/quirks", {"set": ["nulls_told"]})
    for cpo, country in ((several.cpo, "FR"), (several.other, "BE")):
        body = codec.dump(build.location(country_code=country, postal_code=None))
        await several.publish(cpo, "locations", country, "CPO", "LOC1", body=body)
    await eventually(lambda: len(several.emsp.heard("locations")) == 2)
    heard = {each.path: each.json() for each in several.emsp.heard("locations")}
    codes = {path: each["postal_code"] for path, each in heard.items()}
    assert codes == {"FR/CPO/LOC1": "0000", "BE/CPO/LOC1": "9999"}
    assert [each["opening_times"] for each in heard.values()] == [None, None]
    assert made.keys() == {FR, BE}


async def test_a_registration_is_examined_as_what_it_is(several: Several) -> None:
    await several.registered()
    told = await asyncio.to_thread(several.hub.admin.get, "/partners/old@FRCPO/doctor")
    """In the words of 2.1.1, and with the modules that its other end needs there."""
    red = [each["text"] for each in told["findings"] if each["colour"] == "red"]
    assert [each for each in red if "clock" not in each] == []
    assert any("offers 2.1.1" in each["text"] for each in told["findings"])


async def test_a_handshake_that_failed_is_tried_again_after_a_while(several: Several) -> None:
    """Where the partner welcomes the hub."""
    several.emsp.answer("POST", "credentials", SENDER, lambda _: Reply(http=500))
    several.emsp.admits_again = True
    token = several.emsp.invite().reveal()
    made = await several.create(versions_url=several.emsp.versions_url, token=token)
    assert all("500" in each["trouble"] for each in made.values())
    several.emsp.answer("POST", "credentials", SENDER, several.emsp.usual("credentials"))
    await several.clock.stroll(minutes=6)

    async def are_registered() -> bool:
        return set((await several.states()).values()) == {"REGISTERED"}

    await eventually_so(are_registered)


async def test_what_a_removal_left_behind_is_ended_by_whoever_finds_it(several: Several) -> None:
    """As after a crash in the middle of it."""
    made = await several.registered()
    partners = several.hub.foundation.mongo.collection("partners")
    await partners.delete_one({"_id": "old"})
    await several.clock.advance(seconds=5)

    async def are_gone() -> bool:
        return await partners.count_documents({"part_of": "old"}) == 0

    await eventually_so(are_gone)
    assert len([each for each in several.emsp.handshakes if each.method == "DELETE"]) == 2
    assert (await several.pull(made[FR], "locations")).http == 401


async def test_two_agreements_at_once_add_one_registration_each(several: Several) -> None:
    await several.registered()
    parties = [PartyId("DE", name) for name in ("AAA", "BBB")]
    await asyncio.gather(*(agree(several.hub, cpo=each) for each in parties))

    async def are_invited() -> bool:
        states = await several.states()
        return [states.get(str(each)) for each in parties] == ["INVITED", "INVITED"]

    await eventually_so(are_invited)
    partners = several.hub.foundation.mongo.collection("partners")
    assert await partners.count_documents({"part_of": "old"}) == 4
