"""An operator's station rooms, real ones, behind a real door; restarted as often as a test likes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientSession

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.server import StationDoor
from cpo_adapter.ocpp.spoken import dialects
from cpo_adapter.stations.alarms import Alarms
from cpo_adapter.stations.boots import Boots
from cpo_adapter.stations.clocks import Clocks
from cpo_adapter.stations.inventory import read_inventory
from cpo_adapter.stations.key_store import KeyStore
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.locations import Locations
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.refresh import Refresher
from cpo_adapter.stations.registry import Registry
from cpo_adapter.stations.sight import Sight
from cpo_adapter.stations.sight_store import SightStore
from cpo_adapter.stations.site_versions import SiteVersions
from cpo_adapter.stations.states import States
from cpo_adapter.stations.store import StationStore
from cpo_adapter.stations.versions import VersionBook
from cpo_adapter.stations.watch import Watch
from ocpi.process.clock import Clock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from schemas.kinds import PartyId
from tests.cpo_adapter.door import desk_for, gate_to, serving
from tests.cpo_adapter.rooms import PEPPER, Cards, Messages, Sessions


@dataclass
class Announcements:
    """What partners would be told of; raises `trouble` if any."""

    marked: list[str] = field(default_factory=list)
    trouble: Exception | None = None

    async def location_changed(self, location_id: str) -> None:
        self._mark(location_id)

    async def evse_changed(self, location_id: str, evse_uid: str) -> None:
        self._mark(f"{location_id}/{evse_uid}")

    def _mark(self, what: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.marked.append(what)


@dataclass
class Operator:
    url: str
    session: ClientSession
    locations: Locations
    sight: Sight
    registry: Registry
    states: States
    sessions: Sessions
    cards: Cards
    announced: Announcements
    alarms: Alarms
    clocks: Clocks
    probes: int = 0

    def heard(self, uid: str) -> int:
        """How often partners were to be told of an EVSE."""
        return sum(mark == f"GARE/{uid}" for mark in self.announced.marked)

    def status(self, uid: str) -> str:
        (status,) = (
            evse.status for location in self.locations.all() for evse in location.evses if evse.uid == uid
        )
        return status.value


@asynccontextmanager
async def operating(
    mongo: Mongo, file: Path, clock: Clock, announced: Announcements | None = None
) -> AsyncIterator[Operator]:
    announced = announced or Announcements()
    authored = read_inventory(file)
    inventory = Inventory(authored.sites)
    async with ClientSession() as session, Supervisor(name="cpo", clock=clock) as supervisor:
        store, sight_store = StationStore(mongo, supervisor), SightStore(mongo, supervisor)
        await store.prepare()
        states = States(store)
        await states.load(now=clock.now())
        sight = Sight(
            inventory=inventory,
            states=states,
            store=sight_store,
            announcer=announced,
            supervisor=supervisor,
            clock=clock,
        )
        versions = SiteVersions(store=sight_store, announcer=announced, clock=clock)
        await versions.start(inventory)
        await sight.start()
        ring = KeyRing(inventory=inventory, store=KeyStore(mongo), keys=StationKeys(PEPPER))
        await ring.start(authored.keys)
        registry = Registry(supervisor=supervisor, clock=clock)
        registry.follow(sight)
        registry.follow(
            Refresher(inventory=inventory, states=states, asker=registry, supervisor=supervisor, clock=clock)
        )
        alarms, clocks = Alarms(mongo, clock), Clocks()
        boots = Boots(alarms=alarms, clock=clock)
        boots.remember(await store.makes())
        watch = Watch(
            inventory=inventory,
            store=store,
            states=states,
            sight=sight,
            boots=boots,
            clocks=clocks,
            alarms=alarms,
        )
        cards, sessions = Cards(), Sessions()
        door = StationDoor(
            dialects=dialects(stations=watch, cards=cards, sessions=sessions, clock=clock),
            gate=gate_to(ring, clock=clock),
            versions=VersionBook(inventory),
            presence=registry,
            desk=desk_for(Messages(), clock),
            supervisor=supervisor,
        )
        locations = Locations(party=PartyId("LU", "PAS"), inventory=inventory, versions=versions, sight=sight)
        async with serving(door) as url:
            yield Operator(
                url, session, locations, sight, registry, states, sessions, cards, announced, alarms, clocks
            )
