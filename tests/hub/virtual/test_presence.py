"""Parties of 2.1.1 are seen, and told of, as any other. C-019, C-020, C-063, C-064."""

from pathlib import Path

from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.hub.presence.test_presence import hears, shown
from tests.hub.virtual.meeting import OLDEST, meeting, register
from tests.hub.virtual.several import BE, FR, Several


async def test_a_party_of_2_1_1_is_connected_for_those_that_it_is_registered_for(several: Several) -> None:
    """For the others it is planned, agreement or not."""
    made = await several.create()
    await register(several.emsp, made[FR])
    await hears(several.cpo, "EMSP NL*MSP", "CONNECTED")
    assert (await shown(several.other))["EMSP NL*MSP"] == "PLANNED"
    await register(several.emsp, made[BE])
    await hears(several.other, "EMSP NL*MSP", "CONNECTED")
    assert several.emsp.announced == []


async def test_each_registration_is_watched_with_its_own_token(several: Several) -> None:
    await several.registered()
    several.emsp.handshakes.clear()
    await several.clock.stroll(minutes=6)
    asked = [each for each in several.emsp.handshakes if each.module == "versions"]
    assert len({each.token for each in asked}) == 2
    several.emsp.is_online = False
    await several.clock.stroll(minutes=6)
    await hears(several.cpo, "EMSP NL*MSP", "OFFLINE")


async def test_a_hub_of_2_3_0_tells_of_parties_behind_virtual_registrations_once(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """With those of every other version, and gathered for a while."""
    async with meeting(mongo, clock, tmp_path, "2.3.0", OLDEST, tell_credentials_minutes=3) as met:
        await clock.stroll(minutes=5)
        (put,) = [each for each in met.cpo.handshakes if each.method == "PUT"]
        roles = [(each["role"], each["party_id"]) for each in put.json()["roles"]]
        assert sorted(roles) == [("EMSP", "MSP"), ("OTHER", "HUB")]
        assert put.json()["hub_party_id"] == "FRHUB"


async def test_tokens_of_2_1_1_are_renewed_by_age_in_the_name_of_the_remote_party(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with meeting(mongo, clock, tmp_path, "2.3.0", OLDEST) as met:
        await clock.leap(hours=31 * 24)

        async def renewed() -> bool:
            await clock.stroll(minutes=1)
            return any(each.method == "PUT" for each in met.emsp.handshakes)

        await eventually_so(renewed)
        (put,) = [each for each in met.emsp.handshakes if each.method == "PUT"]
        assert (put.version, put.json()["party_id"]) == (OLDEST, "CPO")
        assert put.json()["url"].endswith("/ocpi/as/cpo/FR/CPO/versions")
