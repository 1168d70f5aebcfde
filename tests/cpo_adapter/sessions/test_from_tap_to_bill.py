"""Stations over real sockets, partners over real sockets: what the issuer of the card receives.

Numbers in the docstrings are the behaviours of real stations that a charge point operator has to live with.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Reply, Request, SimulatedPartner
from tests import build
from tests.cpo_adapter.door import RawStation, basic
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, Running, agree, connect, running_cpo

KEY = "00112233445566778899aabbccddeeff"
UID = "04E2A1B2C3"
OTHER = PartyId("DE", "XYZ")
STATIONS = f"""
[[sites]]
id = "GARE"
address = "1 place de la Gare"
city = "Paris"
country = "FRA"
latitude = "48.85660"
longitude = "2.35220"
time_zone = "Europe/Paris"

[[sites.stations]]
identity = "CP-1"
key = "{KEY}"

[[sites.stations.evses]]
number = 1
connectors = [{{ standard = "IEC_62196_T2", format = "SOCKET", power_type = "AC_3_PHASE", max_voltage = 230,\
 max_amperage = 32, tariff_ids = ["AC"] }}]
"""
TARIFFS = """
[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }] }]
"""


@dataclass(frozen=True, slots=True)
class Charging:
    """A CPO with one station, connected to the issuer of one card."""

    cpo: Running
    emsp: SimulatedPartner
    session: ClientSession

    @asynccontextmanager
    async def station(self) -> AsyncIterator[RawStation]:
        """Connected and booted: it says what a test wants said."""
        url = f"{self.cpo.urls['stations']}/ocpp/CP-1"
        headers = basic(b"CP-1", bytes.fromhex(KEY))
        async with self.session.ws_connect(url, protocols=("ocpp1.6",), headers=headers) as socket:
            station = RawStation(socket)
            await station.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
            yield station

    def bills(self) -> list[Any]:
        return [post.json() for post in self.emsp.heard("cdrs", "POST")]

    def sessions(self) -> list[Any]:
        return [put.json() for put in self.emsp.heard("sessions", "PUT")]

    async def push_token(self, **changes: Any) -> None:
        token = build.token(uid=UID, **changes)
        routing = Routing(to=CPO, sender=EMSP)
        path = (token.country_code, token.party_id, token.uid)
        heard = await self.emsp.call(
            "PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=codec.dump(token)
        )
        assert heard.status == 1000, heard.body

    async def transactions(self) -> list[Any]:
        return await asyncio.to_thread(self.cpo.admin.get, "/transactions")


def answers(allowed: str) -> Callable[[Request], Reply]:
    token = codec.decode(codec.dump(build.token(uid=UID)))
    return lambda _: Reply({"allowed": allowed, "token": token, "authorization_reference": "REF-1"})


@pytest.fixture
async def charging(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Charging]:
    (tmp_path / "stations.toml").write_text(STATIONS)
    (tmp_path / "tariffs.toml").write_text(TARIFFS)
    files = {"inventory": tmp_path / "stations.toml", "tariffs": tmp_path / "tariffs.toml"}
    async with (
        running_cpo(mongo, SystemClock(), tmp_path, **files) as cpo,
        SimulatedPartner(("EMSP", EMSP)) as emsp,
        ClientSession() as session,
    ):
        emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        charging = Charging(cpo, emsp, session)
        await charging.push_token(whitelist="NEVER")
        yield charging


def ago(minutes: float) -> str:
    return (SystemClock().now() - timedelta(minutes=minutes)).isoformat(timespec="seconds")


def start(stamp: str, meter_wh: int = 1000) -> dict[str, Any]:
    return {"connectorId": 1, "idTag": UID, "meterStart": meter_wh, "timestamp": stamp}


def stop(number: int, stamp: str, meter_wh: int) -> dict[str, Any]:
    return {"transactionId": number, "idTag": UID, "meterStop": meter_wh, "timestamp": stamp}


async def charge(station: RawStation, *, wh: int = 11_000) -> int:
    """Tap, start, stop an hour later; the number of the transaction."""
    await station.call("Authorize", {"idTag": UID})
    begun = await station.call("StartTransaction", start(ago(60)))
    number = int(begun[2]["transactionId"])
    await station.call("StopTransaction", stop(number, ago(0), 1000 + wh))
    return number


async def test_a_charge_becomes_one_session_and_one_bill(charging: Charging) -> None:
    async with charging.station() as station:
        await charge(station)
        await eventually(lambda: bool(charging.bills()))
    (bill,) = charging.bills()
    assert (bill["total_energy"], bill["total_cost"]["before_taxes"]) == (11, 4.4)  # 11 x 0.40
    assert (bill["auth_method"], bill["authorization_reference"]) == ("AUTH_REQUEST", "REF-1")
    assert charging.sessions()[-1]["status"] == "COMPLETED"
    assert [each["outcome"] for each in await charging.transactions()] == ["BILLED"]


async def test_the_completed_session_leaves_before_its_bill(charging: Charging) -> None:
    async with charging.station() as station:
        await charge(station)
        await eventually(lambda: bool(charging.bills()))
    arrived = [request for request in charging.emsp.received if request.module in ("sessions", "cdrs")]
    assert arrived[-1].module == "cdrs"
    assert arrived[-2].json()["status"] == "COMPLETED"


async def test_the_issuer_is_asked_where_the_card_is(charging: Charging) -> None:
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == "Accepted"
    (asked,) = charging.emsp.heard("tokens", "POST")
    assert asked.path == f"{UID}/authorize"
    assert asked.json() == {"location_id": "GARE", "evse_uids": ["CP-1-1"]}
    assert asked.routing == Routing(to=EMSP, sender=CPO)


@pytest.mark.parametrize(
    ("allowed", "status"), [("BLOCKED", "Blocked"), ("EXPIRED", "Expired"), ("NO_CREDIT", "Invalid")]
)
async def test_a_card_that_its_issuer_refuses_is_refused_at_the_station(
    charging: Charging, allowed: str, status: str
) -> None:
    charging.emsp.answer("POST", "tokens", Side.SENDER, answers(allowed))
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == status


async def test_a_card_that_charges_all_the_same_gets_a_transaction_and_no_bill(charging: Charging) -> None:
    """A transaction that has begun cannot be refused, only its card."""
    charging.emsp.answer("POST", "tokens", Side.SENDER, answers("BLOCKED"))
    async with charging.station() as station:
        begun = await station.call("StartTransaction", start(ago(60)))
        assert begun[2]["idTagInfo"]["status"] == "Blocked"
        await station.call("StopTransaction", stop(begun[2]["transactionId"], ago(0), 1000))
        await _until_settled(charging)
    (settled,) = await charging.transactions()
    assert (settled["outcome"], settled["reason"]) == ("NOT_BILLED", "no card was accepted for it")
    assert charging.sessions() == charging.bills() == []


async def test_an_unknown_card_is_not_accepted(charging: Charging) -> None:
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": "FFFF"})
    assert answer[2]["idTagInfo"]["status"] == "Invalid"


async def test_a_card_that_may_charge_offline_does_when_its_issuer_is_away(charging: Charging) -> None:
    """C-083."""
    await charging.push_token(whitelist="ALLOWED_OFFLINE", last_updated="2026-04-01T00:00:00Z")
    charging.emsp.is_online = False
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == "Accepted"


async def test_a_card_that_must_be_asked_about_does_not_charge_when_its_issuer_is_away(
    charging: Charging,
) -> None:
    """C-081."""
    charging.emsp.is_online = False
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": UID})
    assert answer[2]["idTagInfo"]["status"] == "Invalid"


async def test_a_start_that_is_told_again_is_the_same_transaction(charging: Charging) -> None:
    """Stations repeat a start with a new message id when the answer was lost."""
    told = start(ago(60))
    async with charging.station() as station:
        await station.call("Authorize", {"idTag": UID})
        first = await station.call("StartTransaction", told)
        again = await station.call("StartTransaction", told)
        assert first[2] == again[2]
        for _ in range(2):
            await station.call("StopTransaction", stop(first[2]["transactionId"], ago(0), 12_000))
        await eventually(lambda: bool(charging.bills()))
        await _until_settled(charging)
    assert len(charging.bills()) == 1
    assert len(await charging.transactions()) == 1


async def test_a_second_stop_changes_nothing(charging: Charging) -> None:
    async with charging.station() as station:
        number = await charge(station, wh=11_000)
        await eventually(lambda: bool(charging.bills()))
        await station.call("StopTransaction", stop(number, ago(0), 99_000))
        await eventually(lambda: len(charging.sessions()) >= 2)
    assert [bill["total_energy"] for bill in charging.bills()] == [11]


async def test_the_end_of_no_transaction_is_kept_and_answered(charging: Charging) -> None:
    async with charging.station() as station:
        answer = await station.call("StopTransaction", stop(4711, ago(0), 2000))
    assert answer[0] == 3
    strays = charging.cpo.foundation.mongo.collection("stray_frames")
    kept = await strays.find_one({})
    assert kept is not None
    assert kept["reason"] == "the end of no transaction"


async def test_meter_values_reach_the_issuer_while_the_car_charges(charging: Charging) -> None:
    async with charging.station() as station:
        await station.call("Authorize", {"idTag": UID})
        begun = await station.call("StartTransaction", start(ago(30)))
        value = {"timestamp": ago(0), "sampledValue": [{"value": "3500"}]}
        told = {"connectorId": 1, "transactionId": begun[2]["transactionId"], "meterValue": [value]}
        await station.call("MeterValues", told)
        await eventually(lambda: bool(charging.sessions()) and charging.sessions()[-1]["kwh"] == 2.5)
    assert charging.sessions()[-1]["status"] == "ACTIVE"


async def test_meter_values_without_a_number_belong_to_what_runs_at_their_connector(
    charging: Charging,
) -> None:
    async with charging.station() as station:
        await station.call("Authorize", {"idTag": UID})
        await station.call("StartTransaction", start(ago(30)))
        value = {"timestamp": ago(0), "sampledValue": [{"value": "3500"}]}
        await station.call("MeterValues", {"connectorId": 1, "meterValue": [value]})
        await eventually(lambda: bool(charging.sessions()) and charging.sessions()[-1]["kwh"] == 2.5)


async def test_a_bill_can_be_pulled_by_the_issuer_of_the_card_alone(charging: Charging) -> None:
    async with charging.station() as station:
        await charge(station)
        await eventually(lambda: bool(charging.bills()))
    routing = Routing(to=CPO, sender=EMSP)
    pulled = await charging.emsp.call("GET", "cdrs", Side.SENDER, routing=routing)
    assert [cdr["id"] for cdr in pulled.data] == [bill["id"] for bill in charging.bills()]
    async with SimulatedPartner(("EMSP", OTHER)) as other:
        await connect(charging.cpo, other, "another-emsp", "EMSP")
        await agree(charging.cpo, CPO, OTHER)
        seen = await other.call("GET", "cdrs", Side.SENDER, routing=Routing(to=CPO, sender=OTHER))
    assert (seen.status, seen.data) == (1000, [])


async def test_the_location_shows_that_its_connector_is_in_use(charging: Charging) -> None:
    async with charging.station() as station:
        for status in ("Available", "Charging"):
            await station.call(
                "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": status}
            )
        await eventually(lambda: _shown(charging) == "CHARGING")


def _shown(charging: Charging) -> str | None:
    told = charging.emsp.heard("locations", "PUT")
    return told[-1].json()["evses"][0]["status"] if told else None


async def _until_settled(charging: Charging) -> None:
    async with asyncio.timeout(5):
        while any(each["outcome"] is None for each in await charging.transactions()):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)
