"""Tokens that are fetched of their issuer, over real sockets, by a running adapter on a clock of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from schemas import codec
from schemas.kinds import ObjectKey
from simulators.partner import SimulatedPartner
from simulators.shelves import Listed
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, Running, agree, connect, operate, running_cpo

DAY = 24


def listed(uid: str, **changes: Any) -> Any:
    return codec.decode(codec.dump(build.token(uid=uid, **changes)))


@dataclass
class Fetching:
    cpo: Running
    emsp: SimulatedPartner
    shelf: Listed
    clock: ManualClock

    async def holds(self, uid: str) -> bool:
        return await self.cpo.foundation.store.get(ObjectKey.of_token(EMSP, uid)) is not None

    async def shown(self) -> Any:
        """To the operator."""
        (shown,) = await asyncio.to_thread(self.cpo.admin.get, "/tokens/fetches")
        return shown

    async def last_was(self, **told: int) -> bool:
        return bool((await self.shown())["last"] == told)

    async def has_failed(self) -> bool:
        return bool((await self.shown())["error"])

    def asked(self) -> list[str | None]:
        """Of each first page that was asked for, since when tokens were wanted."""
        lists = self.emsp.heard("tokens", "GET")
        return [each.query.get("date_from") for each in lists if "offset" not in each.query]


@asynccontextmanager
async def fetching(
    mongo: Mongo, folder: Path, clock: ManualClock, version: str = "2.3.0", **first: Any
) -> AsyncIterator[Fetching]:
    async with (
        SimulatedPartner(("EMSP", EMSP), versions=(version,)) as emsp,
        running_cpo(mongo, clock, folder) as cpo,
    ):
        shelf = emsp.publishes("tokens", [listed(f"CARD{number}", **first) for number in range(3)], at_most=2)
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        yield Fetching(cpo, emsp, shelf, clock)


@pytest.fixture
async def known(mongo: Mongo, tmp_path: Path, clock: ManualClock) -> AsyncIterator[Fetching]:
    """An issuer whose tokens have been fetched once."""
    async with fetching(mongo, tmp_path, clock) as it:
        await eventually_so(lambda: it.holds("CARD2"))
        yield it


async def test_all_tokens_of_an_issuer_are_fetched_when_it_registers(known: Fetching) -> None:
    assert [await known.holds(f"CARD{number}") for number in range(3)] == [True] * 3
    assert known.asked() == [None]
    assert known.emsp.heard("tokens", "GET")[0].routing == Routing(to=EMSP, sender=CPO)


async def test_what_has_changed_is_fetched_nightly_and_all_weekly(known: Fetching) -> None:
    known.shelf.objects.append(listed("NEW", last_updated="2026-01-02T00:00:00Z"))
    await known.clock.leap(hours=DAY)
    await eventually_so(lambda: known.holds("NEW"))
    assert [each is None for each in known.asked()] == [True, False]

    await known.clock.leap(hours=7 * DAY)
    await eventually(lambda: known.asked().count(None) == 2)
    assert len(known.asked()) == 3


async def test_an_issuer_that_was_away_is_asked_what_has_changed_once_it_is_back(known: Fetching) -> None:
    leases = known.cpo.foundation.mongo.collection("lanes")
    trouble = {"failures": 3, "rests_until": known.clock.now(), "is_asked": False}
    await leases.update_one({"_id": "the-emsp"}, {"$set": trouble}, upsert=True)
    known.shelf.objects.append(listed("NEW", last_updated="2026-01-01T00:00:00Z"))
    await known.clock.leap(minutes=5)
    assert known.asked() == [None]

    await leases.update_one({"_id": "the-emsp"}, {"$unset": {"failures": ""}})
    await known.clock.leap(minutes=2)
    await eventually_so(lambda: known.holds("NEW"))
    assert len(known.asked()) == 2


async def test_a_fetch_that_fails_is_shown_and_tried_again(known: Fetching) -> None:
    known.emsp.is_online = False
    await known.clock.leap(hours=DAY)
    await eventually_so(known.has_failed)
    known.emsp.is_online = True
    known.shelf.objects.append(listed("NEW", last_updated="2026-01-02T00:00:00Z"))
    await known.clock.leap(minutes=15)
    await eventually_so(lambda: known.holds("NEW"))


async def test_a_token_of_somebody_else_in_the_list_is_not_taken(known: Fetching) -> None:
    known.shelf.objects.append(listed("THEIRS", party_id="XXX"))
    await operate(known.cpo, "/tokens/fetch", {"issuer": str(EMSP), "all": True})
    await eventually_so(lambda: known.last_was(seen=4, new=0, bad=1))


async def test_tokens_of_an_older_version_are_fetched_as_well(
    mongo: Mongo, tmp_path: Path, clock: ManualClock
) -> None:
    async with fetching(mongo, tmp_path, clock, "2.2.1") as it:
        await eventually_so(lambda: it.holds("CARD2"))
