"""Records are written in batches, survive a database that is away, and never break on what they are about."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Document, DriverError, Mongo
from ocpi.process.tasks import Supervisor
from ocpi.process.witness import Left
from ocpi.recorder import journal
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.forgotten import Forgotten
from ocpi.recorder.journal import COLLECTION, Journal, Wanted
from ocpi.recorder.keeping import Bodies, Keeping
from ocpi.recorder.ring import Recorder
from ocpi.recorder.scribe import Scribe
from ocpi.recorder.shelf import Shelf
from ocpi.wire.headers import MessageIds
from tests.fakes.clock import ManualClock

BODY = b'{"location_id":"LOC1"}'


def send(recorder: Recorder, name: str, body: bytes = BODY) -> None:
    left = Left("POST", "http://far.example/sender/payments", MessageIds.fresh(name).write(), body)
    recorder.sending(left).answered(200, b'{"status_code":1000,"data":{"result":"ACCEPTED"}}')


class Desk:
    """A scribe with all that it needs."""

    def __init__(self, mongo: Mongo, clock: ManualClock, keeping: Keeping, **bounds: int) -> None:
        self.recorder = Recorder(clock=clock, **bounds)
        self.metrics = Metrics()
        self._mongo = mongo
        directory = Directory(
            partners=PartnerStore(mongo, Seal(Seal.generate_key())),
            agreements=AgreementStore(mongo, clock),
            clock=clock,
        )
        self.shelf = Shelf(mongo, keeping)
        self.scribe = Scribe(
            recorder=self.recorder,
            addressees=Addressees(directory),
            shelf=self.shelf,
            forgotten=Forgotten(self.recorder, self.metrics),
        )

    async def written(self) -> list[Document]:
        return list(reversed(await Journal(self._mongo).latest(Wanted(), 1000)))

    async def names(self) -> list[str]:
        return [each["correlation_id"] for each in await self.written()]


@pytest.fixture
async def desk(mongo: Mongo, clock: ManualClock) -> Desk:
    await mongo.declare(journal.INDEXES)
    return Desk(mongo, clock, Keeping())


async def test_what_has_ended_is_written_in_the_order_in_which_it_ended(
    desk: Desk, clock: ManualClock
) -> None:
    for name in ("a", "b"):
        send(desk.recorder, name)
    await clock.advance(seconds=1)
    send(desk.recorder, "c")
    await desk.scribe.write()
    assert await desk.names() == ["a", "b", "c"]


async def test_a_record_ends_after_as_many_days_as_the_operator_wants(
    mongo: Mongo, clock: ManualClock
) -> None:
    desk = Desk(mongo, clock, Keeping(kept_for=timedelta(days=7)))
    send(desk.recorder, "a")
    await desk.scribe.write()
    (record,) = await desk.written()
    assert record["expires_at"] - record["at"] == timedelta(days=7)
    assert [each.expire_after_s for each in journal.INDEXES if each.expire_after_s is not None] == [0]


async def test_bodies_are_kept_or_not_as_the_operator_wants(
    desk: Desk, mongo: Mongo, clock: ManualClock
) -> None:
    bare = Desk(mongo, clock, Keeping(bodies=Bodies.NONE))
    for each in (desk, bare):
        send(each.recorder, "a")
        await each.scribe.write()
    told = [(each["request"], each["answer"], each["keys"][2:]) for each in await desk.written()]
    assert told == [(BODY.decode(), '{"result":"ACCEPTED"}', []), (None, None, [])]


async def test_while_the_database_is_away_records_wait_and_are_then_written_once(
    desk: Desk, mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = mongo.collection(COLLECTION)
    send(desk.recorder, "a")
    with monkeypatch.context() as away:

        async def gone(*_: Any, **__: Any) -> None:
            raise DriverError("no primary")

        away.setattr(desk.shelf, "_messages", type("Gone", (), {"insert_many": staticmethod(gone)})())
        await desk.scribe.write()
        send(desk.recorder, "b")
        await desk.scribe.write()
        assert await messages.count_documents({}) == 0
    await desk.scribe.write()
    await desk.scribe.write()
    assert await desk.names() == ["a", "b"]


async def test_a_batch_of_which_a_part_was_written_before_is_written_to_its_end(
    desk: Desk, mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the first try was lost."""
    for name in ("a", "b"):
        send(desk.recorder, name)
    messages = mongo.collection(COLLECTION)
    with monkeypatch.context() as lost:

        async def half(documents: Sequence[Document], **_: Any) -> None:
            await messages.insert_one(dict(documents[0]))
            raise DriverError("connection closed")

        lost.setattr(desk.shelf, "_messages", type("Half", (), {"insert_many": staticmethod(half)})())
        await desk.scribe.write()
    await desk.scribe.write()
    assert await desk.names() == ["a", "b"]


async def test_what_is_forgotten_is_counted(mongo: Mongo, clock: ManualClock) -> None:
    desk = Desk(mongo, clock, Keeping(), at_most=1)
    for name in "abc":
        send(desk.recorder, name)
    await desk.scribe.write()
    assert b"passerelle_messages_forgotten_total 2.0" in desk.metrics.exposition()[0]


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", b"{" * 100_000, b'{"id":5,"cdr_token":[1],"response_url":"http://["}', b'{"id":"\\ud800"}'],
)
async def test_whatever_was_sent_is_recorded(desk: Desk, body: bytes) -> None:
    send(desk.recorder, "odd", body)
    await desk.scribe.write()
    assert await desk.names() == ["odd"]


async def test_ending_writes_what_is_left(desk: Desk, clock: ManualClock) -> None:
    async with Supervisor(name="writers", clock=clock) as writers:
        writers.start("write messages", desk.scribe.run)
        await clock.advance(seconds=0)
        send(desk.recorder, "the last")
    assert await desk.names() == ["the last"]
