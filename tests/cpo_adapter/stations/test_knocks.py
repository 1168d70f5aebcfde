"""Who was refused is written down for all processes, and strangers cannot make us write much."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from cpo_adapter.ocpp.credentials import Why
from cpo_adapter.ocpp.refusals import MOST_UNTOLD, Knock, Refusals
from cpo_adapter.stations import knocks
from cpo_adapter.stations.knock_store import COLLECTION, MOST, KnockStore
from cpo_adapter.stations.knocks import Knocks
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import DriverError, Mongo
from ocpi.process.tasks import Supervisor
from tests.fakes.clock import START, ManualClock

AT = START
KNOCK = Knock("CP-7", Why.UNKNOWN, "192.0.2.1", AT, AT, digest=b"first")


def refusals_at(clock: ManualClock) -> Refusals:
    return Refusals(metrics=Metrics(), clock=clock)


def knocks_at(
    clock: ManualClock, refusals: Refusals, store: KnockStore, known: frozenset[str] = frozenset()
) -> Knocks:
    return Knocks(refusals=refusals, store=store, is_known=known.__contains__, clock=clock)


async def test_however_many_knock_in_a_second_a_hundred_names_are_written(
    mongo: Mongo, clock: ManualClock
) -> None:
    """O-66. The latest; who knocked twice is one name."""
    refusals = refusals_at(clock)
    for number in range(20 * MOST_UNTOLD):
        refusals.refused(f"CP-{number}", "192.0.2.1", Why.UNKNOWN)
        refusals.refused("AGAIN", "192.0.2.1", Why.UNKNOWN)

    listed = await knocks_at(clock, refusals, KnockStore(mongo)).latest()
    assert len(listed) == await mongo.collection(COLLECTION).count_documents({}) == MOST_UNTOLD
    assert {each.identity: each.times for each in listed}["AGAIN"] == 20 * MOST_UNTOLD
    assert f"CP-{20 * MOST_UNTOLD - 1}" in {each.identity for each in listed}


async def test_of_more_than_a_thousand_names_the_oldest_go(mongo: Mongo) -> None:
    store = KnockStore(mongo)
    for hundred in range(MOST // 100 + 2):
        at = AT + timedelta(seconds=hundred)
        await store.add([replace(KNOCK, identity=f"{hundred}-{n}", last_at=at) for n in range(100)])

    names = {each.identity for each in await store.latest()}
    assert len(names) == await mongo.collection(COLLECTION).count_documents({}) == MOST
    assert {"2-0", f"{MOST // 100 + 1}-99"} <= names
    assert not {"0-0", "1-99"} & names


async def test_what_several_processes_tell_of_one_name_is_added_and_the_last_password_stays(
    mongo: Mongo,
) -> None:
    """However late the earlier is told."""
    store, later = KnockStore(mongo), AT + timedelta(seconds=3)
    await store.add([replace(KNOCK, first_at=later, last_at=later, times=2, digest=b"last", address="::1")])
    await store.add([KNOCK])

    found = await store.get("CP-7")
    assert found == Knock("CP-7", Why.UNKNOWN, "::1", AT, later, times=3, digest=b"last")


async def test_a_wrong_password_of_a_station_that_is_known_is_not_written_down(mongo: Mongo) -> None:
    store = KnockStore(mongo)
    await store.add([replace(KNOCK, why=Why.KEY)])

    found = await store.get("CP-7")
    assert found is not None
    assert (found.why, found.digest) == (Why.KEY, None)


async def test_who_was_unknown_and_is_known_by_now_is_listed_no_more(
    mongo: Mongo, clock: ManualClock
) -> None:
    """Whoever guesses at its key still is."""
    refusals, store = refusals_at(clock), KnockStore(mongo)
    known = knocks_at(clock, refusals, store, known=frozenset({"CP-7", "CP-8"}))
    refusals.refused("CP-7", "192.0.2.1", Why.UNKNOWN)
    refusals.refused("CP-8", "192.0.2.1", Why.KEY)

    assert [each.identity for each in await known.latest()] == ["CP-8"]


class AwayForOnce(KnockStore):
    """The database is not there when it is told the first time."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo)
        self.told: list[Sequence[str]] = []

    async def add(self, knocks: Sequence[Knock]) -> None:
        self.told.append([each.identity for each in knocks])
        if len(self.told) == 1:
            raise DriverError("away")
        await super().add(knocks)


async def test_while_the_database_is_away_those_of_this_process_are_listed(
    mongo: Mongo, clock: ManualClock
) -> None:
    refusals = refusals_at(clock)
    refusals.refused("CP-1", "192.0.2.1", Why.UNKNOWN)

    listed = await knocks_at(clock, refusals, AwayForOnce(mongo)).latest()
    assert [each.identity for each in listed] == ["CP-1"]


async def test_they_are_told_once_a_second_also_after_the_database_was_away(
    mongo: Mongo, clock: ManualClock
) -> None:
    refusals, store = refusals_at(clock), AwayForOnce(mongo)
    async with Supervisor(name="knocks", clock=clock) as supervisor:
        supervisor.start("tell", knocks_at(clock, refusals, store).run)
        for name in ("CP-1", "CP-2", "CP-3"):
            refusals.refused(name, "192.0.2.1", Why.UNKNOWN)
            await clock.advance(seconds=knocks.TELL_EVERY_S)
        await clock.advance(seconds=10 * knocks.TELL_EVERY_S)

    assert store.told == [["CP-1"], ["CP-2"], ["CP-3"]]
    assert {each.identity for each in await store.latest()} == {"CP-2", "CP-3"}
