"""An app has a CPO do something: what the CPO receives, what the app is told, whose charging it may touch."""

from typing import Any

import pytest

from ocpi.wire.interfaces import Side
from simulators.partner import Reply
from tests import build
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter, Holder

pytestmark = SHARED_LOOP

START = {"cpo": "FR*CPO", "location_id": "LOC1", "token": {"uid": "04AA"}}
UNLISTED = {"uid": "app-7", "type": "APP_USER", "contract_id": "NL-MSP-C777"}
RESERVE = {**START, "expiry_date": "2030-01-01T00:00:00Z"}
UNLOCK = {"cpo": "FR*CPO", "location_id": "LOC1", "evse_uid": "E1", "connector_id": "1"}


def last(counter: Counter) -> Any:
    return counter.cpo.heard("commands")[-1]


async def running_session(counter: Counter, name: str, contract_id: str) -> None:
    token = {**build.CDR_TOKEN, "contract_id": contract_id}
    assert (await counter.obeying.pushes_session(id=name, cdr_token=token)).is_success


async def test_a_start_reaches_the_cpo_and_the_command_is_told_with_its_address(counter: Counter) -> None:
    app = await counter.holder(name="starter")
    heard = await app.post("/sessions", {**START, "evse_uid": "E1"})
    assert (heard.http, heard.body["state"], heard.body["action"]) == (201, "PROMISED", "START_SESSION")
    assert last(counter).ids.correlation_id == heard.body["id"]
    asked = last(counter).json()
    assert (asked["token"]["contract_id"], asked["evse_uid"]) == ("NL-MSP-C1", "E1")
    assert heard.body["about"] == {
        "location_id": "LOC1",
        "evse_uid": "E1",
        "contract_id": "NL-MSP-C1",
        "authorization_reference": asked["authorization_reference"],
    }
    assert heard.headers["Location"] == f"/api/v1/commands/{heard.body['id']}"
    again = await app.get(f"/commands/{heard.body['id']}")
    assert again.body == heard.body


async def test_the_operator_sees_which_key_asked(counter: Counter) -> None:
    app = await counter.holder(name="seen")
    command = (await app.post("/sessions", START)).body
    shown = await counter.obeying.shown(command)
    assert shown["about"]["api_key"] == "seen"


async def test_the_result_shows_in_the_command(counter: Counter) -> None:
    app = await counter.holder()
    command = (await app.post("/sessions", START)).body
    told = {"result": "EVSE_OCCUPIED", "message": [{"language": "en", "text": "in use"}]}
    await counter.obeying.tell(last(counter), told)
    shown = (await app.get(f"/commands/{command['id']}")).body
    assert (shown["state"], shown["result"]["result"]) == ("DONE", "EVSE_OCCUPIED")
    assert shown["result"]["messages"] == [{"language": "en", "text": "in use"}]


async def test_a_session_is_stopped_at_its_own_cpo(counter: Counter) -> None:
    app = await counter.holder()
    await running_session(counter, "STOP-1", "NL-MSP-C1")
    heard = await app.post("/sessions/STOP-1/stop")
    assert (heard.http, heard.body["about"]["session_id"]) == (201, "STOP-1")
    assert (last(counter).path, last(counter).json()["session_id"]) == ("STOP_SESSION", "STOP-1")
    assert (await app.post("/sessions/NOBODYS/stop")).http == 404


async def test_a_place_is_reserved_and_given_free_again(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-C1"])
    reserved = await app.post("/reservations", RESERVE)
    name = reserved.body["about"]["reservation_id"]
    assert last(counter).json()["expiry_date"] == "2030-01-01T00:00:00Z"
    canceled = await app.post(f"/reservations/{name}/cancel")
    assert canceled.http == 201
    assert (last(counter).path, last(counter).json()["reservation_id"]) == ("CANCEL_RESERVATION", name)


async def test_a_reservation_that_has_ended_already_is_a_conflict_with_its_pointer(counter: Counter) -> None:
    app = await counter.holder()
    heard = await app.post("/reservations", {**RESERVE, "expiry_date": "2020-01-01T00:00:00Z"})
    assert (heard.http, heard.places) == (409, ["/expiry_date"])


async def test_support_unlocks_a_connector_and_an_app_cannot(counter: Counter) -> None:
    heard = await (await counter.office()).post("/connectors/unlock", UNLOCK)
    assert (heard.http, last(counter).path) == (201, "UNLOCK_CONNECTOR")
    before = len(counter.cpo.heard("commands"))
    assert (await (await counter.holder()).post("/connectors/unlock", UNLOCK)).http == 403
    assert len(counter.cpo.heard("commands")) == before


async def test_what_the_driver_wants_reaches_the_cpo(counter: Counter) -> None:
    counter.cpo.answer("PUT", "sessions", Side.SENDER, lambda _: Reply("DEPARTURE_REQUIRED"))
    app = await counter.holder()
    await running_session(counter, "PREFER-1", "NL-MSP-C1")
    wanted = {"profile_type": "GREEN", "energy_need": 12.5}
    heard = await app.ask("PUT", "/sessions/PREFER-1/charging_preferences", wanted)
    assert (heard.http, heard.body) == (200, {"result": "DEPARTURE_REQUIRED"})
    (asked,) = counter.cpo.heard("sessions")
    assert asked.path == "PREFER-1/charging_preferences"
    assert asked.json() == {"profile_type": "GREEN", "energy_need": 12.5}


@pytest.mark.parametrize("token", [{"uid": "04BB"}, {**UNLISTED, "contract_id": "NL-MSP-C2"}, {"uid": "X"}])
async def test_a_bound_key_starts_with_cards_of_its_contracts_only(
    counter: Counter, token: dict[str, str]
) -> None:
    app = await counter.holder(contracts=["NL-MSP-C1", "NL-MSP-C777"])
    before = len(counter.cpo.heard("commands"))
    for path, body in (("/sessions", START), ("/reservations", RESERVE)):
        heard = await app.post(path, {**body, "token": token})
        assert (heard.http, heard.places) == (403, ["/token"])
    assert len(counter.cpo.heard("commands")) == before
    assert (await app.post("/sessions", {**START, "token": UNLISTED})).http == 201


async def test_a_listed_card_counts_for_its_own_contract_whatever_the_app_says(counter: Counter) -> None:
    app = await counter.holder(contracts=["NL-MSP-C777"])
    lie = {"uid": "04AA", "contract_id": "NL-MSP-C777"}
    assert (await app.post("/sessions", {**START, "token": lie})).http == 403


async def test_nobody_steers_or_sees_what_belongs_to_another_contract(counter: Counter) -> None:
    await running_session(counter, "OTHERS-1", "NL-MSP-C2")
    theirs = await counter.holder(contracts=["NL-MSP-C2"])
    command = (await theirs.post("/reservations", {**RESERVE, "token": {"uid": "04BB"}})).body
    reservation = command["about"]["reservation_id"]
    before = len(counter.cpo.heard("commands"))

    mine = await counter.holder(contracts=["NL-MSP-C1"])
    for heard in (
        await mine.post("/sessions/OTHERS-1/stop"),
        await mine.ask("POST", "/sessions/OTHERS-1/stop?cpo=FR*CPO"),
        await mine.ask("PUT", "/sessions/OTHERS-1/charging_preferences", {"profile_type": "FAST"}),
        await mine.post(f"/reservations/{reservation}/cancel"),
        await mine.get(f"/commands/{command['id']}"),
        await mine.get(f"/commands/{command['id']}/events"),
        await mine.post("/reservations", {**RESERVE, "reservation_id": reservation}),
    ):
        assert heard.http == 404
    assert len(counter.cpo.heard("commands")) == before
    assert (await theirs.get(f"/commands/{command['id']}")).http == 200


async def test_a_spelling_of_a_contract_id_is_no_other_contract(counter: Counter) -> None:
    app = await counter.holder(contracts=["nlmspc1"])
    assert (await app.post("/sessions", START)).http == 201


async def test_a_cpo_without_an_agreement_is_a_conflict(counter: Counter) -> None:
    heard = await (await counter.holder()).post("/sessions", {**START, "cpo": "DE*OTH"})
    assert heard.http == 409
    assert "agreement" in heard.body["detail"]


async def read_only(counter: Counter) -> Holder:
    return await counter.holder(scopes=["sessions:read", "cdrs:read"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sessions", START),
        ("/reservations", RESERVE),
        ("/sessions/S1/stop", None),
        ("/reservations/1/cancel", None),
    ],
)
async def test_a_key_that_reads_asks_nobody_for_anything(counter: Counter, path: str, body: Any) -> None:
    before = len(counter.cpo.heard("commands"))
    assert (await (await read_only(counter)).post(path, body)).http == 403
    assert len(counter.cpo.heard("commands")) == before


async def test_a_cpo_that_cannot_be_reached_is_no_fault_of_the_app(counter: Counter) -> None:
    await running_session(counter, "AWAY-1", "NL-MSP-C1")
    counter.cpo.is_online = False
    try:
        app = await counter.holder()
        heard = await app.ask("PUT", "/sessions/AWAY-1/charging_preferences", {"profile_type": "FAST"})
    finally:
        counter.cpo.is_online = True
    assert heard.http in (502, 504)
    assert heard.body["title"]
