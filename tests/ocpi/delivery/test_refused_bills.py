"""A bill that is refused: for a whole day and for one reason, before it is left to the operator."""

from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request
from tests import build
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import EMSP
from tests.roaming import Roaming

RECEIVER = Side.RECEIVER


def refuse(roaming: Roaming, status: int) -> None:
    roaming.emsp.answer("POST", "cdrs", RECEIVER, lambda _: Reply(status_code=status))


def arrived(roaming: Roaming) -> list[str]:
    return [each.module for each in roaming.emsp.received]


async def counted(roaming: Roaming, refusals: int) -> bool:
    marks = [mark for mark in await roaming.marks() if mark["kind"] == "cdr"]
    return [mark["refusals"] for mark in marks] == [refusals]


async def is_parked(roaming: Roaming) -> bool:
    return any(mark.get("parked") for mark in await roaming.marks())


async def billed(roaming: Roaming) -> None:
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await eventually_so(lambda: counted(roaming, 1))


async def test_three_refusals_for_one_reason_over_a_day_park_a_bill(roaming: Roaming) -> None:
    """Reliability 10."""
    refuse(roaming, 2001)
    await billed(roaming)
    await roaming.much_later(hours=1.1)
    await eventually_so(lambda: counted(roaming, 2))
    await roaming.much_later(hours=22)
    assert len(arrived(roaming)) == 2
    await roaming.much_later(hours=1)
    await eventually_so(lambda: is_parked(roaming))
    assert len(arrived(roaming)) == 3


async def test_another_reason_begins_the_count_anew(roaming: Roaming) -> None:
    refuse(roaming, 2001)
    await billed(roaming)
    await roaming.much_later(hours=1.1)
    await eventually_so(lambda: counted(roaming, 2))
    refuse(roaming, 2002)
    await roaming.much_later(hours=24)
    await eventually_so(lambda: counted(roaming, 1))
    assert not await is_parked(roaming)


async def test_an_unknown_location_is_told_again_and_the_session_and_then_the_bill(roaming: Roaming) -> None:
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    await eventually_so(roaming.nothing_due)
    roaming.emsp.received.clear()
    known: list[str] = []

    def lost_it_all(_: Request) -> Reply:
        return Reply() if known == ["locations", "sessions"] else Reply(status_code=2003)

    def learn(arrived: Request) -> Reply:
        known.append(arrived.module)
        return Reply()

    roaming.emsp.answer("POST", "cdrs", RECEIVER, lost_it_all)
    for module in ("locations", "sessions"):
        roaming.emsp.answer("PUT", module, RECEIVER, learn)
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await eventually(lambda: len(known) == 2)
    await roaming.later(seconds=2)
    await eventually_so(roaming.nothing_due)
    assert arrived(roaming) == ["cdrs", "locations", "sessions", "cdrs"]
    assert await roaming.marks() == []


async def test_a_bill_whose_location_nobody_keeps_is_tried_as_any_other(roaming: Roaming) -> None:
    refuse(roaming, 2003)
    await billed(roaming)
    await roaming.later(seconds=2)
    await eventually_so(lambda: counted(roaming, 2))
    assert arrived(roaming) == ["cdrs", "cdrs"]
