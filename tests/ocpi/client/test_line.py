"""What a line has in common for all calls: how it speaks, what it understands, what it refuses to say."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from ocpi.client import locations, sessions, tariffs
from ocpi.client.line import Line
from ocpi.client.lines import WITHIN, Lines
from ocpi.errors import (
    InvalidParameters,
    NotSpeakable,
    Rejected,
    TimedOut,
    UnknownReceiver,
    Unreachable,
    Unreadable,
)
from ocpi.process.egress import Egress
from ocpi.process.logs import correlation
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from schemas.translation.context import Context, Policy
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.tariffs import Tariff
from simulators.partner import Reply, Request, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.ocpi.client.connected import OF_THE_CPO, VERSIONS, line_to, partner_at, speaking, told_in
from tests.platforms import CPO, EMSP


@pytest.fixture(params=VERSIONS)
async def emsp(request: pytest.FixtureRequest) -> AsyncIterator[SimulatedPartner]:
    async with speaking(request.param, "EMSP", EMSP) as far:
        yield far


async def put(line: Line, **changes: Any) -> None:
    await tariffs.put(line, build.tariff(**changes), OF_THE_CPO)


async def test_who_speaks_to_whom_and_why_is_told(emsp: SimulatedPartner, egress: Egress) -> None:
    await put(line_to(emsp, egress, routing=Routing(to=EMSP, sender=CPO)))
    (heard,) = emsp.received
    assert heard.routing == Routing(to=EMSP, sender=CPO)
    assert heard.ids.correlation_id == "c-1"
    assert heard.ids.request_id != "c-1"
    assert heard.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("quirk", "spelled"),
    [
        (Quirk.RAW_TOKEN, "Token {}"),
        (Quirk.BASE64_TOKEN, "Token {base64}"),
        (Quirk.NEWLINE_TOKEN, "Token {newline}"),
    ],
)
async def test_a_token_is_spelled_as_the_partner_reads_it(quirk: Quirk, spelled: str, egress: Egress) -> None:
    async with speaking("2.3.0", "EMSP", EMSP) as far:
        line = line_to(far, egress, quirk)
        await put(line)
    secret = line.connection.token.reveal()
    encoded = {"base64": b64(secret), "newline": b64(secret + "\n")}
    assert far.received[0].headers["Authorization"] == spelled.format(secret, **encoded)


async def test_a_partner_of_2_1_1_is_shown_the_raw_token(egress: Egress) -> None:
    """The simulated one reads nothing else."""
    async with speaking("2.1.1", "EMSP", EMSP) as far:
        await put(line_to(far, egress))
        with pytest.raises(Rejected) as refused:
            await put(line_to(far, egress, Quirk.BASE64_TOKEN))
    assert refused.value.http == 401


async def test_dates_are_spelled_as_the_partner_reads_them(egress: Egress) -> None:
    async with speaking("2.3.0", "EMSP", EMSP) as far:
        line = line_to(far, egress, Quirk.DATES_WITH_OFFSET)
        await put(line, last_updated="2026-03-01T08:00:00.500Z")
    assert far.received[0].json()["last_updated"] == "2026-03-01T08:00:00.500+00:00"


async def test_every_field_is_told_to_whom_that_matters(emsp: SimulatedPartner, egress: Egress) -> None:
    await locations.put(line_to(emsp, egress, Quirk.NULLS_TOLD), build.location(), OF_THE_CPO)
    told = emsp.received[0].json()
    assert (told["operator"], told["images"], told["evses"][0]["physical_reference"]) == (None, [], None)
    plain = told_in(emsp.version, Location, build.location(), OF_THE_CPO)
    assert {name: told[name] for name in plain if name != "evses"} == {
        name: value for name, value in plain.items() if name != "evses"
    }


async def test_one_object_in_a_list_is_meant_without_it(emsp: SimulatedPartner, egress: Egress) -> None:
    held = told_in(emsp.version, Tariff, build.tariff(), OF_THE_CPO)
    emsp.answer("GET", "tariffs", Side.RECEIVER, lambda _: Reply([held]))
    assert (await tariffs.held(line_to(emsp, egress), "T1", OF_THE_CPO)).currency == "EUR"


@pytest.mark.parametrize(
    "reply", [Reply(), Reply([]), Reply({"id": "T1"}), Reply("T1"), Reply(raw=b"<html>")]
)
async def test_what_is_no_such_object_is_unreadable(
    emsp: SimulatedPartner, egress: Egress, reply: Reply
) -> None:
    """F-37."""
    emsp.answer("GET", "tariffs", Side.RECEIVER, lambda _: reply)
    with pytest.raises(Unreadable):
        await tariffs.held(line_to(emsp, egress), "T1", OF_THE_CPO)


@pytest.mark.parametrize("reply", [Reply(), Reply([]), Reply("anything", http=201), Reply({"id": 5})])
async def test_a_push_is_done_whatever_data_is_answered(
    emsp: SimulatedPartner, egress: Egress, reply: Reply
) -> None:
    """C-047; 200 is as good as 201."""
    emsp.answer("PUT", "tariffs", Side.RECEIVER, lambda _: reply)
    await put(line_to(emsp, egress))
    assert len(emsp.received) == 1


async def test_each_trouble_has_its_name(emsp: SimulatedPartner, egress: Egress) -> None:
    emsp.answer("PUT", "tariffs", Side.RECEIVER, lambda _: Reply(status_code=2001))
    with pytest.raises(Rejected):
        await put(line_to(emsp, egress))
    emsp.is_online = False
    with pytest.raises(Unreachable):
        await put(line_to(emsp, egress))
    strange = partner_at(emsp)
    with pytest.raises(UnknownReceiver, match="far is not registered"):
        await put(replace(line_to(emsp, egress), partner=replace(strange, connection=None)))
    emsp.endpoints_offered = []
    with pytest.raises(UnknownReceiver, match="far offers no tariffs RECEIVER"):
        await put(line_to(emsp, egress))


async def test_nobody_is_waited_for_beyond_the_deadline(emsp: SimulatedPartner, egress: Egress) -> None:
    never = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await never.wait()
        return Reply()

    emsp.answer("PUT", "tariffs", Side.RECEIVER, hang)
    with pytest.raises(TimedOut):
        await put(line_to(emsp, egress, within_s=0.2))
    with pytest.raises(TimedOut, match="no time is left"):
        await put(line_to(emsp, egress, within_s=0))
    never.set()
    assert len(emsp.received) == 1


async def test_what_a_version_says_in_another_way_is_refused_before_it_is_sent(egress: Egress) -> None:
    """An unpublished Location is shown to nobody by 2.1.1, which cannot say that it is not to be shown."""
    async with speaking("2.1.1", "EMSP", EMSP) as far:
        with pytest.raises(NotSpeakable):
            await locations.put(line_to(far, egress), build.location(publish=False), OF_THE_CPO)
        assert far.received == []


async def test_the_policy_is_that_of_the_partner_whatever_the_facts_bring(egress: Egress) -> None:
    helpless = Context(owner=CPO, policy=Policy(shows_nobody=False))
    async with speaking("2.1.1", "EMSP", EMSP) as far:
        line = line_to(far, egress, policy=Policy(shows_nobody=True))
        await locations.put(line, build.location(publish=False), helpless)
        assert far.received[0].json()["id"] == "LOC1"


async def test_a_change_that_reads_the_same_is_sent_as_it_is(emsp: SimulatedPartner, egress: Egress) -> None:
    change = {"status": "COMPLETED", "last_updated": build.LAST_UPDATED}
    await sessions.patch(line_to(emsp, egress), "S1", change, OF_THE_CPO)
    (heard,) = emsp.received
    assert (heard.method, heard.path, heard.json()) == ("PATCH", "FR/CPO/S1", change)


async def test_a_change_that_reads_otherwise_is_not_sent(egress: Egress) -> None:
    change = {"total_cost": {"before_taxes": 1}, "last_updated": build.LAST_UPDATED}
    for version in ("2.2.1", "2.1.1"):
        async with speaking(version, "EMSP", EMSP) as far:
            with pytest.raises(NotSpeakable, match="send the Session whole"):
                await sessions.patch(line_to(far, egress), "S1", change, OF_THE_CPO)
            assert far.received == []


async def test_a_change_tells_when_it_was_made(emsp: SimulatedPartner, egress: Egress) -> None:
    """C-033; 2.1.1 does not ask for it."""
    change = sessions.patch(line_to(emsp, egress), "S1", {"status": "COMPLETED"}, OF_THE_CPO)
    if emsp.version == "2.1.1":
        await change
    else:
        with pytest.raises(InvalidParameters, match="/last_updated"):
            await change
    assert len(emsp.received) == (emsp.version == "2.1.1")


async def test_ids_of_2_1_1_are_called_as_their_owner_calls_them(egress: Egress) -> None:
    """They may be longer than ours can be."""
    theirs = "LOCATION-WITH-AN-ID-OF-39-CHARACTERS-99"
    context = Context(owner=CPO, aliases={theirs: "L-1"})
    async with speaking("2.1.1") as far:
        far.publishes("locations", [{**told_in("2.1.1", Location, build.location(), context), "id": theirs}])
        found = await locations.get(line_to(far, egress), "l-1", context)
    assert far.received[0].path == theirs
    assert found.id == "L-1"


async def test_lines_end_in_half_a_minute_and_carry_what_is_going_on(
    clock: ManualClock, egress: Egress
) -> None:
    async with speaking("2.3.0") as far:
        with correlation("what-is-going-on"):
            line = Lines(egress=egress, clock=clock).to(partner_at(far))
    assert line.deadline == clock.now() + WITHIN
    assert line.correlation_id == "what-is-going-on"
    assert line.until(clock.now()).deadline == clock.now()
    assert line.until(clock.now() + 2 * WITHIN).deadline == line.deadline


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
