"""Stations over real sockets, partners over real sockets: what the issuer of the card receives.

Numbers in the docstrings are the behaviours of real stations that a charge point operator has to live with.
"""

from datetime import timedelta
from typing import Any

import pytest

from ocpi.process.clock import SystemClock
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import UID, Charging, answers, until_settled
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, agree, connect

OTHER = PartyId("DE", "XYZ")


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
        await until_settled(charging)
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
        await until_settled(charging)
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
