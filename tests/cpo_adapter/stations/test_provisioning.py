"""Keys and profiles as operators give and change them, with the station on the other side of a real socket.

B-6, B-12; OCPP security whitepaper, A01 and A05.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, WSServerHandshakeError
from structlog.testing import capture_logs

from cpo_adapter.stations.one_time import AFTER_S
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from passerelle.admin_client import AdminRefused
from simulators.station import SimulatedStation, StationSettings
from tests.cpo_adapter.certificates import Authority, client_context
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.rooms import KEY
from tests.cpo_adapter.stations.authored_files import TOML
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import PATIENCE_S, eventually, eventually_so
from tests.platforms import Running, free_port, running_cpo

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    file = tmp_path / "stations.toml"
    file.write_text(TOML)
    return file


@dataclass
class Yard:
    """A running CPO adapter, its operator and its installers."""

    cpo: Running
    session: ClientSession
    authority: Authority

    async def told(self, path: str, **body: Any) -> Any:
        """What the operator hears of an order."""
        return await asyncio.to_thread(self.cpo.admin.post, f"/stations/{path}", body)

    async def refused(self, path: str, **body: Any) -> str:
        with pytest.raises(AdminRefused) as caught:
            await self.told(path, **body)
        return str(caught.value)

    async def listed(self, path: str = "") -> Any:
        return await asyncio.to_thread(self.cpo.admin.get, f"/stations{path}")

    async def station(self, identity: str) -> Any:
        return next(each for each in await self.listed() if each["identity"] == identity)

    async def has_key(self, identity: str, how: str) -> bool:
        return bool((await self.station(identity))["key"] == how)

    @asynccontextmanager
    async def connect(self, identity: str, key: str, *, by_tls: bool = False) -> AsyncIterator[RawStation]:
        site = "stations_tls" if by_tls else "stations"
        socket = await self.session.ws_connect(
            f"{self.cpo.urls[site]}/ocpp/{identity}",
            protocols=("ocpp1.6",),
            headers=basic(identity.encode(), key.encode()),
            ssl=client_context(self.authority),
        )
        async with socket:
            yield RawStation(socket)

    async def comes_in(self, identity: str, key: str, *, by_tls: bool = False) -> bool:
        try:
            async with self.connect(identity, key, by_tls=by_tls) as station:
                await station.call("BootNotification", BOOT)
        except WSServerHandshakeError:
            return False
        return True

    async def answered(self, station: RawStation, path: str, answer: str, **body: Any) -> tuple[Any, Any]:
        """What the station was asked, and what the operator heard of its `answer`."""
        async with asyncio.TaskGroup() as tasks:
            told = tasks.create_task(self.told(path, **body))
            asked = await answer_next(station, answer)
        return asked, told.result()


async def answer_next(station: RawStation, status: str) -> Any:
    frame = await station.hear()
    assert frame[2] == "ChangeConfiguration"
    await station.say(json.dumps([3, frame[1], {"status": status}]))
    return frame[3]


@pytest.fixture
async def yard(mongo: Mongo, clock: ManualClock, tmp_path: Path, inventory: Path) -> AsyncIterator[Yard]:
    async with yard_on(mongo, clock, tmp_path, inventory) as running:
        yield running


@asynccontextmanager
async def yard_on(mongo: Mongo, clock: ManualClock, folder: Path, inventory: Path) -> AsyncIterator[Yard]:
    authority = Authority()
    certificate = authority.server("ec").written(folder / "server.pem")
    settings = {"stations_tls_port": free_port(), "stations_tls_certificates": (certificate,)}
    async with (
        running_cpo(mongo, clock, folder, inventory=inventory, **settings) as cpo,
        ClientSession() as session,
    ):
        yield Yard(cpo, session, authority)


async def test_an_accepted_key_is_the_one_key_from_then_on(yard: Yard) -> None:
    """B-12."""
    async with yard.connect("CP-1", KEY) as station:
        await station.call("BootNotification", BOOT)
        asked, told = await yard.answered(station, "rotate_key", "Accepted", identity="CP-1")

    assert asked["key"] == "AuthorizationKey"
    assert len(bytes.fromhex(asked["value"])) == 20
    assert (told["outcome"], told["old_key"]) == ("Accepted", "void")
    assert not await yard.comes_in("CP-1", KEY)
    assert await yard.comes_in("CP-1", asked["value"])


@pytest.mark.parametrize("answer", ["Rejected", "NotSupported", "RebootRequired"])
async def test_a_key_that_was_not_accepted_leaves_the_old_one_good_until_it_is_used(
    yard: Yard, answer: str
) -> None:
    """B-12."""
    async with yard.connect("CP-1", KEY) as station:
        await station.call("BootNotification", BOOT)
        asked, told = await yard.answered(station, "rotate_key", answer, identity="CP-1")

    assert told["old_key"] == "good until the new one is used"
    assert await yard.has_key("CP-1", "changing")
    assert await yard.comes_in("CP-1", KEY)
    assert await yard.comes_in("CP-1", asked["value"])
    assert not await yard.comes_in("CP-1", KEY)
    assert await yard.has_key("CP-1", "set")


async def test_a_lost_answer_loses_no_station(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, inventory: Path
) -> None:
    """B-12: the station has taken the key over, or not; a restart of ours changes nothing about it."""
    async with yard_on(mongo, clock, tmp_path, inventory) as yard, yard.connect("CP-1", KEY) as station:
        await station.call("BootNotification", BOOT)
        async with asyncio.TaskGroup() as tasks:
            told = tasks.create_task(yard.told("rotate_key", identity="CP-1"))
            asked = (await station.hear())[3]
            await station.socket.close()
        assert told.result()["outcome"] is None

    async with yard_on(mongo, clock, tmp_path, inventory) as yard:
        assert await yard.comes_in("CP-1", KEY)
        assert await yard.comes_in("CP-1", asked["value"])
        assert not await yard.comes_in("CP-1", KEY)


async def test_the_database_holds_no_key_that_a_station_was_given(yard: Yard, mongo: Mongo) -> None:
    async with yard.connect("CP-1", KEY) as station:
        await station.call("BootNotification", BOOT)
        asked, _ = await yard.answered(station, "rotate_key", "Rejected", identity="CP-1")

    for name in ("stations", "operator_acts", "station_notices"):
        stored = str(await mongo.collection(name).find({}).to_list(None)).casefold()
        assert asked["value"].casefold() not in stored
        assert str(bytes.fromhex(asked["value"])).casefold() not in stored


async def test_who_is_not_there_is_not_asked(yard: Yard) -> None:
    assert "not connected" in await yard.refused("rotate_key", identity="CP-1")
    assert "no station" in await yard.refused("rotate_key", identity="NOBODY")
    assert "/identity" in await yard.refused("rotate_key", identity="")
    assert "/profile" in await yard.refused("raise_profile", identity="CP-1", profile=4)


async def test_a_profile_is_raised_over_the_wire_and_counts_once_it_was_reached(yard: Yard) -> None:
    async with yard.connect("CP-1", KEY) as station:
        await station.call("BootNotification", BOOT)
        asked, told = await yard.answered(station, "raise_profile", "Accepted", identity="CP-1", profile=2)
    assert asked == {"key": "SecurityProfile", "value": "2"}
    assert told["outcome"] == "Accepted"

    assert await yard.comes_in("CP-1", KEY)
    assert await yard.comes_in("CP-1", KEY, by_tls=True)
    assert not await yard.comes_in("CP-1", KEY)
    assert (await yard.station("CP-1"))["security_profile"] == 2


async def test_a_profile_that_the_station_rejects_is_not_held_against_it(yard: Yard) -> None:
    async with yard.connect("CP-1", KEY) as station:
        await station.call("BootNotification", BOOT)
        await yard.answered(station, "raise_profile", "Rejected", identity="CP-1", profile=2)

    assert await yard.comes_in("CP-1", KEY, by_tls=True)
    assert await yard.comes_in("CP-1", KEY)


async def test_a_profile_is_never_lowered_and_never_raised_to_where_nobody_can_come_in(yard: Yard) -> None:
    async with yard.connect("CP-1", KEY) as station:
        await station.call("BootNotification", BOOT)
        assert "never lowered" in await yard.refused("raise_profile", identity="CP-1", profile=1)
        assert "no such way" in await yard.refused("raise_profile", identity="CP-1", profile=3)
        assert await station.hears_nothing()


async def test_an_added_station_comes_in_with_its_one_time_password_which_is_changed_then(
    yard: Yard, clock: ManualClock
) -> None:
    told = await yard.told("add", identity="CP-2")
    assert told["url"] == f"{yard_url(yard)}/CP-2"
    assert told["configuration"]["AuthorizationKey"] == told["password"]
    assert await yard.has_key("CP-2", "one-time")

    async with yard.connect("CP-2", told["password"]) as station:
        await station.call("BootNotification", BOOT)
        await clock.advance(seconds=AFTER_S)
        asked = await answer_next(station, "Accepted")
        await eventually_so(lambda: yard.has_key("CP-2", "set"))
    assert asked["value"] != told["password"]
    assert not await yard.comes_in("CP-2", told["password"])
    assert await yard.comes_in("CP-2", asked["value"])


def yard_url(yard: Yard) -> str:
    return yard.cpo.urls["stations_tls"].replace("https", "wss") + "/ocpp"


async def test_a_station_with_a_key_gets_a_new_password_only_if_that_is_meant(yard: Yard) -> None:
    assert "has a key already" in await yard.refused("add", identity="CP-1")
    assert await yard.comes_in("CP-1", KEY)

    told = await yard.told("add", identity="CP-1", anew=True)
    assert not await yard.comes_in("CP-1", KEY)
    assert await yard.comes_in("CP-1", told["password"])


async def test_an_unknown_station_that_knocked_is_listed_and_adopted_with_its_own_password(
    yard: Yard, mongo: Mongo
) -> None:
    """B-6: it is in no database before; it waits for the inventory then, and charges nobody before."""
    password = "a password of an installer"
    assert not await yard.comes_in("CP-77", password)
    names = await mongo.collection("stations").database.list_collection_names()
    stored = [await mongo.collection(name).find({}).to_list(None) for name in names]
    assert "CP-1" in str(stored)
    assert "CP-77" not in str(stored)
    (knock,) = await yard.listed("/knocks")
    assert (knock["identity"], knock["why"], knock["times"]) == ("CP-77", "unknown", 1)
    assert knock["can_be_adopted"]

    await yard.told("adopt", identity="CP-77")
    assert not await yard.comes_in("CP-77", "another password, as long")
    async with yard.connect("CP-77", password) as station:
        assert (await station.call("BootNotification", BOOT))[2]["status"] == "Pending"
    assert (await yard.station("CP-77"))["in_service"] is False


async def test_nobody_is_adopted_who_is_known_or_did_not_knock_or_showed_no_fit_password(yard: Yard) -> None:
    assert not await yard.comes_in("CP-1", "a wrong password, long enough")
    assert not await yard.comes_in("CP-88", "short")

    assert "no unknown station" in await yard.refused("adopt", identity="CP-1")
    assert "no unknown station" in await yard.refused("adopt", identity="CP-99")
    assert "add it" in await yard.refused("adopt", identity="CP-88")


async def test_a_simulated_station_trades_its_one_time_password_for_a_key_and_comes_back_with_it(
    yard: Yard, clock: ManualClock
) -> None:
    told = await yard.told("add", identity="CP-1", anew=True)
    machine = SystemClock()
    async with (
        ClientSession(connector=TCPConnector(ssl=client_context(yard.authority))) as session,
        Supervisor(name="stations", clock=machine) as supervisor,
    ):
        station = SimulatedStation(
            StationSettings(identity="CP-1", key=told["password"], reconnect_s=0.05),
            url=f"{yard.cpo.urls['stations_tls']}/ocpp",
            session=session,
            supervisor=supervisor,
            clock=machine,
        )
        station.start()
        await asyncio.wait_for(station.ready(), PATIENCE_S)
        await clock.advance(seconds=AFTER_S)
        await eventually(lambda: let_in(yard) == 2)

    assert not await yard.comes_in("CP-1", told["password"])
    assert await yard.has_key("CP-1", "set")


def let_in(yard: Yard) -> float:
    name = 'passerelle_station_handshakes_total{outcome="profile 2"} '
    lines = yard.cpo.foundation.metrics.exposition()[0].decode().splitlines()
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0)


async def test_a_station_that_the_settings_leave_no_way_in_is_told_of_at_the_start(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, inventory: Path
) -> None:
    text = TOML.replace('identity = "CP-1"', 'identity = "CP-1"\nsecurity_profile = 3')
    await asyncio.to_thread(inventory.write_text, text)
    with capture_logs() as logs:
        async with yard_on(mongo, clock, tmp_path, inventory):
            pass

    told = [each for each in logs if each["event"].startswith("a station cannot come in")]
    assert [(each["station"], each["profile"], each["highest"]) for each in told] == [("CP-1", 3, 2)]
