"""A session that is fetched is joined to the command that began it, like one that is pushed."""

import asyncio
from typing import Any

import pytest

from ocpi.wire.interfaces import Side
from schemas.times import datetime_text
from simulators.partner import Reply
from tests.emsp_adapter.sync.square import SHARED_LOOP, Network, Square
from tests.ocpi.client.connected import VERSIONS
from tests.platforms import operate

pytestmark = SHARED_LOOP


async def given(cpo: Network) -> Any:
    told = {"result": "ACCEPTED", **({} if cpo.far.version == "2.1.1" else {"timeout": 60})}
    cpo.far.answer("POST", "commands", Side.RECEIVER, lambda _: Reply(told))
    start = {
        "command": "START_SESSION",
        "cpo": str(cpo.party),
        "location_id": "LOC1",
        "token": {"uid": "04AA"},
    }
    return await operate(cpo.square.emsp, "/commands", start)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_session_that_is_fetched_is_joined_to_its_command(square: Square, version: str) -> None:
    async with square.network(version) as cpo:
        command = await given(cpo)
        now = datetime_text(square.clock.now())
        card = {
            "country_code": "NL",
            "party_id": "MSP",
            "uid": "04AA",
            "type": "RFID",
            "contract_id": "NL-MSP-C1",
        }
        reference = command["about"].get("authorization_reference")
        told = {"start_date_time": now, "last_updated": now, "cdr_token": card, "status": "ACTIVE"}
        cpo.lists("sessions", {"id": "S1", "authorization_reference": reference, **told})
        assert (await cpo.fetch("sessions"))["last"]["new"] == 1
        shown = await square.read(f"/commands/{command['id']}")
        assert shown["sessions"] == ["S1"]


async def test_a_session_whose_joining_was_broken_off_is_joined_the_next_time(cpo: Network) -> None:
    """The same session in the next list is no news, and told of all the same."""
    command = await given(cpo)
    now = datetime_text(cpo.square.clock.now())
    reference = command["about"]["authorization_reference"]
    told = {"start_date_time": now, "last_updated": now, "status": "ACTIVE"}
    cpo.lists("sessions", {"id": "S1", "authorization_reference": reference, **told})
    await cpo.fetch("sessions")
    errands = cpo.square.emsp.foundation.mongo.collection("errands")
    await errands.update_one({"_id": command["id"]}, {"$set": {"sessions": []}})
    assert (await cpo.fetch("sessions"))["last"]["new"] == 0
    shown = await asyncio.to_thread(cpo.square.emsp.admin.get, f"/commands/{command['id']}")
    assert shown["sessions"] == ["S1"]
