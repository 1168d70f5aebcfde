"""The process is killed while the database is away: what was answered is billed, once and to the Wh.

needs.md §3.4 scenario 2; ocpp.md §7 cases 79, 82.
"""

import asyncio
from pathlib import Path

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import SimulatedPartner
from tests import build
from tests.cpo_adapter.keeping.processes import cpo_process
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago, start, stop
from tests.fakes.eventually import eventually
from tests.fakes.mongod import OwnMongod
from tests.platforms import CPO, EMSP, agree, connect

pytestmark = pytest.mark.slow

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


async def test_what_was_answered_before_a_kill_is_billed_once(mongod: OwnMongod, tmp_path: Path) -> None:
    async with cpo_process(mongod.url, tmp_path) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        await asyncio.to_thread(cpo.process.wait_ready)
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        await _push_the_card(emsp)
        async with cpo.station() as station:
            await station.call("BootNotification", BOOT)
            await station.call("Authorize", {"idTag": UID})
            before = (await station.call("StartTransaction", start(ago(300))))[2]["transactionId"]
            mongod.freeze()
            stopped = await station.call("StopTransaction", stop(before, ago(240), 3000))
            ended = await station.call("StartTransaction", start(ago(200), 3000))
            running = await station.call("StartTransaction", start(ago(100), 10_000))
            await station.call("StopTransaction", stop(ended[2]["transactionId"], ago(150), 7000))
        assert stopped[0] == ended[0] == running[0] == 3
        mongod.thaw()
        cpo.kill_and_restart()
        await asyncio.to_thread(cpo.process.wait_ready)
        async with cpo.station() as station:
            number = running[2]["transactionId"]
            assert (await station.call("StopTransaction", stop(number, ago(50), 18_000)))[0] == 3
            after = await station.call("StartTransaction", start(ago(40), 20_000))
        await eventually(lambda: len(emsp.heard("cdrs", "POST")) == 3, within_s=30)

    assert sorted(post.json()["total_energy"] for post in emsp.heard("cdrs", "POST")) == [2, 4, 8]
    numbers = [before, ended[2]["transactionId"], number, after[2]["transactionId"]]
    assert len(set(numbers)) == 4


async def _push_the_card(emsp: SimulatedPartner) -> None:
    token = build.token(uid=UID, whitelist="ALLOWED")
    path, routing = (token.country_code, token.party_id, token.uid), Routing(to=CPO, sender=EMSP)
    body = codec.dump(token)
    heard = await emsp.call("PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=body)
    assert heard.status == 1000, heard.body
