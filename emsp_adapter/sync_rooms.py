"""Where the rooms meet that collect what CPOs did not push, and find what is missing."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from aiohttp import web

from emsp_adapter.gaps import store as missing
from emsp_adapter.gaps.metrics import GapMetrics
from emsp_adapter.gaps.model import Patience
from emsp_adapter.gaps.reading import Reading
from emsp_adapter.gaps.routes import GapRoutes
from emsp_adapter.gaps.store import GapStore
from emsp_adapter.gaps.watch import Watch
from emsp_adapter.settings import EmspSettings
from emsp_adapter.sync.metrics import SyncMetrics
from emsp_adapter.sync.pull import Pull
from emsp_adapter.sync.routes import MODULES, SyncRoutes
from emsp_adapter.sync.taking import Arrivals, Taking
from emsp_adapter.sync.unlisted import Unlisted
from ocpi.client.lines import Lines
from ocpi.presence.store import Presences
from ocpi.pulling import store as fetches
from ocpi.pulling.rhythm import Extent
from ocpi.pulling.room import PullingRoom, pulling_room
from ocpi.pulling.store import FetchStore
from ocpi.service.foundation import Foundation
from ocpi.wire.interfaces import EMSP
from schemas.kinds import PartyId

INDEXES = (*fetches.INDEXES, *missing.INDEXES)


@dataclass(frozen=True, slots=True)
class SyncRooms:
    """`is_on`: lists are fetched by themselves, not only when the operator asks."""

    pulling: PullingRoom
    routes: list[web.RouteDef]
    is_on: bool

    async def connected(self, name: str) -> None:
        """A partner is new here, or back: everybody behind it is asked for everything."""
        if self.is_on:
            for cpo in self.pulling.lists.behind([name]):
                await self.pulling.keeping.want(cpo, Extent.ALL)
            await self.pulling.keeping.look()

    async def agreed(self, cpo: PartyId) -> None:
        """What the CPO told before was not for us."""
        if self.is_on:
            await self.pulling.keeping.want(cpo, Extent.ALL)
            await self.pulling.keeping.look()


def sync_rooms(
    foundation: Foundation, settings: EmspSettings, presences: Presences, arrivals: Arrivals
) -> SyncRooms:
    """`arrivals` hear of what is listed as they hear of what is pushed."""
    store = FetchStore(foundation.mongo)
    pull = _pull(foundation, settings.own_party, store, arrivals)
    pulling = pulling_room(
        foundation,
        party=settings.own_party,
        role=EMSP,
        modules=MODULES,
        fetch=pull.fetch,
        presences=presences,
    )
    gaps = GapStore(foundation.mongo)
    if settings.sync:
        _start(foundation, pulling, store)
        watch = _watch(foundation, settings, pulling, gaps, pull)
        work = partial(watch.run, foundation.duty, GapMetrics(foundation.metrics, gaps))
        foundation.supervisor.start("watch for gaps", work, restart=True)
    routes = [
        *SyncRoutes(pulling, foundation.store, foundation.clock).routes(),
        *GapRoutes(gaps, foundation.clock).routes(),
    ]
    return SyncRooms(pulling, routes, settings.sync)


def _start(foundation: Foundation, pulling: PullingRoom, store: FetchStore) -> None:
    metrics = SyncMetrics(foundation.metrics, store, foundation.clock)
    foundation.health.add("sync", metrics.check)
    foundation.supervisor.start("count lists", metrics.run, restart=True)
    foundation.supervisor.start("keep lists", pulling.keeping.run, restart=True)


def _watch(
    foundation: Foundation, settings: EmspSettings, pulling: PullingRoom, gaps: GapStore, pull: Pull
) -> Watch:
    patience = Patience(
        bill_within=timedelta(hours=settings.bill_within_h),
        old_after=timedelta(days=settings.bill_old_after_d),
    )
    reading = Reading(
        store=foundation.store,
        gaps=gaps,
        lists=pulling.lists,
        directory=foundation.directory,
        patience=patience,
        clock=foundation.clock,
    )
    return Watch(
        store=foundation.store,
        gaps=gaps,
        reading=reading,
        ask=pull.from_then_on,
        turns=pulling.turns,
        patience=patience,
        supervisor=foundation.supervisor,
        clock=foundation.clock,
    )


def _pull(foundation: Foundation, party: PartyId, store: FetchStore, arrivals: Arrivals) -> Pull:
    taking = Taking(
        store=foundation.store, intake=foundation.intake, facts=foundation.facts, arrivals=arrivals
    )
    return Pull(
        party=party,
        directory=foundation.directory,
        lines=Lines(egress=foundation.egress, clock=foundation.clock),
        taking=taking,
        unlisted=Unlisted(foundation.store, foundation.clock),
        store=store,
        clock=foundation.clock,
    )
