"""Who keeps what stations are, shows it to partners, and asks those that come back."""

from dataclasses import dataclass

from cpo_adapter.crew.room import CrewRoom
from cpo_adapter.maintenance.progress import Progress
from cpo_adapter.news import LocationNews
from cpo_adapter.ocpp.rooms import StationWatch
from cpo_adapter.settings import CpoSettings
from cpo_adapter.stations.alarms import Alarms
from cpo_adapter.stations.boots import Boots
from cpo_adapter.stations.clocks import Clocks
from cpo_adapter.stations.locations import Locations
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.refresh import Refresher
from cpo_adapter.stations.registry import Registry
from cpo_adapter.stations.removed import removed_from
from cpo_adapter.stations.sight import Sight
from cpo_adapter.stations.sight_store import SightStore
from cpo_adapter.stations.site_versions import SiteVersions
from cpo_adapter.stations.states import States
from cpo_adapter.stations.store import StationStore
from cpo_adapter.stations.watch import Watch
from ocpi.delivery.announce import Announcer
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Yard:
    """The stations, as they are and as they are seen."""

    inventory: Inventory
    registry: Registry
    states: States
    sight: Sight
    versions: SiteVersions
    refresher: Refresher
    crew: CrewRoom
    clocks: Clocks
    alarms: Alarms


async def news_room(
    foundation: Foundation, settings: CpoSettings, inventory: Inventory, announcer: Announcer
) -> LocationNews:
    party = settings.own_party
    removed = await removed_from(foundation.store, inventory, party, foundation.clock.now())
    news = LocationNews(party, announcer, removed)
    await news.tell_removed()
    return news


async def yard_room(
    foundation: Foundation,
    inventory: Inventory,
    store: StationStore,
    crew: CrewRoom,
    registry: Registry,
    news: LocationNews,
    progress: Progress,
) -> tuple[Yard, StationWatch]:
    clock, supervisor = foundation.clock, foundation.supervisor
    states, sights = States(store), SightStore(foundation.mongo, supervisor)
    await states.load(now=clock.now())
    sight = Sight(
        inventory=inventory,
        states=states,
        store=sights,
        announcer=news,
        supervisor=supervisor,
        clock=clock,
        tends=crew.tends,
    )
    versions = SiteVersions(store=sights, announcer=news, clock=clock)
    news.locations = Locations(party=news.party, inventory=inventory, versions=versions, sight=sight)
    news.refreshed = crew.refreshed_by(sight.refresh)
    await versions.start(inventory)
    await sight.start()
    registry.follow(sight)
    refresher = Refresher(
        inventory=inventory, states=states, asker=registry, supervisor=supervisor, clock=clock
    )
    registry.follow(refresher)
    alarms, clocks = Alarms(foundation.mongo, clock), Clocks()
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
        errands=progress,
    )
    return Yard(inventory, registry, states, sight, versions, refresher, crew, clocks, alarms), watch
