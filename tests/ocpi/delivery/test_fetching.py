"""Who is given what of the marks that are due, when there are more than one trip brings."""

import pytest

from ocpi.delivery.fetching import EACH, PLATFORMS_AT_ONCE, Fetching
from ocpi.delivery.keeper import Keeper
from ocpi.delivery.lane import Lane
from ocpi.delivery.leases import LIFETIME, Leases
from ocpi.delivery.marks import Due
from ocpi.delivery.outbox import INDEXES, Outbox
from ocpi.delivery.platforms import Address, Platforms
from ocpi.delivery.troubles import Trouble, Troubles
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.mongo import Mongo
from schemas.kinds import ObjectKind, PartyId
from tests.fakes.clock import ManualClock
from tests.platforms import CPO

MANY = [PartyId("NL", f"{number:03d}") for number in range(PLATFORMS_AT_ONCE + 4)]
FEW = MANY[:4]


@pytest.fixture
async def outbox(mongo: Mongo, clock: ManualClock) -> Outbox:
    await mongo.declare(INDEXES)
    return Outbox(mongo, clock)


@pytest.fixture
def directory(mongo: Mongo, clock: ManualClock) -> Directory:
    """Of nobody: each party is in a lane of its own."""
    partners, agreements = PartnerStore(mongo, Seal(Seal.generate_key())), AgreementStore(mongo, clock)
    return Directory(partners=partners, agreements=agreements, clock=clock)


@pytest.fixture
def platforms(directory: Directory) -> Platforms:
    return Platforms(directory)


@pytest.fixture
def fetching(
    mongo: Mongo, clock: ManualClock, outbox: Outbox, directory: Directory, platforms: Platforms
) -> Fetching:
    return Fetching(
        outbox=outbox,
        platforms=platforms,
        leases=Leases(mongo, clock, "host:1"),
        troubles=Troubles(mongo, clock),
        keeper=Keeper(directory, platforms),
        clock=clock,
    )


def hungry(platforms: Platforms, party: PartyId) -> Lane:
    address = Address(ObjectKind.LOCATION, party)
    lane = Lane(platforms.of(address))
    lane.addresses.add(address)
    lane.has_more = True
    return lane


def due(to: PartyId, number: int) -> Due:
    return Due(f"location/FR*CPO/{number}|*", ObjectKind.LOCATION, sender=CPO, to=to, role="EMSP")


async def test_nobody_waits_until_others_lack_nothing(
    fetching: Fetching, outbox: Outbox, platforms: Platforms
) -> None:
    """Scenario 8: whose name is the last in the alphabet is served with the rest."""
    lanes = [hungry(platforms, party) for party in FEW]
    for party in FEW:
        await outbox.put([due(party, number) for number in range(3 * EACH)])
    assert await fetching.fill(lanes)
    assert [lane.is_at_hand for lane in lanes] == [True] * len(FEW)
    assert all(lane.has_more for lane in lanes)


async def test_whoever_is_new_is_asked_for_before_those_who_have_been_asked_for(
    fetching: Fetching, outbox: Outbox, platforms: Platforms
) -> None:
    """Scenario 8: a round of everybody may take long, where all lack a day's worth."""
    *storm, always_here = [hungry(platforms, party) for party in MANY]
    for party in MANY:
        await outbox.put([due(party, number) for number in range(2)])
    assert await fetching.fill(storm)
    assert sum(lane.is_at_hand for lane in storm) == PLATFORMS_AT_ONCE
    for lane in storm:
        lane.empty()
    assert await fetching.fill([*storm, always_here])
    assert always_here.is_at_hand


async def test_a_platform_in_trouble_is_given_its_probe_alone(
    fetching: Fetching, outbox: Outbox, platforms: Platforms, mongo: Mongo, clock: ManualClock
) -> None:
    """Also where this process has just taken it over."""
    lane = hungry(platforms, FEW[0])
    await outbox.put([due(FEW[0], number) for number in range(3)])
    await Leases(mongo, clock, "host:1").take(lane.platform)
    await Troubles(mongo, clock).began(lane.platform, Trouble(3, clock.now()))
    await fetching.fill([lane])
    assert len(lane.next(clock.now())) == 1
    lane.landed()
    assert lane.next(clock.now()) == []


async def test_a_lease_is_asked_for_again_as_soon_as_it_has_ended(
    fetching: Fetching, outbox: Outbox, platforms: Platforms, mongo: Mongo, clock: ManualClock
) -> None:
    lane = hungry(platforms, FEW[0])
    await outbox.put([due(FEW[0], 1)])
    await Leases(mongo, clock, "host:2").take(lane.platform)
    await clock.advance(seconds=LIFETIME.total_seconds() - 1)
    await fetching.fill([lane])
    assert not lane.is_at_hand

    lane.has_more = True
    await clock.advance(seconds=0.5)
    assert not lane.is_hungry(clock.now())
    await clock.advance(seconds=0.5)
    assert lane.is_hungry(clock.now())
