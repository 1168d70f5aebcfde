"""The OpenAPI document says what the operations declare."""

from typing import Any

from emsp_adapter.apps.keys.key import Scope
from tests.emsp_adapter.apps.counter import SHARED_LOOP, Counter

pytestmark = SHARED_LOOP


async def document(counter: Counter) -> Any:
    heard = await counter.with_key(None).get("/openapi.json")
    assert heard.http == 200
    return heard.body


async def test_the_document_is_told_without_a_key_and_is_that_of_3_1(counter: Counter) -> None:
    told = await document(counter)
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "/api/v1"}]
    assert told["security"] == [{"key": []}]


async def test_each_operation_says_which_scope_it_needs(counter: Counter) -> None:
    told = await document(counter)
    unlock = told["paths"]["/connectors/unlock"]["post"]
    assert f"`{Scope.SUPPORT}`" in unlock["description"]
    assert unlock["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Unlocking")


async def test_operations_have_names_of_their_own_and_tell_how_they_refuse(counter: Counter) -> None:
    told = await document(counter)
    operations = [each for path in told["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names)) >= 16
    assert all({"401", "403", "422", "429", "503"} <= each["responses"].keys() for each in operations)


async def test_what_may_be_left_out_is_no_null_and_says_what_it_is_then(counter: Counter) -> None:
    told = await document(counter)
    listing = {each["name"]: each for each in told["paths"]["/sessions"]["get"]["parameters"]}
    assert listing["limit"]["schema"]["default"] == 50
    assert (listing["cpo"]["required"], listing["cpo"]["schema"]["type"]) == (False, "string")
    assert "default" not in listing["cpo"]["schema"]


async def test_who_may_repeat_a_request_reads_it_in_the_document(counter: Counter) -> None:
    told = await document(counter)
    repeated = {
        operation["operationId"]
        for path in told["paths"].values()
        for operation in path.values()
        if any(each["name"] == "Idempotency-Key" for each in operation["parameters"])
    }
    assert repeated >= {"startSession", "stopSession", "reserve", "cancelReservation", "unlockConnector"}
