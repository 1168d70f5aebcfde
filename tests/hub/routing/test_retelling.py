"""One message told in another version: what changes, what stays to the byte, what is left out."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from hub.routing.retelling import Crossing, retold, retold_answer
from hub.routing.vocabulary import COMMANDS, MODULES, Kind, UnlistedCommand
from ocpi.errors import NotSpeakable, Unreadable
from ocpi.objects.kinds import BY_MODULE
from ocpi.versions.known import since
from ocpi.wire.interfaces import Side, serving_roles
from schemas import codec
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.translation.registry import form_of
from schemas.v2_3_0.commands import CommandResponse, StartSession
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import AuthorizationInfo
from tests import build

OLD, NEW = VersionNumber.V2_2_1, VersionNumber.V2_3_0
CONTEXT = Context(owner=PartyId("FR", "CPO"))
DOWN, UP = Crossing(NEW, OLD, CONTEXT), Crossing(OLD, NEW, CONTEXT)
GROSS = build.tariff(
    id="GROSS",
    tax_included="YES",
    elements=[{"price_components": [{"type": "ENERGY", "price": 1, "step_size": 1}]}],
)


def answered(data: bytes, status: int = 1000) -> bytes:
    return b'{ "timestamp":"2026-01-01T00:00:00Z", "data" : %s, "odd":1.50, "status_code":%d}' % (
        data,
        status,
    )


async def answer(kind: Kind, body: bytes, crossing: Crossing) -> bytes:
    async def informed(_: Any) -> Crossing:
        return crossing

    return await retold_answer(kind, body, informed)


def tell(kind: Kind, value: Any, crossing: Crossing) -> Any:
    return json.loads(retold(kind, codec.encode(value), value, crossing))


@pytest.mark.parametrize("crossing", [DOWN, UP])
async def test_what_both_versions_say_alike_keeps_its_bytes(crossing: Crossing) -> None:
    """C-066: number spelling, order of keys, blanks, fields that nobody knows."""
    body = b'{ "timeout" :30.0,"odd":{"b":1.50, "a":null}, "result":"ACCEPTED"}'
    assert retold(CommandResponse, body, codec.decode(body), crossing) == body
    assert json.loads(await answer(CommandResponse, answered(body), crossing))["data"] == json.loads(body)
    assert body in await answer(CommandResponse, answered(body), crossing)


def test_a_card_of_a_kind_that_is_not_listed_is_an_other_one() -> None:
    start = {
        "response_url": "http://msp.example/x",
        "token": build.token(type="EMAID").to_wire(),
        "location_id": "LOC1",
        "odd": 1,
    }
    told = tell(StartSession, start, DOWN)
    assert (told["token"]["type"], told["odd"], told["location_id"]) == ("OTHER", 1, "LOC1")


async def test_of_a_list_only_what_cannot_be_told_is_left_out() -> None:
    """C-048: prices with taxes of no known rate have no words in 2.2.1, and one member is no tariff."""
    members = [codec.dump(build.tariff(id="T1")), codec.dump(GROSS), b'{"id":"broken"}', b"17"]
    told = json.loads(await answer(Tariff, answered(b"[" + b",".join(members) + b"]"), DOWN))
    assert [each["id"] for each in told["data"]] == ["T1"]
    assert "tax_included" not in told["data"][0]
    assert told["odd"] == 1.5


async def test_one_object_that_cannot_be_told_is_refused_with_the_reason() -> None:
    with pytest.raises(NotSpeakable, match="taxes"):
        await answer(Tariff, answered(codec.dump(GROSS)), DOWN)


@pytest.mark.parametrize(
    ("kind", "data"), [(CommandResponse, b'{"result":"MAYBE"}'), (AuthorizationInfo, b'"text"')]
)
async def test_an_answer_that_is_something_else_cannot_be_read(kind: Kind, data: bytes) -> None:
    with pytest.raises(Unreadable):
        await answer(kind, answered(data), UP)


@pytest.mark.parametrize(
    "body", [answered(b"null"), answered(b'{"any":"thing"}', 2003), b'{"status_code":1000}']
)
async def test_an_answer_without_data_is_left_as_it_is(body: bytes) -> None:
    assert await answer(CommandResponse, body, UP) == body


def test_a_question_that_is_not_what_it_should_be_is_judged_by_the_version_of_the_asker() -> None:
    with pytest.raises(ValidationError):
        tell(StartSession, {"location_id": "LOC1"}, UP)


def test_a_command_of_somebodys_own_is_known_in_no_other_version() -> None:
    for crossing in (DOWN, UP):
        with pytest.raises(NotSpeakable, match="UnlistedCommand"):
            tell(UnlistedCommand, {"response_url": "http://msp.example/x"}, crossing)


def test_every_message_between_versions_has_a_form_in_both() -> None:
    told = [
        kind
        for name, module in MODULES.items()
        if since(name) <= OLD
        for side in Side
        for message in module.messages(side)
        for kind in (message.asks, message.answers)
        if kind is not None
    ]
    assert len(told) > 20
    for kind in (*told, *COMMANDS.values()):
        assert form_of(kind, OLD), kind


def test_every_module_that_is_routed_has_its_messages_and_its_roles() -> None:
    assert MODULES.keys() >= BY_MODULE.keys()
    for name in MODULES:
        assert serving_roles(name, Side.SENDER)
        assert serving_roles(name, Side.RECEIVER)
