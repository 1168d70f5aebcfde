"""What is owed arrives: after outages, refusals, crashes, and whatever else a partner does."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from ocpi.delivery.dispatcher import Delivery
from ocpi.delivery.fetching import Fetching
from ocpi.delivery.leases import LIFETIME
from ocpi.delivery.marks import COLLECTION as MARKS
from ocpi.delivery.marks import Due
from ocpi.delivery.readying import Readying
from ocpi.delivery.receipts import Receipts
from ocpi.delivery.send import Sender
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate, running_hub
from tests.roaming import Roaming

OTHER = PartyId("DE", "XYZ")
RECEIVER = Side.RECEIVER


async def push_locations(roaming: Roaming, count: int) -> None:
    for n in range(count):
        await roaming.push("locations", "FR", "CPO", f"LOC{n}", body=build.location(id=f"LOC{n}"))


def paths(partner: SimulatedPartner, module: str = "locations") -> list[str]:
    return [each.path for each in partner.heard(module)]


async def test_a_dead_partner_holds_up_nobody_and_is_probed_rather_than_stormed(roaming: Roaming) -> None:
    """Reliability 5: many marks of somebody who is away, and another one's single mark."""
    tried: list[str] = []

    def dead(arrived: Request) -> Reply:
        tried.append(arrived.path)
        return Reply(http=503, raw=b"down")

    async with SimulatedPartner(("EMSP", OTHER)) as other:
        other.answer("PUT", "locations", RECEIVER, dead)
        await connect(roaming.hub, other, "the-other", "EMSP")
        await push_locations(roaming, 40)
        await agree(roaming.hub, emsp=OTHER)
        await eventually(lambda: len(tried) >= 1)
        first_burst = len(tried)
        assert first_burst <= 8

        await roaming.push("locations", "FR", "CPO", "NEW", body=build.location(id="NEW"))
        await eventually(lambda: "FR/CPO/NEW" in paths(roaming.emsp))
        for _ in range(10):
            await roaming.later(seconds=3)
        assert first_burst < len(tried) <= 8 + 6  # the first burst, and the probes of half a minute


async def test_everything_arrives_soon_after_an_outage(roaming: Roaming) -> None:
    """Reliability 8: what waited is due again as soon as one delivery has succeeded."""
    roaming.emsp.is_online = False
    await push_locations(roaming, 5)
    await roaming.stroll(minutes=6)
    roaming.emsp.is_online = True
    await roaming.stroll(minutes=1.5)
    await eventually_so(roaming.nothing_due)
    assert sorted(paths(roaming.emsp)) == [f"FR/CPO/LOC{n}" for n in range(5)]


async def test_a_refused_object_is_parked_and_the_others_pass(roaming: Roaming) -> None:
    """Reliability 10: poison. The operator sees why, and can try again."""

    def picky(arrived: Request) -> Reply:
        return Reply(status_code=2001) if arrived.path.endswith("LOC1") else Reply()

    roaming.emsp.answer("PUT", "locations", RECEIVER, picky)
    await push_locations(roaming, 3)
    await eventually(lambda: len(paths(roaming.emsp)) == 3)
    await roaming.until_nothing_due(stride_s=2)
    (mark,) = await asyncio.to_thread(roaming.hub.admin.get, "/outbox")
    assert (mark["object_id"], mark["parked"]) == ("location/FR*CPO/loc1|*", "refused 3 times: HTTP 200")

    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply())
    assert await operate(roaming.hub, "/outbox/revive", {"to": str(EMSP)}) == {"to": str(EMSP), "revived": 1}
    await eventually_so(roaming.nothing_due)
    assert await roaming.marks() == []


async def test_one_refusal_after_a_long_outage_parks_no_bill(roaming: Roaming) -> None:
    """Refusals are counted apart from failures to reach anybody."""
    roaming.emsp.is_online = False
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await roaming.stroll(minutes=2.5)
    roaming.emsp.is_online = True
    roaming.emsp.answer("POST", "cdrs", RECEIVER, lambda _: Reply(status_code=2001))
    await roaming.stroll(minutes=2)  # the longest rest is a minute and a half
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))
    await eventually_so(lambda: refused_once(roaming))
    (mark,) = await roaming.marks()
    assert "parked" not in mark


async def refused_once(roaming: Roaming) -> bool:
    (mark,) = await roaming.marks()
    return bool(mark["refusals"] == 1)


async def test_nobody_waits_for_what_is_fetched_for_others(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reliability 5."""
    asked: list[object] = []

    async def never(*_: Any) -> bool:
        asked.append(1)
        return await asyncio.Future()

    await push_locations(roaming, 1)
    await eventually(lambda: len(roaming.emsp.received) == 1)
    await eventually_so(roaming.nothing_due)
    monkeypatch.setattr(Fetching, "fill", never)
    await roaming.push("locations", "FR", "CPO", "NEW", body=build.location(id="NEW"))
    await eventually(lambda: "FR/CPO/NEW" in paths(roaming.emsp))
    assert asked


async def test_retry_after_is_waited_for(roaming: Roaming) -> None:
    """Reliability 9."""
    busy = Reply(http=429, headers={"Retry-After": "30"})
    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: busy)
    await push_locations(roaming, 1)
    await eventually(lambda: roaming.hub.foundation.delivery.rests("the-emsp"))
    await roaming.later(seconds=29)
    assert len(roaming.emsp.received) == 1
    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply())
    await roaming.later(seconds=1)
    await eventually_so(roaming.nothing_due)


async def test_a_delivery_that_breaks_here_is_tried_again_later_and_not_at_once(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[object] = []

    async def broken(*_: Any) -> str | None:
        attempts.append(1)
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(Sender, "deliver", broken)
    await push_locations(roaming, 1)
    await eventually(lambda: bool(attempts))
    await roaming.later(seconds=0.5)
    assert len(attempts) == 1
    monkeypatch.undo()
    await roaming.later(seconds=2)
    await eventually(lambda: paths(roaming.emsp) == ["FR/CPO/LOC0"])


async def test_a_database_that_fails_for_a_moment_takes_no_room_for_good(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was chosen to go and could not be looked up is chosen again."""
    usual, failed = Readying.of, list[Any]()

    async def broken(self: Readying, marks: Any) -> Any:
        if len(failed) < 10:
            failed.append(marks)
            raise ConnectionError("the database is away")
        return await usual(self, marks)

    monkeypatch.setattr(Readying, "of", broken)
    await push_locations(roaming, 12)
    await roaming.until_nothing_due()
    assert len(failed) == 10
    assert len(paths(roaming.emsp)) == 12


async def test_a_bill_that_was_on_its_way_in_a_crash_is_sent_again(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, roaming: Roaming
) -> None:
    """Reliability 1: killed after the send and before the mark. The receiver says the same again."""
    arrived, never = asyncio.Event(), asyncio.Event()

    async def take_it_and_hang(_: Request) -> Reply:
        arrived.set()
        await never.wait()
        return Reply()

    roaming.emsp.answer("POST", "cdrs", RECEIVER, take_it_and_hang)
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await arrived.wait()
    await roaming.hub.foundation.supervisor.stop()

    roaming.emsp.answer("POST", "cdrs", RECEIVER, lambda _: Reply(status_code=1000))
    async with running_hub(mongo, clock, tmp_path) as successor:
        for _ in range(10):  # the successor takes the lease over at one of its own turns
            await clock.advance(seconds=LIFETIME.total_seconds())
            if len(roaming.emsp.heard("cdrs")) == 2:
                break
        await eventually_so(lambda: no_marks(successor.foundation.outbox))
    first, second = roaming.emsp.heard("cdrs")
    assert first.body == second.body


async def no_marks(outbox: Any) -> bool:
    return not await outbox.listed(1)


async def test_two_processes_on_one_database_send_nothing_twice(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, roaming: Roaming
) -> None:
    """Reliability 16: and each hears what the other was told."""
    async with running_hub(mongo, clock, tmp_path) as second:
        await push_locations(roaming, 30)
        await eventually(lambda: len(paths(roaming.emsp)) >= 30)
        await eventually_so(roaming.nothing_due)
        assert len(paths(roaming.emsp)) == 30

        await roaming.hub.foundation.supervisor.stop()
        await push_locations(roaming, 1)
        await clock.advance(seconds=2 * LIFETIME.total_seconds())
        await eventually_so(lambda: no_marks(second.foundation.outbox))
    assert len(paths(roaming.emsp)) == 31


@pytest.mark.parametrize(
    ("module", "path", "method", "body"),
    [
        ("cdrs", (), "POST", build.cdr()),
        ("locations", ("FR", "CPO", "LOC1"), "PUT", build.location()),
        ("tariffs", ("FR", "CPO", "T1"), "DELETE", None),
        ("sessions", ("FR", "CPO", "S1"), "PATCH", {"kwh": 5, "last_updated": "2026-03-01T09:00:00Z"}),
    ],
)
async def test_a_push_that_was_stored_but_not_marked_is_not_acknowledged_and_made_good_by_the_next(
    roaming: Roaming,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    path: tuple[str, ...],
    method: str,
    body: Any,
) -> None:
    """1000 means that both are on disk. A crash between them leaves nothing that a repeat does not heal."""
    to = EMSP if module in ("cdrs", "sessions") else HUB
    await roaming.push("tariffs", "FR", "CPO", "T1", body=build.tariff())
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    await eventually_so(roaming.nothing_due)
    roaming.emsp.received.clear()

    async def crash(*_: Any) -> None:
        raise ConnectionError("the outbox is away")

    monkeypatch.setattr(Delivery, "mark", crash)
    monkeypatch.setattr(Delivery, "mark_unless_delivered", crash)
    lost = await roaming.push(module, *path, body=body, to=to, method=method)
    assert lost.status == 3000
    monkeypatch.undo()
    again = await roaming.push(module, *path, body=body, to=to, method=method)
    assert (again.http, again.status) == (200, 1000)
    await eventually(lambda: bool(roaming.emsp.heard(module)))
    await eventually_so(roaming.nothing_due)
    assert len(roaming.emsp.heard(module)) == 1


async def test_a_bill_that_comes_again_while_it_is_delivered_is_delivered_once(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for, it has not arrived; by the time that it is marked once more, it has."""
    asked, find = asyncio.Event(), Receipts.has

    async def taken(_: Request) -> Reply:
        await asked.wait()
        return Reply(http=201)

    async def too_early(receipts: Receipts, name: str) -> bool:
        has_arrived = await find(receipts, name)
        asked.set()
        await eventually_so(roaming.nothing_due)
        return has_arrived

    roaming.emsp.answer("POST", "cdrs", RECEIVER, taken)
    monkeypatch.setattr(Receipts, "has", too_early)
    for _ in range(2):
        assert (await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")).status == 1000
    await nothing_more_due(roaming)
    assert len(roaming.emsp.heard("cdrs")) == 1


async def test_a_bill_that_is_marked_late_since_its_repetition_was_faster_is_delivered_once(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, mark = asyncio.Event(), Delivery.mark

    async def late(delivery: Delivery, *dues: Due) -> None:
        if dues:
            kept.set()
            await eventually(lambda: roaming.emsp.heard("cdrs"))
            await eventually_so(roaming.nothing_due)
        await mark(delivery, *dues)

    async def push_again() -> Heard:
        await kept.wait()
        return await push()

    push = partial(roaming.push, "cdrs", body=build.cdr(), to=EMSP, method="POST")
    monkeypatch.setattr(Delivery, "mark", late)
    told = await asyncio.gather(push(), push_again())
    assert [each.status for each in told] == [1000, 1000]
    await nothing_more_due(roaming)
    assert len(roaming.emsp.heard("cdrs")) == 1


async def nothing_more_due(roaming: Roaming) -> None:
    await roaming.looked()
    await eventually_so(roaming.nothing_due)


async def test_a_bill_follows_its_session_also_when_both_are_due_at_once(roaming: Roaming) -> None:
    """The COMPLETED session first, with no time passing between them."""
    roaming.emsp.is_online = False
    for n in range(12):
        await roaming.push("sessions", "FR", "CPO", f"S{n}", body=build.session(id=f"S{n}"), to=EMSP)
        await roaming.push("cdrs", body=build.cdr(id=f"C{n}", session_id=f"S{n}"), to=EMSP, method="POST")
    outbox = roaming.hub.foundation.outbox
    await outbox.hurry(await outbox.addresses_waiting())
    roaming.emsp.is_online = True
    await roaming.later(seconds=3)
    await eventually_so(roaming.nothing_due)
    order = [each.json()["id"] for each in roaming.emsp.received]
    assert len(order) == 24
    assert all(order.index(f"S{n}") < order.index(f"C{n}") for n in range(12))


async def test_a_bill_whose_session_was_refused_for_good_is_not_held_up(roaming: Roaming) -> None:
    roaming.emsp.answer("PUT", "sessions", RECEIVER, lambda _: Reply(status_code=2001))
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    for _ in range(3):
        await roaming.later(seconds=2)
    await eventually(lambda: len(roaming.emsp.heard("cdrs")) == 1)


async def test_a_suspended_partner_is_sent_nothing_and_catches_up_when_it_is_back(roaming: Roaming) -> None:
    """A-12."""
    await operate(roaming.hub, "/partners/the-emsp/suspend", {})
    await push_locations(roaming, 2)
    refused = await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    assert refused.status == 4003
    await roaming.later(seconds=10)
    assert roaming.emsp.received == []

    await operate(roaming.hub, "/partners/the-emsp/resume", {})
    await eventually(lambda: sorted(paths(roaming.emsp)) == ["FR/CPO/LOC0", "FR/CPO/LOC1"])


async def test_what_is_for_all_stops_with_the_agreement_and_what_was_accepted_for_one_does_not(
    roaming: Roaming,
) -> None:
    roaming.emsp.is_online = False
    await push_locations(roaming, 1)
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    yesterday = {"cpo": str(CPO), "emsp": str(EMSP), "last_day": "2025-12-31"}
    await operate(roaming.hub, "/agreements/end", yesterday)
    roaming.emsp.is_online = True
    await roaming.later(seconds=5)
    await eventually_so(roaming.nothing_due)
    assert [each.module for each in roaming.emsp.received] == ["cdrs"]


async def test_a_deleted_tariff_is_deleted_at_its_receivers(roaming: Roaming) -> None:
    await roaming.push("tariffs", "FR", "CPO", "T1", body=build.tariff())
    await roaming.push("tariffs", "FR", "CPO", "T1", method="DELETE")
    await eventually(lambda: [each.method for each in roaming.emsp.heard("tariffs")][-1:] == ["DELETE"])
    assert roaming.emsp.heard("tariffs", "DELETE")[0].path == "FR/CPO/T1"
    assert roaming.emsp.heard("tariffs", "DELETE")[0].body == b""


async def test_a_state_that_changed_on_its_way_is_sent_again(roaming: Roaming) -> None:
    """A mark put while the older state is in flight is not cleared by its arrival."""
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(_: Request) -> Reply:
        arrived.set()
        await go_on.wait()
        return Reply()

    roaming.emsp.answer("PUT", "locations", RECEIVER, slowly)
    for hour, name in ((8, "old"), (9, "new")):
        stamp = f"2026-03-01T{hour:02d}:00:00Z"
        body = build.location(id="LOC0", name=name, last_updated=stamp)
        await roaming.push("locations", "FR", "CPO", "LOC0", body=body)
        await arrived.wait()
    go_on.set()
    await eventually(lambda: [each.json()["name"] for each in roaming.emsp.received] == ["old", "new"])


async def test_the_outbox_is_a_gauge(roaming: Roaming, clock: ManualClock) -> None:
    roaming.emsp.is_online = False
    await push_locations(roaming, 3)
    marks = roaming.hub.foundation.mongo.collection(MARKS)
    await eventually_so(lambda: marks.find_one({"attempts": {"$gte": 1}}))
    parked = {"$set": {"parked": "enough", "parked_at": clock.now()}, "$unset": {"next_try": ""}}
    await marks.update_one({"attempts": {"$gte": 1}}, parked)
    await clock.advance(seconds=10)
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"{roaming.hub.admin.url}/metrics")).text
    assert 'passerelle_outbox_marks{state="waiting"} 2.0' in text
    assert 'passerelle_outbox_marks{state="parked"} 1.0' in text
    assert "passerelle_outbox_oldest_due_seconds" in text
    assert 'passerelle_deliveries_total{outcome="failed",party="NL*MSP"}' in text


async def test_a_card_goes_to_the_address_of_its_type(roaming: Roaming) -> None:
    token = codec.dump(build.token(uid="04AA", type="APP_USER"))
    await roaming.emsp.call(
        "PUT", "tokens", RECEIVER, "NL", "MSP", "04AA",
        routing=Routing(to=HUB, sender=EMSP), body=token, query={"type": "APP_USER"},
    )  # fmt: skip
    await eventually(lambda: bool(roaming.cpo.heard("tokens")))
    (arrived,) = roaming.cpo.heard("tokens")
    assert (arrived.path, arrived.query, arrived.body) == ("NL/MSP/04AA", {"type": "APP_USER"}, token)
