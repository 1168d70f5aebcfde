"""Issued certificates as they are kept, and what several processes know of them."""

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from cpo_adapter.signing.ledger import Ledger, fingerprint
from cpo_adapter.signing.model import Issued, Void
from cpo_adapter.signing.store import INDEXES, MOST_A_DAY, CertificateStore, Made
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter import certificates

NOW = SystemClock().now().replace(microsecond=0)
AUTHORITY = certificates.Authority()
FIRST, SECOND, THIRD = (AUTHORITY.station("CP-1").certificate for _ in range(3))
MADE = Issued(
    serial_number="a",
    station="CP-1",
    subject="CN=CP-1",
    fingerprint=fingerprint(FIRST),
    not_before=NOW,
    not_after=NOW + dt.timedelta(days=30),
    asked_at=NOW,
)
NEXT = replace(MADE, serial_number="b", fingerprint=fingerprint(SECOND), asked_at=NOW + dt.timedelta(hours=1))


@pytest.fixture
async def store(mongo: Mongo) -> CertificateStore:
    await mongo.declare(INDEXES)
    return CertificateStore(mongo)


def made(issued: Issued, key: str = "key") -> Made:
    return Made(issued, f"request of {issued.serial_number}", key, "chain")


class Process:
    """One of several: what it knows, and whom it put out."""

    def __init__(self, store: CertificateStore) -> None:
        self.out: list[str] = []
        self.ledger = Ledger(store=store, outer=None, put_out=self.out.append, clock=SystemClock())


async def test_no_more_than_a_few_a_day_are_kept_however_many_come_at_once(store: CertificateStore) -> None:
    offers = [
        made(replace(MADE, serial_number=f"{number:x}", fingerprint=f"{number}"))
        for number in range(2 * MOST_A_DAY)
    ]
    kept = await asyncio.gather(*map(store.keep, offers))

    assert sorted(kept) == [False] * MOST_A_DAY + [True] * MOST_A_DAY
    assert not await store.has_room("CP-1", NOW)
    assert await store.has_room("CP-2", NOW)
    tomorrow = replace(MADE, serial_number="ffff", fingerprint="x", asked_at=NOW + dt.timedelta(days=1))
    assert await store.has_room("CP-1", tomorrow.asked_at)
    assert await store.keep(made(tomorrow))


async def test_a_certificate_is_kept_with_all_that_is_told_of_it(store: CertificateStore) -> None:
    issued = replace(MADE, use="ChargingStationCertificate", request=7)
    await store.keep(made(issued))

    assert await store.newest("CP-1") == issued
    assert await store.chain("a") == "chain"
    await store.told("a", "Rejected")
    await store.told("a", "Accepted")
    assert (await store.listed("CP-1", None, 10))[0].outcome == "Rejected"


async def test_the_same_request_is_the_same_certificate_until_its_station_has_answered(
    store: CertificateStore,
) -> None:
    await store.keep(made(MADE))
    await store.keep(made(NEXT))
    later = NOW + dt.timedelta(hours=2)

    again = await store.asked_again("CP-1", "request of a", later, use=None, request=9)
    assert again == replace(MADE, request=9, asked_at=later) == await store.newest("CP-1")
    assert await store.asked_again("CP-2", "request of a", later, use=None, request=9) is None
    await store.told("a", "Accepted")
    assert await store.asked_again("CP-1", "request of a", later, use=None, request=9) is None


async def test_a_key_is_taken_by_another_station_and_by_revocation(store: CertificateStore) -> None:
    await store.keep(made(MADE))

    assert not await store.is_taken("key", "CP-1")
    assert await store.is_taken("key", "CP-2")
    await store.revoke("CP-1", "a", "")
    assert await store.is_taken("key", "CP-1")


async def test_those_that_end_soon_are_listed_and_those_that_are_void_are_not(
    store: CertificateStore,
) -> None:
    await store.keep(made(MADE))
    await store.keep(made(replace(NEXT, station="CP-2", not_after=NOW + dt.timedelta(days=90))))

    within = [await store.listed(None, NOW + dt.timedelta(days=days), 10) for days in (29, 31, 91)]
    assert [[each.serial_number for each in found] for found in within] == [[], ["a"], ["a", "b"]]
    await store.revoke("CP-1", None, "")
    assert [each.station for each in await store.listed(None, NOW + dt.timedelta(days=91), 10)] == ["CP-2"]


async def test_a_new_certificate_replaces_older_ones_once_it_is_used_at_whichever_process(
    store: CertificateStore,
) -> None:
    one, other = Process(store), Process(store)
    await store.keep(made(MADE))
    await store.keep(made(NEXT))
    await one.ledger.refresh()

    await one.ledger.came_in("CP-1", FIRST)
    assert not one.ledger.is_void(FIRST), "the new one is not used yet"
    await one.ledger.came_in("CP-1", SECOND)
    await other.ledger.refresh()
    for process in (one, other):
        assert [process.ledger.is_void(each) for each in (FIRST, SECOND, THIRD)] == [True, False, False]
        assert process.out == []


async def test_a_process_that_hears_of_a_certificate_after_its_station_came_counts_it_as_used(
    store: CertificateStore,
) -> None:
    process = Process(store)
    await process.ledger.came_in("CP-1", SECOND)
    await store.keep(made(MADE))
    await store.keep(made(NEXT))
    await process.ledger.refresh()

    assert process.ledger.is_void(FIRST)
    assert (await store.listed("CP-1", None, 10))[1].used_at is not None


async def test_who_is_in_by_a_revoked_certificate_is_put_out_by_the_process_that_has_it(
    store: CertificateStore,
) -> None:
    one, other = Process(store), Process(store)
    await store.keep(made(MADE))
    await other.ledger.came_in("CP-1", FIRST)
    await one.ledger.refresh()
    await other.ledger.refresh()

    (revoked,) = await store.revoke("CP-1", "a", "stolen")
    await one.ledger.learn(revoked)
    await other.ledger.refresh()
    assert (revoked.void, revoked.reason) == (Void.REVOKED, "stolen")
    assert [process.ledger.is_void(FIRST) for process in (one, other)] == [True, True]
    assert (one.out, other.out[:1]) == ([], ["CP-1"])


async def test_a_station_that_came_by_its_key_stays_when_its_certificate_is_revoked(
    store: CertificateStore,
) -> None:
    process = Process(store)
    await store.keep(made(MADE))
    await process.ledger.refresh()
    await process.ledger.came_in("CP-1", FIRST)
    await process.ledger.came_in("CP-1", None)

    await store.revoke("CP-1", None, "")
    await process.ledger.refresh()
    assert process.out == []


@pytest.mark.parametrize(
    ("changes", "standing", "waits"),
    [
        ({}, "waiting for its station", True),
        ({"outcome": "Accepted"}, "told to its station", False),
        ({"outcome": "Accepted", "used_at": NOW}, "in use", False),
        ({"void": Void.REPLACED}, "replaced", False),
        ({"void": Void.REVOKED, "used_at": NOW}, "revoked", False),
        ({"not_after": NOW}, "ended", False),
    ],
)
def test_the_standing_of_a_certificate(changes: dict[str, object], standing: str, waits: bool) -> None:  # noqa: FBT001
    issued = replace(MADE, **changes)  # type: ignore[arg-type]
    assert (issued.standing(NOW), issued.is_waiting(NOW)) == (standing, waits)
