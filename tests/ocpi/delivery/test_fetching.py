"""Who is given what of the marks that are due, when there are more than one trip brings."""

import pytest

from ocpi.delivery.fetching import LEAST, Fetching
from ocpi.delivery.keeper import Keeper
from ocpi.delivery.lane import Lane
from ocpi.delivery.leases import LIFETIME, Leases
from ocpi.delivery.marks import Due
from ocpi.delivery.outbox import INDEXES, Outbox
from ocpi.delivery.troubles import Troubles
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.mongo import Mongo
from schemas.kinds import ObjectKind, PartyId
from tests.fakes.clock import ManualClock
from tests.platforms import CPO

PARTIES = [PartyId("NL", name) for name in ("AAA", "BBB", "CCC", "DDD")]


@pytest.fixture
async def outbox(mongo: Mongo, clock: ManualClock) -> Outbox:
    await mongo.declare(INDEXES)
    return Outbox(mongo, clock)


@pytest.fixture
def lanes() -> list[Lane]:
    found = [Lane(party) for party in PARTIES]
    for lane in found:
        lane.has_more = True
    return found


def fetching(mongo: Mongo, clock: ManualClock, outbox: Outbox) -> Fetching:
    directory = Directory(
        partners=PartnerStore(mongo, Seal(Seal.generate_key())),
        agreements=AgreementStore(mongo, clock),
        clock=clock,
    )
    return Fetching(
        outbox=outbox,
        leases=Leases(mongo, clock, "host:1"),
        troubles=Troubles(mongo, clock),
        keeper=Keeper(directory),
        clock=clock,
    )


def due(to: PartyId, number: int) -> Due:
    return Due(f"location/FR*CPO/{number}|*", ObjectKind.LOCATION, sender=CPO, to=to, role="EMSP")


async def test_nobody_waits_until_others_lack_nothing(
    mongo: Mongo, clock: ManualClock, outbox: Outbox, lanes: list[Lane]
) -> None:
    """Scenario 8: whose name is the last in the alphabet is served with the rest."""
    for party in PARTIES:
        await outbox.put([due(party, number) for number in range(3 * LEAST)])
    assert await fetching(mongo, clock, outbox).fill(lanes)
    assert [lane.is_at_hand for lane in lanes] == [True] * len(PARTIES)
    assert all(lane.has_more for lane in lanes)


async def test_a_lease_is_asked_for_again_as_soon_as_it_has_ended(
    mongo: Mongo, clock: ManualClock, outbox: Outbox, lanes: list[Lane]
) -> None:
    lane, *_ = lanes
    await outbox.put([due(lane.party, 1)])
    await Leases(mongo, clock, "host:2").take(lane.party)
    await clock.advance(seconds=LIFETIME.total_seconds() - 1)
    await fetching(mongo, clock, outbox).fill([lane])
    assert not lane.is_at_hand

    lane.has_more = True
    await clock.advance(seconds=0.5)
    assert not lane.is_hungry(clock.now())
    await clock.advance(seconds=0.5)
    assert lane.is_hungry(clock.now())
