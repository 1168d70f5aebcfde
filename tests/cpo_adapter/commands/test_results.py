"""Every accepted order gets exactly one result, whatever happens to the station, the partner or ourselves.

Case C-120; B-28, B-29; attack group of forged addresses.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from cpo_adapter.commands import promises
from tests.cpo_adapter.commands.ordering import Ordering, Service
from tests.lent import SHARED_LOOP

pytestmark = SHARED_LOOP

THERE = {"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}


@pytest_asyncio.fixture(loop_scope="session")
async def orders(service: Service) -> AsyncIterator[Ordering]:
    """No station comes but the one that says what a test wants said."""
    async with service.share(are_there=False) as orders:
        yield orders


async def test_a_station_that_leaves_instead_of_answering_has_failed(orders: Ordering) -> None:
    """With the connector named, which stations with several refuse to guess (B-97)."""
    async with orders.raw_station() as station:
        url = await orders.accepted("START_SESSION", token=orders.token(), **THERE)
        asked = await station.hear()
    result = await orders.result(url)

    assert asked[2] == "RemoteStartTransaction"
    assert asked[3]["connectorId"] == 1
    assert result["result"] == "FAILED"
    assert result["message"][0]["text"] == "the station could not be asked"


async def test_a_station_that_says_nothing_times_out(
    orders: Ordering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promises, "ANSWERED_WITHIN_S", 0.2)
    async with orders.raw_station():
        assert await orders.ordered("UNLOCK_CONNECTOR", **THERE) == "TIMEOUT"


@pytest.mark.parametrize(
    ("code", "result"), [("NotImplemented", "NOT_SUPPORTED"), ("InternalError", "FAILED")]
)
async def test_a_station_that_answers_with_an_error_is_told_of(
    orders: Ordering, code: str, result: str
) -> None:
    async with orders.raw_station() as station:
        url = await orders.accepted("UNLOCK_CONNECTOR", **THERE)
        asked = await station.hear()
        await station.socket.send_json([4, asked[1], code, "", {}])
        told = await orders.result(url)

    assert told["result"] == result


@pytest.mark.parametrize(
    ("answer", "result"),
    [("UnlockFailed", "FAILED"), ("Unlocked", "ACCEPTED"), ("gibberish", "REJECTED")],
)
async def test_what_comes_of_unlocking_is_told(orders: Ordering, answer: str, result: str) -> None:
    async with orders.raw_station() as station:
        url = await orders.accepted("UNLOCK_CONNECTOR", **THERE)
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": answer}])
        told = await orders.result(url)

    assert asked[2:] == ["UnlockConnector", {"connectorId": 1}]
    assert told == {"result": result}


async def test_a_start_that_was_answered_too_late_is_the_orders_all_the_same(
    orders: Ordering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B-28; the session may still come after its time-out."""
    monkeypatch.setattr(promises, "ANSWERED_WITHIN_S", 0.2)
    async with orders.raw_station() as station:
        url = await orders.accepted("START_SESSION", token=orders.token(), **THERE)
        asked = await station.hear()
        assert (await orders.result(url))["result"] == "TIMEOUT"
        begun = {
            "connectorId": 1,
            "idTag": asked[3]["idTag"],
            "meterStart": 0,
            "timestamp": "2026-01-01T00:00:00Z",
        }
        answer = await station.call("StartTransaction", begun)
        session = await orders.session()

    assert answer[2]["idTagInfo"]["status"] == "Accepted"
    assert (session["auth_method"], session["cdr_token"]["uid"]) == ("COMMAND", "APP-7")


async def test_a_start_that_the_station_rejected_lets_nobody_in(orders: Ordering) -> None:
    async with orders.raw_station() as station:
        url = await orders.accepted("START_SESSION", token=orders.token("CARD-1", "RFID"), **THERE)
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": "Rejected"}])
        assert (await orders.result(url))["result"] == "REJECTED"
        answer = await station.call("Authorize", {"idTag": "CARD-1"})

    assert answer[2]["idTagInfo"]["status"] == "Invalid"


async def test_the_operator_sees_orders_and_what_became_of_them(orders: Ordering) -> None:
    async with orders.raw_station():
        await orders.accepted("UNLOCK_CONNECTOR", **THERE)
        (listed,) = await orders.listed("/orders")

    assert (listed["action"], listed["station"], listed["about"]) == ("UNLOCK_CONNECTOR", "CP-4", "CP-4-1")
    assert (listed["party"], listed["partner"]) == ("NL*MSP", "the-emsp")
    assert listed["is_open"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/steal",
        "https://127.0.0.1/steal",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://user:secret@{host}/x",
        "not a url",
    ],
)
async def test_a_token_goes_to_the_partners_own_origin_only(orders: Ordering, url: str) -> None:
    """Nothing has been done by then: no frame, no promise."""
    forged = url.replace("{host}", orders.emsp.base.removeprefix("http://"))
    async with orders.raw_station() as station:
        heard, _ = await orders.order("UNLOCK_CONNECTOR", response_url=forged, **THERE)

        assert await station.hears_nothing()
    assert heard.status == 2001
    assert "/response_url" in heard.envelope["status_message"]
    assert await orders.listed("/orders") == []
