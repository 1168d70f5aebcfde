"""Sessions that come after nobody waits any more, in every version; and pulled instead of pushed."""

from typing import Any

import pytest

from emsp_adapter.commands.sessions import SessionJoins
from emsp_adapter.errands.store import ErrandStore
from ocpi.objects.intake import Accepted
from ocpi.objects.record import Outcome, Record
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from schemas.translation.context import Context
from schemas.v2_3_0.sessions import Session
from tests import build
from tests.emsp_adapter.bench import Bench
from tests.emsp_adapter.obeying import BACK, Obeying
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.ocpi.client.connected import told_in
from tests.platforms import CPO, EMSP

VERSIONS = ("2.3.0", "2.2.1", "2.1.1")
BEGAN = "2026-01-01T00:01:30Z"
OF_THE_CPO = Context(owner=CPO, counterpart=EMSP, location=build.location())


def session(command: Any, **changes: Any) -> Session:
    """Which 2.1.1 tells without the reference."""
    card = {**build.CDR_TOKEN, "uid": "04AA", "contract_id": "NL-MSP-C1"}
    reference = command["about"]["authorization_reference"]
    told = {"cdr_token": card, "authorization_reference": reference, "start_date_time": BEGAN, **changes}
    return build.session(**told)


async def push(obeying: Obeying, told: Session) -> None:
    version = obeying.cpo.version
    heard = await obeying.cpo.call(
        "PUT",
        "sessions",
        Side.RECEIVER,
        *(CPO.country_code, CPO.party_id, told.id),
        routing=Routing() if version == "2.1.1" else BACK,
        body=told_in(version, Session, told, OF_THE_CPO),
    )
    assert heard.is_success, heard.body


async def timed_out(obeying: Obeying, clock: ManualClock) -> Any:
    """A start that nobody told the result of."""
    obeying.answers("ACCEPTED", timeout=60)
    command = await obeying.give(evse_uid="E1")
    await clock.leap(seconds=121)

    async def is_so() -> bool:
        return bool((await obeying.shown(command))["state"] == "TIMED_OUT")

    await eventually_so(is_so)
    return command


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("hours_later", [0, 10])
async def test_a_session_that_comes_after_the_timeout_is_joined(
    bench: Bench, clock: ManualClock, version: str, hours_later: int
) -> None:
    """C-121. By the reference, in 2.1.1 by card and place; as late as it is told, it began soon after."""
    async with bench.obeying(version) as obeying:
        command = await timed_out(obeying, clock)
        await clock.leap(hours=hours_later)
        await push(obeying, session(command))
        shown = await obeying.shown(command)
        assert (shown["state"], shown["sessions"]) == ("TIMED_OUT", ["S1"])


async def test_a_session_that_began_long_after_is_not_the_command_s(bench: Bench, clock: ManualClock) -> None:
    async with bench.obeying("2.1.1") as obeying:
        command = await timed_out(obeying, clock)
        await clock.leap(hours=10)
        await push(obeying, session(command, start_date_time="2026-01-01T09:00:00Z"))
        assert (await obeying.shown(command))["sessions"] == []


@pytest.mark.parametrize("has_reference", [True, False])
async def test_a_session_that_is_pulled_is_joined_as_if_it_were_pushed(
    bench: Bench,
    clock: ManualClock,
    has_reference: bool,  # noqa: FBT001
) -> None:
    """Whoever pulls tells of what it took as whoever receives does."""
    async with bench.obeying("2.3.0") as obeying:
        command = await timed_out(obeying, clock)
        found = session(command, **({} if has_reference else {"authorization_reference": None}))
        key = ObjectKey(ObjectKind.SESSION, CPO, str(found.id))
        record = Record(key, found.last_updated, codec.dump(found))
        mongo = obeying.issuing.emsp.foundation.mongo
        joins = SessionJoins(ErrandStore(mongo, clock))
        for _ in range(2):
            await joins.arrived(Accepted(Outcome.CREATED, record))
        assert (await obeying.shown(command))["sessions"] == ["S1"]
