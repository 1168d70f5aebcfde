"""Every write of one document says by the shard key which one: a sharded cluster refuses it otherwise.

Watched on a real database that is not sharded, while the hub does all that it does.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import monitoring

from ocpi.process import mongo as driver
from ocpi.process.mongo import Mongo
from ocpi.wire.interfaces import Side
from simulators.partner import Reply
from tests import build
from tests.architecture.test_scaling import KEYS, NOT_SHARDED
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.callbacks.asking import Asking
from tests.platforms import EMSP, operate
from tests.roaming import Roaming, roaming_on

SPREAD = {name for name, key in KEYS.items() if key != NOT_SHARDED}


class Writes(monitoring.CommandListener):
    """What was written to which collection, as the server is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, Mapping[str, Any]]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        for one in self._each(event.command_name, event.command):
            self.seen.append((str(event.command[event.command_name]), event.command_name, one))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass

    @staticmethod
    def _each(name: str, command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if name == "update":
            yield from (each for each in command["updates"] if not each.get("multi"))
        elif name == "delete":
            yield from (each for each in command["deletes"] if each["limit"] == 1)
        elif name == "findAndModify":
            yield {"q": command["query"]}


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Writes:
    """Of whoever connects after this."""
    listener = Writes()
    monkeypatch.setitem(driver._UNLESS_THE_URL_SAYS_OTHERWISE, "event_listeners", [listener])  # noqa: SLF001
    return listener


@asynccontextmanager
async def watched(mongo_url: str, mongo: Mongo, clock: ManualClock, folder: Path) -> AsyncIterator[Roaming]:
    connection = await Mongo.connect(mongo_url, mongo.name)
    try:
        async with roaming_on(connection, clock, folder) as roaming:
            yield roaming
    finally:
        connection.close()


async def test_each_document_is_named_by_its_shard_key(
    writes: Writes, mongo_url: str, mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with watched(mongo_url, mongo, clock, tmp_path) as roaming:
        await everything(roaming)
    written = [(name, how, one["q"]) for name, how, one in writes.seen if name in SPREAD]
    assert {name for name, _, _ in written} >= {"objects", "outbox", "receipts", "client_infos", "callbacks"}
    assert [each for each in written if not _is_named(each[2].get("_id"))] == []


async def everything(roaming: Roaming) -> None:
    """Pushed, delivered, refused, parked, revived, deleted; commanded; told who is away and back."""
    for kind in ("locations", "tariffs"):
        model = build.location() if kind == "locations" else build.tariff()
        await roaming.push(kind, "FR", "CPO", model.id, body=model)
    changed = {"name": "new", "last_updated": "2026-03-01T09:00:00Z"}
    await roaming.push("locations", "FR", "CPO", "LOC1", body=changed, method="PATCH")
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    roaming.emsp.is_online = False
    for _ in range(2):
        await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await roaming.stroll(minutes=6)
    roaming.emsp.is_online = True
    await roaming.stroll(minutes=6)
    await eventually_so(roaming.nothing_due)
    roaming.emsp.answer("PUT", "tariffs", Side.RECEIVER, lambda _: Reply(status_code=2001))
    await roaming.push("tariffs", "FR", "CPO", "T1", body=build.tariff(last_updated="2026-03-02T09:00:00Z"))
    for _ in range(4):
        await roaming.later(seconds=15)
    assert await roaming.hub.foundation.delivery.revive(EMSP) == 1
    await roaming.push("tariffs", "FR", "CPO", "T1", method="DELETE")
    asking = Asking(roaming)
    await asking.command()
    await asking.result("ACCEPTED")
    await operate(roaming.hub, "/partners/the-cpo/suspend", {})
    await roaming.stroll(minutes=1)
    await eventually(lambda: roaming.emsp.heard("hubclientinfo"))


def _is_named(shard_key: Any) -> bool:
    """By itself, or as one of several that are named: each goes to its own shard."""
    several = shard_key.get("$in") if isinstance(shard_key, dict) else [shard_key]
    return isinstance(several, list) and bool(several) and all(isinstance(each, str) for each in several)
