"""The room as the adapter furnishes it: who hears of cards, what runs, what the operator is shown.

GET /admin/v1/card_lists    of each station the list that it took, or why it keeps none
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiohttp import web

from cpo_adapter.card_lists.caches import Caches
from cpo_adapter.card_lists.comparing import Comparing
from cpo_adapter.card_lists.lists import CardLists
from cpo_adapter.card_lists.store import CardListStore
from cpo_adapter.card_lists.wanted import WantedCards
from cpo_adapter.crew.favours import Favours
from cpo_adapter.settings import CpoSettings
from cpo_adapter.stations.registry import Registry
from ocpi.admin.app import reply
from ocpi.objects.intake import Accepted
from ocpi.objects.record import Outcome, Record
from ocpi.process.mongo import Document
from ocpi.service.foundation import Foundation

_COMPARE: Final = "compare the lists of cards"


@dataclass(frozen=True, slots=True)
class CardListRoom:
    store: CardListStore
    caches: Caches
    lists: CardLists
    wanted: WantedCards

    async def arrived(self, accepted: Accepted) -> None:
        """A token was pushed to us; durable when this returns."""
        await self.changed([accepted.record], is_new=accepted.outcome is Outcome.CREATED)

    async def changed(self, records: Iterable[Record], *, is_new: bool = False) -> None:
        """Tokens say something else now. Of one that is new no station can remember anything."""
        told = list(records)
        if not is_new and any(each.value().get("valid") is not True for each in told):
            await self.caches.card_blocked()
        if any(self.wanted.is_about(each) for each in told):
            self.lists.cards_changed()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/card_lists", self._list)]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([_shown(each) for each in await self.store.all()])


def card_list_room(
    foundation: Foundation, settings: CpoSettings, registry: Registry, favours: Favours
) -> CardListRoom:
    clock, supervisor, store = foundation.clock, foundation.supervisor, CardListStore(foundation.mongo)
    wanted = WantedCards(
        store=foundation.store, issuers=settings.listed_issuers, most=settings.station_list_most
    )
    caches = Caches(store=store, asker=registry, supervisor=supervisor, clock=clock)
    lists = CardLists(
        wanted=wanted,
        comparing=Comparing(store=store, asker=registry, clock=clock),
        everywhere=partial(favours.of_all, _COMPARE),
        supervisor=supervisor,
        clock=clock,
    )
    favours.offer(_COMPARE, lambda _: lists.compare_all())
    registry.follow(caches)
    registry.follow(lists)
    supervisor.start("clear caches of stations", caches.run, restart=True)
    supervisor.start("compare card lists", lists.run, restart=True)
    return CardListRoom(store, caches, lists, wanted)


def _shown(document: Document) -> dict[str, Any]:
    named = {"version": "version", "cards": "count", "off": "off", "at": "at", "cleared_at": "cleared_at"}
    return {"station": document["_id"], **{name: document.get(key) for name, key in named.items()}}
