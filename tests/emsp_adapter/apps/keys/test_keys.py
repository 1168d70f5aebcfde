"""Keys: given out by the operator, kept as digests, closed to what their kind never has."""

import asyncio
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from emsp_adapter.apps.keys.office import GUESSES, KeyOffice
from emsp_adapter.apps.keys.store import KeyStore
from emsp_adapter.apps.problems import Refused
from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.store import Contracts
from passerelle.admin_client import AdminRefused
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter

pytestmark = SHARED_LOOP


async def listed(counter: Counter, name: str) -> Any:
    keys = await asyncio.to_thread(counter.emsp.admin.get, "/api_keys")
    return next(each for each in keys if each["name"] == name)


async def kept(counter: Counter, name: str) -> Any:
    return await counter.mongo.collection("app_keys").find_one({"_id": name})


def office_of(counter: Counter) -> KeyOffice:
    """As another process on the database has it."""

    async def nobodys(_: object) -> set[str]:
        return set()

    foundation = counter.emsp.foundation
    store = KeyStore(counter.mongo, foundation.key_for("api keys"), foundation.supervisor)
    return KeyOffice(store, nobodys, counter.clock)


async def test_a_key_is_told_once_and_the_database_alone_gives_it_away_to_nobody(counter: Counter) -> None:
    made = await counter.made(name="once")
    assert "key" not in await listed(counter, "once")
    document = await kept(counter, "once")
    assert made["key"] not in str(document)
    assert document["digest"] != hashlib.sha256(made["key"].encode()).hexdigest()


async def test_when_a_key_was_used_last_is_noted_to_the_minute(counter: Counter) -> None:
    app = await counter.holder(name="used")
    assert (await listed(counter, "used"))["last_used_at"] is None
    await app.get("/key")
    first = (await listed(counter, "used"))["last_used_at"]
    await counter.clock.leap(minutes=2)
    await app.get("/key")
    assert first < (await listed(counter, "used"))["last_used_at"]


async def test_a_revoked_key_opens_nothing_from_then_on_in_any_process(counter: Counter) -> None:
    made = await counter.made(name="lost")
    app, elsewhere = counter.with_key(made["key"]), office_of(counter)
    await elsewhere.admit(f"Bearer {made['key']}", "192.0.2.1")
    await asyncio.to_thread(counter.emsp.admin.delete, "/api_keys/lost")
    assert (await app.get("/key")).http == 401
    with pytest.raises(Refused, match="valid key"):
        await elsewhere.admit(f"Bearer {made['key']}", "192.0.2.1")
    assert (await listed(counter, "lost"))["revoked_by"] == "command line"


async def test_a_key_ends_when_it_was_said_to(counter: Counter) -> None:
    ends = counter.clock.now().replace(tzinfo=UTC).timestamp() + 60
    app = await counter.holder(expires_at=datetime.fromtimestamp(ends, UTC).isoformat())
    assert (await app.get("/key")).http == 200
    await counter.clock.leap(seconds=61)
    assert (await app.get("/key")).http == 401
    with pytest.raises(AdminRefused, match="/expires_at"):
        await counter.made(expires_at="2020-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "wanted",
    [
        {"scopes": ["support"]},
        {"scopes": ["webhooks:manage"]},
        {"kind": "BACK_OFFICE", "scopes": ["support"], "contracts": ["NL-MSP-C1"]},
        {"kind": "BACK_OFFICE", "scopes": ["webhooks:manage"], "drivers": ["driver-7"]},
        {"scopes": ["everything"]},
        {"scopes": []},
    ],
)
async def test_scopes_that_such_a_key_never_has_are_not_given_out(
    counter: Counter, wanted: dict[str, Any]
) -> None:
    with pytest.raises(AdminRefused, match="/scopes"):
        await counter.made(**wanted)


async def test_an_app_has_no_support_scope_even_if_the_database_says_so(counter: Counter) -> None:
    app = await counter.holder(name="promoted")
    await counter.mongo.collection("app_keys").update_one(
        {"_id": "promoted"}, {"$push": {"scopes": "support"}}
    )
    unlock = {"cpo": "FR*CPO", "location_id": "LOC1", "evse_uid": "E1", "connector_id": "1"}
    heard = await app.post("/connectors/unlock", unlock)
    assert (heard.http, heard.body["detail"]) == (403, "this key has no scope support")
    assert "support" not in (await app.get("/key")).body["scopes"]


async def test_a_name_is_given_to_one_key_only(counter: Counter) -> None:
    await counter.made(name="mine")
    with pytest.raises(AdminRefused, match="already"):
        await counter.made(name="mine")


async def test_a_rate_holds_across_processes_and_begins_anew_with_the_minute(counter: Counter) -> None:
    made = await counter.made(per_minute=2)
    app = counter.with_key(made["key"])
    assert (await app.get("/key")).http == 200
    await office_of(counter).admit(f"Bearer {made['key']}", "192.0.2.1")
    heard = await app.get("/key")
    assert heard.http == 429
    assert 0 < int(heard.headers["Retry-After"]) <= 60
    await counter.clock.leap(minutes=1)
    assert (await app.get("/key")).http == 200


async def test_who_guesses_is_told_to_wait_while_good_keys_still_open(counter: Counter) -> None:
    app, revoked = await counter.holder(), await counter.holder(name="revoked-before")
    await asyncio.to_thread(counter.emsp.admin.delete, "/api_keys/revoked-before")
    wrong = counter.with_key("passerelle-api-guess")
    for _ in range(GUESSES):
        assert (await wrong.get("/key")).http == 401
    heard = await wrong.get("/key")
    assert (heard.http, heard.headers["Retry-After"]) == (429, "60")
    assert (await app.get("/key")).http == 200
    assert (await revoked.get("/key")).http == 429
    assert (await counter.with_key(None).get("/key")).http == 401
    await counter.clock.leap(seconds=61)
    assert (await wrong.get("/key")).http == 401


async def test_a_key_of_a_driver_is_about_the_contracts_that_the_driver_has_now(counter: Counter) -> None:
    app = await counter.holder(drivers=["driver-7"], contracts=["NL-MSP-C1"])
    assert (await app.get("/key")).body["contracts"] == ["NLMSPC1"]
    contract = Contract(contract_id="NL-MSP-C00122045-K", driver="driver-7")
    await Contracts(counter.mongo, counter.clock).put(contract)
    assert (await app.get("/key")).body["contracts"] == ["NLMSPC00122045K", "NLMSPC1"]
