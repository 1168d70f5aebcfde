"""Sessions without bills, bills without sessions and bills of long ago are found, by a running adapter."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas.times import datetime_text
from simulators.partner import Reply, Request
from tests.emsp_adapter.sync.square import SHARED_LOOP, Network, Square
from tests.fakes.eventually import eventually, eventually_so
from tests.ocpi.client.connected import VERSIONS
from tests.platforms import operate

pytestmark = SHARED_LOOP


def at(cpo: Network, **before: float) -> str:
    return datetime_text(cpo.square.clock.now() - timedelta(**before))


def session(cpo: Network, **changes: Any) -> dict[str, Any]:
    """Of an hour that has just ended."""
    now = {"start_date_time": at(cpo, hours=1), "end_date_time": at(cpo), "last_updated": at(cpo)}
    return {"id": "S1", "status": "COMPLETED", **now, **changes}


def bill(cpo: Network, **changes: Any) -> dict[str, Any]:
    now = {"start_date_time": at(cpo, hours=1), "end_date_time": at(cpo), "last_updated": at(cpo)}
    return {"id": "CDR1", "session_id": "S1", **now, **changes}


async def found(cpo: Network, state: str, *, count: int = 1) -> list[Any]:
    async def are_there() -> bool:
        return len(await cpo.gaps(state=state)) == count

    await eventually_so(are_there)
    return await cpo.gaps(state=state)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_session_without_a_bill_is_told_after_its_cpo_was_asked_again_until_the_bill_is_here(
    square: Square, version: str
) -> None:
    """2.1.1 does not say of which session a bill is."""
    async with square.network(version) as cpo:
        told, late = session(cpo), bill(cpo)
        cpo.lists("sessions", told)
        await cpo.fetch("sessions")
        await square.later(hours=23)
        assert await cpo.gaps() == []
        await square.later(hours=2)
        (gap,) = await found(cpo, "OPEN")
        assert (gap["kind"], gap["session"]) == ("SESSION_WITHOUT_CDR", "S1")
        assert any(since is not None and since < told["start_date_time"] for since in cpo.windows("cdrs"))

        cpo.lists("cdrs", late)
        await cpo.fetch("cdrs")
        await square.later(minutes=1)
        (gap,) = await found(cpo, "RESOLVED")
        assert gap["resolved_by"] == "CDR1"
        assert await cpo.gaps(state="OPEN") == []


async def test_nobody_is_told_when_the_bill_comes_because_its_cpo_was_asked_again(cpo: Network) -> None:
    """It bears a date that the usual windows do not reach back to any more."""
    began = datetime.fromisoformat(at(cpo))
    old = session(cpo, start_date_time=at(cpo, days=20))
    late = bill(cpo, start_date_time=at(cpo, days=20), last_updated=at(cpo, days=10))
    assert (await cpo.push("sessions", **old)).is_success
    await cpo.square.later(minutes=1)
    cpo.lists("cdrs", late)
    await cpo.fetch("cdrs")
    assert not await cpo.holds("cdrs", "CDR1")
    await cpo.square.later(hours=25)
    await eventually_so(lambda: cpo.holds("cdrs", "CDR1"))
    await cpo.square.later(minutes=1)
    await eventually_so(lambda: is_matched(cpo))
    assert await cpo.gaps(kind="SESSION_WITHOUT_CDR") == []
    assert min(since for since in cpo.windows("cdrs") if since) < datetime_text(began - timedelta(days=20))


async def is_matched(cpo: Network) -> bool:
    matched = await cpo.gaps(state="MATCHED")
    return [each["session"] for each in matched] == ["S1"]


async def test_a_session_that_goes_on_has_no_bill_yet(cpo: Network) -> None:
    assert (await cpo.push("sessions", **session(cpo, status="ACTIVE", end_date_time=None))).is_success
    await cpo.square.later(hours=26)
    await cpo.square.later(minutes=1)
    assert (await found(cpo, "EXPECTED"))[0]["session"] == "S1"
    assert (await cpo.push("sessions", **session(cpo))).is_success
    await cpo.square.later(hours=20)
    assert await cpo.gaps() == []
    await cpo.square.later(hours=5)
    await found(cpo, "OPEN")


async def test_a_session_that_was_invalid_has_no_bill(cpo: Network) -> None:
    assert (await cpo.push("sessions", **session(cpo, status="INVALID"))).is_success
    await cpo.square.later(minutes=1)
    await found(cpo, "EXPECTED")
    await cpo.square.later(hours=26)
    await found(cpo, "EXPECTED", count=0)
    assert await cpo.gaps() == []


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_bill_without_a_session_is_told_until_the_session_is_here(
    square: Square, version: str
) -> None:
    async with square.network(version) as cpo:
        late = session(cpo)
        cpo.lists("cdrs", bill(cpo))
        await cpo.fetch("cdrs")
        await square.later(minutes=1)
        await found(cpo, "EXPECTED")
        asked = len(cpo.asked("sessions"))
        await square.later(hours=1)
        (gap,) = await found(cpo, "OPEN")
        assert (gap["kind"], gap["cdr"]) == ("CDR_WITHOUT_SESSION", "CDR1")
        assert len(cpo.asked("sessions")) > asked

        cpo.lists("sessions", late)
        await cpo.fetch("sessions")
        await square.later(minutes=1)
        (gap,) = await found(cpo, "RESOLVED")
        assert gap["resolved_by"] == "S1"


async def test_a_bill_of_who_tells_no_sessions_lacks_none(square: Square) -> None:
    async with square.network(without="sessions") as cpo:
        assert (await cpo.push("cdrs", **bill(cpo))).is_success
        await square.later(hours=3)
        await square.later(minutes=1)
        assert await cpo.gaps() == []


async def test_a_session_and_its_bill_lack_nothing(cpo: Network) -> None:
    assert (await cpo.push("sessions", **session(cpo))).is_success
    assert (await cpo.push("cdrs", **bill(cpo, session_id="s1"))).is_success
    await cpo.square.later(hours=30)
    await cpo.square.later(minutes=1)
    assert await cpo.gaps() == []


async def test_a_bill_that_comes_long_after_its_date_is_told_until_somebody_knows(cpo: Network) -> None:
    began = cpo.square.clock.now()
    late = bill(cpo, session_id=None)
    await cpo.square.later(hours=24 * 15)
    assert (await cpo.push("cdrs", **late)).is_success
    await cpo.square.later(minutes=1)
    (gap,) = await found(cpo, "OPEN")
    assert (gap["kind"], gap["cdr"], gap["dated"][:10]) == ("OLD_CDR", "CDR1", str(began.date()))
    await operate(cpo.square.emsp, "/gaps/acknowledge", {"id": gap["id"]})
    (gap,) = await found(cpo, "ACKNOWLEDGED")
    assert gap["acknowledged_by"] == "command line"
    with pytest.raises(AdminRefused, match="nothing of the name"):
        await operate(cpo.square.emsp, "/gaps/acknowledge", {"id": gap["id"]})


async def test_bills_from_before_the_agreement_are_no_news(cpo: Network) -> None:
    long_ago = {name: at(cpo, days=40) for name in ("start_date_time", "end_date_time", "last_updated")}
    assert (await cpo.push("cdrs", **bill(cpo, session_id=None, **long_ago))).is_success
    await cpo.square.later(minutes=1)
    assert await cpo.gaps() == []


async def test_a_cpo_that_cannot_be_asked_is_asked_for_a_day_before_somebody_is_told(cpo: Network) -> None:
    assert (await cpo.push("sessions", **session(cpo))).is_success
    await cpo.square.later(minutes=1)
    cpo.far.answer("GET", "cdrs", Side.SENDER, lambda _: Reply(http=500))
    await cpo.square.later(hours=25)
    await eventually_so(lambda: has_trouble(cpo))
    assert await cpo.gaps(state="OPEN") == []
    await cpo.square.later(hours=25)
    (gap,) = await found(cpo, "OPEN")
    assert gap["trouble"] == "HTTP 500"


async def has_trouble(cpo: Network) -> bool:
    (gap,) = await cpo.gaps(state="EXPECTED")
    return gap["trouble"] is not None


async def test_nobody_waits_for_a_cpo_that_is_asked_and_does_not_answer(cpo: Network) -> None:
    may_answer = asyncio.Event()

    async def hang(_: Request) -> Reply:
        await may_answer.wait()
        return Reply([])

    async with cpo.square.network() as other:
        for each in (cpo, other):
            assert (await each.push("sessions", **session(each))).is_success
        await cpo.square.later(minutes=1)
        cpo.far.answer("GET", "cdrs", Side.SENDER, hang)
        before = len(cpo.asked("cdrs"))
        await cpo.square.later(hours=25)
        await eventually(lambda: len(cpo.asked("cdrs")) > before)
        await cpo.square.later(minutes=1)
        await found(other, "OPEN")
        may_answer.set()


async def test_what_is_missing_is_counted(cpo: Network) -> None:
    assert (await cpo.push("sessions", **session(cpo))).is_success
    await cpo.square.later(hours=25)
    await found(cpo, "OPEN")
    await cpo.square.later(minutes=1)
    text, _ = cpo.square.emsp.foundation.metrics.exposition()
    (line,) = [each for each in text.decode().splitlines() if 'kind="SESSION_WITHOUT_CDR"' in each]
    assert float(line.split()[-1]) >= 1
    assert f'passerelle_list_age_seconds{{cpo="{cpo.party}",module="cdrs"}}' in text.decode()
