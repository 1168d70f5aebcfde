"""Commands to partners of every version, directly and through a hub: what each hears and may answer."""

from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from simulators.partner import Quirks
from tests import build
from tests.emsp_adapter.bench import Bench
from tests.emsp_adapter.obeying import response_url
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, HUB

V2_1_1, V2_2_1, V2_3_0 = "2.1.1", "2.2.1", "2.3.0"
ALL = (V2_1_1, V2_2_1, V2_3_0)
RESERVE = {"command": "RESERVE_NOW", "expiry_date": "2026-01-01T01:00:00Z"}


@pytest.mark.parametrize("version", ALL)
async def test_a_start_and_its_result_in_every_version(bench: Bench, version: str) -> None:
    """C-120, C-122."""
    async with bench.obeying(version) as obeying:
        command = await obeying.give(evse_uid="E1")
        asked = obeying.asked()
        assert (asked.path, asked.version) == ("START_SESSION", version)
        assert f"/ocpi/{version}/" in response_url(asked)
        body = asked.json()
        assert (body["location_id"], body["evse_uid"], body["token"]["uid"]) == ("LOC1", "E1", "04AA")
        assert (command["state"], command["response"]["result"]) == ("PROMISED", "ACCEPTED")
        assert (await obeying.tell(asked, "ACCEPTED")).status == 1000
        shown = await obeying.shown(command)
        assert (shown["state"], shown["result"]["result"]) == ("DONE", "ACCEPTED")


async def test_2_1_1_hears_the_words_of_2_1_1(bench: Bench) -> None:
    async with bench.obeying(V2_1_1) as obeying:
        await obeying.give()
        body = obeying.asked().json()
        assert "authorization_reference" not in body
        assert body["token"]["auth_id"] == "NL-MSP-C1"
        assert {"contract_id", "country_code", "party_id"}.isdisjoint(body["token"])


@pytest.mark.parametrize(
    ("told", "result", "state"), [("TIMEOUT", "TIMEOUT", "DONE"), ("UNKNOWN_SESSION", "FAILED", "DONE")]
)
async def test_2_1_1_has_one_class_for_both_answers(bench: Bench, told: str, result: str, state: str) -> None:
    """C-122."""
    async with bench.obeying(V2_1_1) as obeying:
        command = await obeying.give()
        assert (await obeying.tell(obeying.asked(), told)).status == 1000
        shown = await obeying.shown(command)
        assert (shown["state"], shown["result"]["result"]) == (state, result)


async def test_a_2_1_1_partner_has_the_time_that_its_record_gives_it(
    bench: Bench, clock: ManualClock
) -> None:
    async with bench.obeying(V2_1_1) as obeying:
        command = await obeying.give()
        assert command["response"]["timeout"] == 120
        await clock.advance(seconds=121)
        assert (await obeying.shown(command))["state"] == "TIMED_OUT"


async def test_reservations_are_numbers_to_2_1_1(bench: Bench) -> None:
    """C-123."""
    async with bench.obeying(V2_1_1) as obeying:
        command = await obeying.give(**RESERVE)
        told = obeying.asked().json()["reservation_id"]
        assert isinstance(told, int)
        assert command["about"]["reservation_id"] == str(told)


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ({**RESERVE, "reservation_id": "mine"}, "number"),
        ({"connector_id": "1"}, "connector"),
    ],
)
async def test_what_2_1_1_has_no_words_for_is_asked_of_nobody(
    bench: Bench, wanted: dict[str, Any], complaint: str
) -> None:
    async with bench.obeying(V2_1_1) as obeying:
        with pytest.raises(AdminRefused, match=complaint):
            await obeying.give(**wanted)
        cancel = {"command": "CANCEL_RESERVATION", "cpo": str(CPO), "reservation_id": "7"}
        with pytest.raises(AdminRefused, match="has no CancelReservation"):
            await obeying.order(cancel)
        assert obeying.cpo.heard("commands") == []
        assert await obeying.read("/commands") == []


async def test_the_only_connector_of_an_evse_need_not_be_named_to_2_1_1(bench: Bench) -> None:
    async with bench.obeying(V2_1_1) as obeying:
        location = v211_location()
        heard = await obeying.cpo.call(
            "PUT", "locations", Side.RECEIVER, "FR", "CPO", "LOC1", routing=Routing(), body=location
        )
        assert heard.status == 1000, heard.body
        await obeying.give(evse_uid="E1", connector_id="1")
        assert obeying.asked().json()["evse_uid"] == "E1"


def v211_location() -> dict[str, Any]:
    whole = build.location(id="LOC1").to_wire()
    connector = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "voltage": 230,
        "amperage": 32,
        "last_updated": "2026-01-01T00:00:00Z",
    }
    evse = {
        "uid": "E1",
        "status": "AVAILABLE",
        "connectors": [connector],
        "last_updated": "2026-01-01T00:00:00Z",
    }
    named = ("id", "name", "address", "city", "postal_code", "country", "coordinates")
    kept = {name: whole[name] for name in named if name in whole}
    return {**kept, "type": "ON_STREET", "evses": [evse], "last_updated": "2026-01-01T00:00:00Z"}


async def test_a_session_of_2_1_1_is_joined_by_card_and_place(bench: Bench) -> None:
    async with bench.obeying(V2_1_1) as obeying:
        command = await obeying.give(evse_uid="E1")
        session = {
            "id": "S1",
            "start_datetime": "2026-01-01T00:01:00Z",
            "kwh": 0,
            "auth_id": "NL-MSP-C1",
            "auth_method": "AUTH_REQUEST",
            "location": v211_location(),
            "currency": "EUR",
            "status": "ACTIVE",
            "last_updated": "2026-01-01T00:01:00Z",
        }
        heard = await obeying.cpo.call(
            "PUT", "sessions", Side.RECEIVER, "FR", "CPO", "S1", routing=Routing(), body=session
        )
        assert heard.status == 1000, heard.body
        assert (await obeying.shown(command))["sessions"] == ["S1"]


@pytest.mark.parametrize("version", [V2_1_1, V2_2_1])
async def test_an_enveloped_result_in_every_version(bench: Bench, version: str) -> None:
    """C-120."""
    async with bench.obeying(version, quirks=Quirks(enveloped_command_results=True)) as obeying:
        command = await obeying.give()
        assert (await obeying.tell(obeying.asked(), "ACCEPTED")).status == 1000
        assert (await obeying.shown(command))["state"] == "DONE"


async def test_a_result_of_2_2_1_tells_why(bench: Bench) -> None:
    async with bench.obeying(V2_2_1) as obeying:
        command = await obeying.give()
        message = [{"language": "en", "text": "cable is stuck"}]
        await obeying.tell(obeying.asked(), {"result": "EVSE_INOPERATIVE", "message": message})
        shown = await obeying.shown(command)
        assert (shown["result"]["result"], shown["result"]["message"]) == ("EVSE_INOPERATIVE", message)


@pytest.mark.parametrize("version", [V2_2_1, V2_3_0])
async def test_a_command_through_a_hub_is_answered_by_the_hub(bench: Bench, version: str) -> None:
    async with bench.obeying(version, hub_party=HUB) as obeying:
        command = await obeying.give()
        asked = obeying.asked()
        assert asked.routing == Routing(to=CPO, sender=EMSP)
        other = Routing(to=EMSP, sender=PartyId("DE", "OTH"))
        assert (await obeying.tell(asked, "ACCEPTED", other)).status == 2001
        assert (await obeying.tell(asked, "ACCEPTED")).status == 1000
        assert (await obeying.shown(command))["state"] == "DONE"
