"""Issuers that answer late, and cards at two stations at once: over real sockets, with real sessions."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.authorization import desk
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Collection, Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import (
    STATIONS,
    UID,
    Charging,
    answers,
    running_charging,
    until_settled,
)
from tests.fakes.eventually import eventually, eventually_so

TWO_STATIONS = STATIONS + STATIONS[STATIONS.index("[[sites.stations]]") :].replace("CP-1", "CP-2")


def now() -> str:
    return SystemClock().now().isoformat(timespec="milliseconds")


class Hesitating:
    """An issuer that answers once it `may`."""

    def __init__(self, charging: Charging) -> None:
        self.may = asyncio.Event()
        self.allowed = "ALLOWED"
        charging.emsp.answer("POST", "tokens", Side.SENDER, self.reply)

    async def reply(self, request: Request) -> Reply:
        await self.may.wait()
        return answers(self.allowed)(request)

    def says(self, allowed: str) -> None:
        self.allowed = allowed
        self.may.set()


@pytest.fixture
async def charging(
    mongo: Mongo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Charging]:
    monkeypatch.setattr(desk, "ASKING", desk.ASKING / 45)
    settings: dict[str, Any] = getattr(request, "param", {})
    async with running_charging(mongo, tmp_path, "ALLOWED_OFFLINE", stations=TWO_STATIONS, **settings) as it:
        yield it


def test_the_station_is_answered_within_five_seconds() -> None:
    """Half a second is left of them when the issuer is not waited for any more (B-102)."""
    assert desk.ASKING.total_seconds() == 4.5


async def begun(station: RawStation, connector: int = 1) -> Any:
    told = {"connectorId": connector, "idTag": UID, "meterStart": 0, "timestamp": now()}
    return (await station.call("StartTransaction", told))[2]


async def _is_empty(collection: Collection) -> bool:
    return await collection.count_documents({}) == 0


async def test_a_late_yes_is_what_the_session_rests_on(charging: Charging) -> None:
    """The station did not wait for it (B-102)."""
    issuer = Hesitating(charging)
    async with charging.station() as station:
        assert (await begun(station))["idTagInfo"]["status"] == "Accepted"
        await eventually(lambda: bool(charging.sessions()))
        assert charging.sessions()[0]["auth_method"] == "WHITELIST"
        issuer.says("ALLOWED")
        await eventually(lambda: charging.sessions()[-1].get("authorization_reference") == "REF-1")
    assert charging.sessions()[-1]["auth_method"] == "AUTH_REQUEST"
    assert len(charging.emsp.heard("tokens", "POST")) == 1


async def test_a_late_no_ends_the_charge(charging: Charging) -> None:
    """(B-102)."""
    issuer = Hesitating(charging)
    async with charging.station() as station:
        number = (await begun(station))["transactionId"]
        issuer.says("BLOCKED")
        _, _, action, payload = await station.hear()
    assert (action, payload) == ("RemoteStopTransaction", {"transactionId": number})


@pytest.mark.parametrize("charging", [{"stop_when_refused_late": False}], indirect=True)
async def test_a_late_no_leaves_the_charge_where_the_operator_wants_that(charging: Charging) -> None:
    issuer = Hesitating(charging)
    async with charging.station() as station:
        number = (await begun(station))["transactionId"]
        issuer.says("BLOCKED")
        remembered = charging.cpo.foundation.mongo.collection("authorizations")
        await eventually_so(lambda: _is_empty(remembered))
        stop = {"transactionId": number, "meterStop": 100, "timestamp": now()}
        assert (await station.call("StopTransaction", stop))[0] == 3
        await until_settled(charging)


@pytest.mark.parametrize(
    ("charging", "status"),
    [({}, "Accepted"), ({"one_charge_per_card": True}, "ConcurrentTx")],
    indirect=["charging"],
)
async def test_a_card_at_two_stations_is_refused_where_the_operator_wants_that(
    charging: Charging, status: str
) -> None:
    """(B-80)."""
    await charging.push_token(whitelist="ALWAYS", last_updated="2026-04-01T00:00:00Z")
    async with charging.station() as first, charging.station(identity="CP-2") as second:
        assert (await begun(first))["idTagInfo"]["status"] == "Accepted"
        assert (await begun(second))["idTagInfo"]["status"] == status
        expected = 2 if status == "Accepted" else 1
        await eventually(lambda: len({each["id"] for each in charging.sessions()}) == expected)


async def test_a_card_is_one_card_however_each_message_spells_it(charging: Charging) -> None:
    """Tapped in one spelling, started in another, and known to its issuer in a third (B-100)."""
    await charging.push_token(whitelist="NEVER", last_updated="2026-04-01T00:00:00Z")
    tapped = ":".join(UID[each : each + 2].lower() for each in range(0, len(UID), 2))
    async with charging.station() as station:
        answer = await station.call("Authorize", {"idTag": tapped})
        assert answer[2]["idTagInfo"]["status"] == "Accepted"
        assert (await begun(station))["idTagInfo"]["status"] == "Accepted"
        await eventually(lambda: bool(charging.sessions()))
    assert len(charging.emsp.heard("tokens", "POST")) == 1
    assert charging.sessions()[-1]["cdr_token"]["uid"] == UID
