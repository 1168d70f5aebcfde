"""Any mix of 2.1.1, 2.2.1 and 2.3.0 meets for every module that both sides have. Reference §2.12."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from schemas.v2_3_0 import commands
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import AuthorizationInfo, Token
from simulators.partner import Reply
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually
from tests.hub.virtual.meeting import (
    BACK,
    RECEIVER,
    SENDER,
    THERE,
    VERSIONS,
    Meeting,
    Station,
    enveloped,
    meeting,
    read,
)
from tests.platforms import EMSP, HUB

ALL_MIXES = list(product(VERSIONS, VERSIONS))
CARD = build.token()
UNLOCK = {"location_id": "LOC1", "evse_uid": "E1", "connector_id": "1"}


@pytest.fixture(params=ALL_MIXES, ids="-".join)
async def mix(
    request: pytest.FixtureRequest, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Meeting]:
    """What the CPO speaks, and the eMSP."""
    async with meeting(mongo, clock, tmp_path, *request.param) as met:
        yield met


async def test_everything_that_is_pushed_arrives_in_the_words_of_its_reader(
    mix: Meeting, clock: ManualClock
) -> None:
    """Locations, tariffs and tokens, then a session and its bill."""
    pushed_card = await mix.emsp.call(
        "PUT", "tokens", RECEIVER, "NL", "MSP", CARD.uid,
        routing=Routing(to=HUB, sender=EMSP), body=mix.from_emsp(Token, CARD),
    )  # fmt: skip
    assert pushed_card.status == 1000, pushed_card.body
    for module, kind, model in (
        ("locations", Location, build.location()),
        ("tariffs", Tariff, build.tariff()),
    ):
        heard = await mix.publish(module, "FR", "CPO", model.id, body=mix.from_cpo(kind, model))
        assert (heard.http, heard.status) == (201, 1000), heard.body
    await eventually(lambda: len(mix.emsp.heard("locations")) == len(mix.emsp.heard("tariffs")) == 1)
    await eventually(lambda: len(mix.cpo.heard("tokens")) == 1)
    (location,), (tariff,), (card,) = (
        mix.emsp.heard("locations"), mix.emsp.heard("tariffs"), mix.cpo.heard("tokens"),
    )  # fmt: skip
    assert (location.path, tariff.path, card.path) == ("FR/CPO/LOC1", "FR/CPO/T1", f"NL/MSP/{CARD.uid}")
    read(Location, location.json(), mix.emsp.version)
    read(Tariff, tariff.json(), mix.emsp.version)
    read(Token, card.json(), mix.cpo.version)
    assert location.json()["evses"][0]["connectors"][0]["id"] == "1"

    session, bill = build.session(), build.cdr()
    heard = await mix.cpo.call(
        "PUT", "sessions", RECEIVER, "FR", "CPO", "S1", routing=BACK,
        body=mix.from_cpo(Session, session, location=build.location()),
    )  # fmt: skip
    assert (heard.http, heard.status) == (201, 1000), heard.body
    heard = await mix.cpo.call(
        "POST", "cdrs", RECEIVER, routing=BACK, body=mix.from_cpo(CDR, bill, location=build.location())
    )
    assert (heard.http, heard.status) == (201, 1000), heard.body
    await clock.advance(seconds=15)  # a bill goes behind its session
    await eventually(lambda: len(mix.emsp.heard("sessions")) == len(mix.emsp.heard("cdrs")) == 1)
    (told,), (billed,) = mix.emsp.heard("sessions"), mix.emsp.heard("cdrs")
    read(Session, told.json(), mix.emsp.version)
    read(CDR, billed.json(), mix.emsp.version)
    assert whose_card(told.json()) == whose_card(billed.json()) == CARD.contract_id
    assert uid_of(told.json()) in (None, CARD.uid)
    assert billed.json()["total_energy"] == 8


async def test_a_card_is_authorized_in_real_time(mix: Meeting) -> None:
    info = AuthorizationInfo.model_validate({"allowed": "ALLOWED", "token": CARD.to_wire()})
    answer = Reply(raw=enveloped(mix.from_emsp(AuthorizationInfo, info)))
    mix.emsp.answer("POST", "tokens", SENDER, lambda _: answer)
    where = b'{"location_id":"LOC1","evse_uids":["E1"]}'
    heard = await mix.cpo.call(
        "POST", "tokens", SENDER, CARD.uid, "authorize", routing=BACK, body=where, query={"type": "RFID"}
    )
    assert (heard.http, heard.status, heard.data["allowed"]) == (200, 1000, "ALLOWED"), heard.body
    read(AuthorizationInfo, heard.data, mix.cpo.version)
    (asked,) = mix.emsp.heard("tokens", "POST")
    assert (asked.path, asked.json()["location_id"]) == (f"{CARD.uid}/authorize", "LOC1")


@pytest.mark.parametrize("name", ["START_SESSION", "STOP_SESSION", "RESERVE_NOW", "UNLOCK_CONNECTOR"])
async def test_a_command_reaches_the_station_and_its_result_the_asker(mix: Meeting, name: str) -> None:
    station, (kind, body) = Station(mix), COMMANDS[name]
    url = f"{mix.emsp.url_of('commands', SENDER)}/{name}/mine"
    model = kind.model_validate({**body, "response_url": url})
    heard = await mix.emsp.call(
        "POST", "commands", RECEIVER, name, routing=THERE, body=mix.from_emsp(kind, model)
    )
    assert (heard.status, heard.data["result"]) == (1000, "ACCEPTED"), heard.body
    read(commands.CommandResponse, heard.data, mix.emsp.version)
    (asked,) = station.asked
    read(kind, asked.json(), mix.cpo.version)
    assert asked.path == name
    assert mix.emsp.base not in asked.body.decode()

    assert (await station.tell("ACCEPTED")).status == 1000
    (result,) = mix.emsp.heard("commands", "POST")
    assert (result.path, result.json()) == (f"{name}/mine", {"result": "ACCEPTED"})


async def test_lists_can_be_pulled(mix: Meeting) -> None:
    """From the hub by whoever speaks 2.1.1, of what it was told; else from the CPO through the hub."""
    bill = mix.from_cpo(CDR, build.cdr(), location=build.location())
    reply = Reply(raw=enveloped(b"[%s]" % bill), headers={"X-Total-Count": "1"})
    mix.cpo.answer("GET", "cdrs", SENDER, lambda _: reply)
    heard = await mix.emsp.call("GET", "cdrs", SENDER, routing=THERE)
    assert (heard.status, heard.headers["X-Total-Count"]) == (1000, "1"), heard.body
    (told,) = heard.data
    read(CDR, told, mix.emsp.version)
    assert whose_card(told) == CARD.contract_id
    (asked,) = mix.cpo.heard("cdrs", "GET")
    assert asked.path == ""


def whose_card(charge: dict[str, Any]) -> str:
    """2.1.1 tells the contract alone."""
    return str(charge["auth_id"] if "auth_id" in charge else charge["cdr_token"]["contract_id"])


def uid_of(charge: dict[str, Any]) -> str | None:
    return None if "auth_id" in charge else str(charge["cdr_token"]["uid"])


COMMANDS: dict[str, Any] = {
    "START_SESSION": (commands.StartSession, {"token": CARD.to_wire(), "location_id": "LOC1"}),
    "STOP_SESSION": (commands.StopSession, {"session_id": "S1"}),
    "RESERVE_NOW": (
        commands.ReserveNow,
        {
            "token": CARD.to_wire(),
            "location_id": "LOC1",
            "reservation_id": "17",
            "expiry_date": "2026-01-01T01:00:00Z",
        },
    ),
    "UNLOCK_CONNECTOR": (commands.UnlockConnector, UNLOCK),
}
