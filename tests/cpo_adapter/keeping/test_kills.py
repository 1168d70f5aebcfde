"""The process is killed while the database is away: what was answered is billed, once and to the Wh.

needs.md §3.4 scenario 2; B-79, B-82.
"""

import asyncio
import os
import random
from pathlib import Path

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import SimulatedPartner
from tests import build
from tests.cpo_adapter.keeping.persistent import PersistentStation
from tests.cpo_adapter.keeping.processes import CpoProcess, cpo_process
from tests.cpo_adapter.sessions.charging import KEY, STATIONS, UID
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago, start, stop
from tests.fakes.eventually import eventually
from tests.fakes.mongod import OwnMongod
from tests.platforms import CPO, EMSP, agree, connect

pytestmark = pytest.mark.slow

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


async def test_what_was_answered_before_a_kill_is_billed_once(mongod: OwnMongod, tmp_path: Path) -> None:
    """(B-79) (B-82)."""
    async with cpo_process(mongod.url, tmp_path) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
        await asyncio.to_thread(cpo.process.wait_ready, 120)
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
        await asyncio.to_thread(cpo.process.wait_ready, 120)
        async with cpo.station() as station:
            number = running[2]["transactionId"]
            assert (await station.call("StopTransaction", stop(number, ago(50), 18_000)))[0] == 3
            after = await station.call("StartTransaction", start(ago(40), 20_000))
        await eventually(lambda: len(emsp.heard("cdrs", "POST")) == 3)

    assert sorted(post.json()["total_energy"] for post in emsp.heard("cdrs", "POST")) == [2, 4, 8]
    numbers = [before, ended[2]["transactionId"], number, after[2]["transactionId"]]
    assert len(set(numbers)) == 4


SEED = int(os.environ.get("CHAOS_SEED", "7"))
OUTAGES = 3
AT_LEAST = 2


async def test_kills_and_outages_at_any_moment_cost_no_bill(mongod: OwnMongod, tmp_path: Path) -> None:
    """Stations repeat what is not answered; what they counted is what is billed, each once."""
    dice = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    identities = [f"CP-{number}" for number in range(1, 5)]
    async with (
        cpo_process(mongod.url, tmp_path, inventory_of(identities)) as cpo,
        SimulatedPartner(("EMSP", EMSP)) as emsp,
    ):
        await asyncio.to_thread(cpo.process.wait_ready, 120)
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        await _push_the_card(emsp)
        over = asyncio.Event()
        stations = [
            PersistentStation(cpo.stations, each, bytes.fromhex(KEY), cpo.session) for each in identities
        ]
        charging = asyncio.gather(*(_charge(each, over, random.Random(SEED)) for each in stations))  # noqa: S311
        for _ in range(OUTAGES):
            await _suffer(cpo, mongod, dice)
        over.set()
        charged = [wh for told in await charging for wh in told]
        await eventually(lambda: len(emsp.heard("cdrs", "POST")) >= len(charged), within_s=120)

    bills = {
        post.json()["id"]: round(1000 * post.json()["total_energy"]) for post in emsp.heard("cdrs", "POST")
    }
    assert sorted(bills.values()) == sorted(charged)
    assert len(charged) >= AT_LEAST * len(stations)
    assert [each.errors for each in stations] == [[]] * len(stations)


async def _charge(station: PersistentStation, over: asyncio.Event, dice: random.Random) -> list[int]:
    """One transaction after another, the n-th of n tenths of a kWh; what was charged, in Wh."""
    await station.say("BootNotification", BOOT)
    meter, charged = 1000, list[int]()
    while not over.is_set() or len(charged) < AT_LEAST:
        minutes = 3000 - 40 * len(charged)
        begun = await station.say("StartTransaction", start(ago(minutes), meter))
        await asyncio.sleep(dice.uniform(0, 0.3))
        charged.append(100 * (len(charged) + 1))
        meter += charged[-1]
        await station.say("StopTransaction", stop(begun["transactionId"], ago(minutes - 20), meter))
        await asyncio.sleep(dice.uniform(0, 0.3))
    return charged


async def _suffer(cpo: CpoProcess, mongod: OwnMongod, dice: random.Random) -> None:
    """The database freezes, the process is killed in it, both come back."""
    await asyncio.sleep(dice.uniform(0, 1))
    mongod.freeze()
    await asyncio.sleep(dice.uniform(1, 6))
    cpo.process.kill()
    mongod.thaw()
    cpo.process.restart()
    await asyncio.to_thread(cpo.process.wait_ready, 120)


def inventory_of(identities: list[str]) -> str:
    site, station = STATIONS.split("[[sites.stations]]")
    return site + "".join("[[sites.stations]]" + station.replace("CP-1", each) for each in identities)


async def _push_the_card(emsp: SimulatedPartner) -> None:
    token = build.token(uid=UID, whitelist="ALLOWED")
    path, routing = (token.country_code, token.party_id, token.uid), Routing(to=CPO, sender=EMSP)
    body = codec.dump(token)
    heard = await emsp.call("PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=body)
    assert heard.status == 1000, heard.body
