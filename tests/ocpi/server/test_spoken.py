"""A handler knows 2.3.0; the caller is asked and answered in its own version."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from yarl import URL

from ocpi.errors import NotRoutable, NotSpeakable
from ocpi.partners.directory import Admitted
from ocpi.partners.documents import Scope
from ocpi.partners.model import Partner, PartnerState
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.spoken import handled, status_in
from ocpi.wire import envelope
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import NOWHERE, MessageIds
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.commands import CommandResponse, StartSession
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.locations import Location
from tests import build
from tests.ocpi.partners.conftest import connection

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MSP, OTHER = PartyId("NL", "MSP"), PartyId("NL", "TWO")
TOKEN_2_1_1 = {
    "uid": "04AA",
    "type": "RFID",
    "auth_id": "NL-MSP-C1",
    "issuer": "An eMSP",
    "valid": True,
    "whitelist": "ALWAYS",
    "last_updated": "2026-01-01T00:00:00Z",
}
START = {"response_url": "https://x.example/1", "token": TOKEN_2_1_1, "location_id": "LOC1"}


def call(version: VersionNumber, body: Any = None, *parties: PartyId) -> Call:
    roles = [("EMSP", party) for party in parties or (MSP,)]
    partner = Partner("x", PartnerState.REGISTERED, frozenset({"EMSP"}), connection(*roles), NOW)
    return Call(
        admitted=Admitted(partner, CredentialsToken.generate(), Scope.FULL),
        ids=MessageIds.fresh(),
        routing=NOWHERE,
        version=version,
        module="commands",
        side=Side.RECEIVER,
        method="POST",
        url=URL("https://we.example/ocpi/2.1.1/receiver/commands/START_SESSION"),
        rest=("START_SESSION",),
        path={},
        query={},
        body=b"" if body is None else codec.encode(body),
        deadline=NOW,
    )


async def accepted(heard: Call) -> Answer:
    read = StartSession.model_validate(heard.json_object())
    assert (read.token.contract_id, read.token.country_code, read.token.party_id) == (
        "NL-MSP-C1",
        "NL",
        "MSP",
    )
    return Answer(codec.dump(CommandResponse.model_validate({"result": "ACCEPTED", "timeout": 30})))


COMMAND = Route("POST", "/START_SESSION", accepted, asks=StartSession, answers=CommandResponse)


async def test_a_question_of_2_1_1_is_heard_and_answered_in_2_1_1() -> None:
    answer = await handled(COMMAND, call(VersionNumber.V2_1_1, START))
    assert envelope.decoded(answer.data) == {"result": "ACCEPTED"}


async def test_a_message_in_the_name_of_several_parties_must_say_of_which() -> None:
    with pytest.raises(NotRoutable):
        await handled(COMMAND, call(VersionNumber.V2_1_1, START, MSP, OTHER))


async def test_what_cannot_be_told_is_refused_alone_and_left_out_of_lists() -> None:
    private, public = build.location(id="A", publish=False), build.location(id="B")

    async def one(_: Call) -> Answer:
        return Answer(codec.dump(private))

    async def several(_: Call) -> Answer:
        return Answer(codec.encode([private.to_wire(), public.to_wire()]))

    with pytest.raises(NotSpeakable):
        await handled(Route("GET", "", one, answers=Location), call(VersionNumber.V2_1_1))
    answer = await handled(Route("GET", "", several, answers=Location), call(VersionNumber.V2_1_1))
    assert [each["id"] for each in envelope.decoded(answer.data)] == ["B"]


async def test_bytes_of_our_own_version_are_not_touched() -> None:
    heard: list[bytes] = []

    async def keeps(heard_call: Call) -> Answer:
        heard.append(heard_call.body)
        return Answer(b'{"result" : "ACCEPTED","timeout":30}')

    asked = replace(call(VersionNumber.V2_3_0), body=b'{ "any": 1.0 }')
    answer = await handled(replace(COMMAND, handler=keeps), asked)
    assert (heard, answer.data) == ([asked.body], b'{"result" : "ACCEPTED","timeout":30}')


def test_2_1_1_hears_only_statuses_that_it_knows() -> None:
    """ocpi.md 4.3: 2.1.1 has no 2004 and no 4xxx."""
    told = [status_in(VersionNumber.V2_1_1, status) for status in (1000, 2001, 2004, 4001, 4003)]
    assert told == [1000, 2001, 2001, 3000, 3000]
    assert status_in(VersionNumber.V2_2_1, 2004) == 2004


def test_a_route_is_mounted_in_the_versions_that_have_it() -> None:
    always = Route("PUT", "", accepted)
    once = Route("PATCH", "", accepted, until=VersionNumber.V2_1_1)
    later = Interface("tariffs", Side.RECEIVER, (always, once))
    assert later.routes_in(VersionNumber.V2_1_1) == (always, once)
    assert later.routes_in(VersionNumber.V2_3_0) == (always,)
    assert replace(later, since=VersionNumber.V2_2_1).routes_in(VersionNumber.V2_1_1) == ()
