"""What waits is understood later: once, in order, and whatever breaks keeps nothing else back.

B-82.
"""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.keeping.backlog import Backlog
from cpo_adapter.keeping.counting import Counting
from cpo_adapter.keeping.journal import Journal
from cpo_adapter.keeping.journal_file import JournalFile
from cpo_adapter.keeping.keeper import Keeper
from cpo_adapter.keeping.model import Places
from cpo_adapter.keeping.set_aside import SetAside
from cpo_adapter.keeping.settling import ADOPT_EVERY, LEFT_BY_ANOTHER, Settler
from cpo_adapter.keeping.store import INDEXES, MESSAGES, MessageStore
from cpo_adapter.ocpp.events import TransactionBegan
from cpo_adapter.ocpp.raw import RawMessage
from cpo_adapter.ocpp.rooms import Begun
from cpo_adapter.ocpp.v16.dialect import Ocpp16
from cpo_adapter.ocpp.v16.handlers import Handlers
from cpo_adapter.sessions.numbers import Numbers
from ocpi.errors import UnknownObject
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Document, Mongo
from ocpi.process.tasks import Supervisor
from tests.cpo_adapter.rooms import STORAGE_IS_AWAY, Cards, Sessions, Stations
from tests.fakes.clock import ManualClock


class Fragile(Sessions):
    """Breaks over a card of that name."""

    breaks_over = "BREAKS"

    async def began(self, event: TransactionBegan) -> Begun:
        if event.uid == self.breaks_over:
            raise ZeroDivisionError
        return await super().began(event)


class Room:
    """As one process has it."""

    def __init__(self, mongo: Mongo, clock: ManualClock, folder: Path, supervisor: Supervisor) -> None:
        self.mongo, self.clock = mongo, clock
        self.sessions, self.backlog, self.metrics = Fragile(), Backlog(), Metrics()
        handlers = Handlers(stations=Stations(), cards=Cards(), sessions=self.sessions, clock=clock)
        shared: dict[str, Any] = {
            "store": MessageStore(mongo, supervisor=supervisor, clock=clock),
            "journal": Journal(JournalFile.in_folder(folder), supervisor=supervisor, limit=1 << 20),
            "backlog": self.backlog,
            "numbers": Numbers(mongo, clock),
            "counting": Counting(self.metrics),
        }
        self.store: MessageStore = shared["store"]
        self.keeper = Keeper(places=Places(), **shared)
        dialect = Ocpp16(handlers=handlers, stations=Stations(), clock=clock)
        self.settler = Settler(dialects=[dialect], clock=clock, **shared)

    def said(self, action: str, station: str = "CP-1", **payload: Any) -> RawMessage:
        frame = json.dumps([2, "1", action, payload])
        return RawMessage(station, "ocpp1.6", action, "1", frame, self.clock.now())

    async def documents(self) -> list[Document]:
        return [each async for each in self.mongo.collection(MESSAGES).find({}).sort("order", 1)]

    def heard(self) -> list[object]:
        """Cards and references, as the session room heard them."""
        return [
            each.uid if isinstance(each, TransactionBegan) else each.reference
            for each in self.sessions.events
        ]


@pytest.fixture
async def room(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Room]:
    await mongo.declare(INDEXES)
    async with Supervisor(name="test", clock=clock) as supervisor:
        yield Room(mongo, clock, tmp_path, supervisor)


async def test_what_was_kept_and_not_understood_before_a_crash_is_understood_once(room: Room) -> None:
    await room.keeper.keep(room.said("StartTransaction", idTag="A"))
    await room.keeper.keep(room.said("StopTransaction", transactionId=7))
    await room.settler.adopt()
    for _ in range(2):
        await room.settler.turn()
        await room.settler.adopt()

    assert room.heard() == ["A", "7"]
    assert len(room.backlog) == 0
    assert [each.get("pending") for each in await room.documents()] == [None, None]


async def test_a_message_that_breaks_something_is_set_aside_and_the_next_goes_on(room: Room) -> None:
    for card in ("BREAKS", "B"):
        await room.keeper.keep(room.said("StartTransaction", idTag=card))
    await room.settler.adopt()
    await room.settler.turn()

    assert room.heard() == ["B"]
    assert [each.get("trouble") for each in await room.documents()] == ["ZeroDivisionError", None]
    assert b"passerelle_station_messages_broken_total 1.0" in room.metrics.exposition()[0]


async def test_what_was_set_aside_is_listed_and_tried_again_when_told(room: Room) -> None:
    for card in ("BREAKS", "B"):
        await room.keeper.keep(room.said("StartTransaction", idTag=card))
    await room.settler.adopt()
    await room.settler.turn()
    set_aside = SetAside(room.mongo, room.backlog)
    ((found),) = await set_aside.listed(10)
    assert (found["station"], found["action"], found["trouble"]) == (
        "CP-1",
        "StartTransaction",
        "ZeroDivisionError",
    )
    assert "BREAKS" in (await set_aside.message(found["message"]))["frame"]

    room.sessions.breaks_over = ""
    assert await set_aside.try_again(found["message"]) == "CP-1"
    await room.settler.turn()
    assert room.heard() == ["B", "BREAKS"]
    assert await set_aside.listed(10) == []
    with pytest.raises(UnknownObject):
        await set_aside.try_again(found["message"])


async def test_a_repeated_message_is_kept_once(room: Room) -> None:
    message = room.said("StartTransaction", idTag="A")
    await room.keeper.keep(message)
    await room.keeper.keep(message)

    (kept,) = await room.documents()
    assert (kept["frame"], kept["station"], kept["version"]) == (message.frame, "CP-1", "ocpp1.6")


async def test_what_was_understood_at_once_waits_for_nobody(room: Room) -> None:
    message = room.said("StartTransaction", idTag="A")
    await room.keeper.keep(message)
    room.keeper.understood(message)
    await room.store.marked()
    await room.settler.adopt()

    assert len(room.backlog) == 0


async def test_nothing_of_a_station_overtakes_what_cannot_be_understood_yet(room: Room) -> None:
    for card in ("A", "B"):
        await room.keeper.keep(room.said("StartTransaction", idTag=card))
    await room.settler.adopt()
    room.sessions.trouble = STORAGE_IS_AWAY
    with pytest.raises(type(STORAGE_IS_AWAY)):
        await room.settler.turn()
    assert room.backlog.is_behind("CP-1")
    room.sessions.trouble = None
    await room.settler.turn()

    assert room.heard() == ["A", "B"]


async def test_what_another_process_left_is_taken_over_after_a_minute(room: Room) -> None:
    await room.keeper.keep(room.said("StartTransaction", idTag="A"))
    await room.clock.advance(seconds=(ADOPT_EVERY + timedelta(seconds=1)).total_seconds())
    await room.settler.turn()
    assert room.heard() == []
    await room.clock.advance(seconds=LEFT_BY_ANOTHER.total_seconds())
    await room.settler.turn()

    assert room.heard() == ["A"]
