"""The inventory while it lives: sites are put and removed over the admin port, and count at once.

GET  /admin/v1/inventory           the sites, and where each is written down
POST /admin/v1/inventory           {"sites": […]} as in the TOML form, or {"file": "s.csv", "text": "…"}
POST /admin/v1/inventory/remove    {"site": "GARE"}
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from cpo_adapter.news import LocationNews
from cpo_adapter.sessions.placing import Placing
from cpo_adapter.stations.authored_sites import AuthoredSites
from cpo_adapter.stations.inventory import inventory_in, read_inventory, twins_among
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.model import Inventory, Site
from cpo_adapter.stations.removed import removed_from
from cpo_adapter.yard_room import Yard
from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Request
from ocpi.admin.problems import problem
from ocpi.authored.document import Document
from ocpi.authored.flaws import BrokenFile
from ocpi.errors import UnknownObject
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.registration.named import NotNow
from schemas import codec

READ_EVERY_S: Final = 10.0


class Removal(Request):
    site: str


@dataclass(slots=True)
class InventoryRoom:
    """`in_file` are the sites of the file; `promised` adds what tariffs let us promise; `changed` is told.

    `everywhere`: have the other processes `refresh`.
    """

    inventory: Inventory
    in_file: Sequence[Site]
    store: AuthoredSites
    promised: Callable[[Sequence[Site]], tuple[Site, ...]]
    changed: Callable[[], Awaitable[None]]
    everywhere: Callable[[], Awaitable[object]]
    clock: Clock
    _seen_at: datetime | None = field(default=None)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/inventory", self._list),
            web.post("/inventory", self._put),
            web.post("/inventory/remove", self._remove),
        ]

    async def keep_fresh(self) -> None:
        """Another process may have been told of sites."""
        while True:
            await self.clock.sleep(READ_EVERY_S)
            await self.refresh()

    async def refresh(self) -> None:
        if await self.store.changed_at() != self._seen_at:
            await self._apply()

    async def put(self, sites: Sequence[Site]) -> None:
        """Raises NotNow for a site of the file, or a name that another site has."""
        self._check_not_in_file([site.id for site in sites])
        names = {site.id.casefold() for site in sites}
        others = [site for site in self.inventory.sites if site.id.casefold() not in names]
        for twin in twins_among([*others, *sites]):
            raise NotNow(f"{twin} is there already, at another site")
        await self.store.put(sites, self.clock.now())
        await self._apply()
        await self.everywhere()

    async def _apply(self) -> None:
        self._seen_at = await self.store.changed_at()
        self.inventory.replace(self.promised(beside(self.in_file, await self.store.all())))
        await self.changed()

    def _check_not_in_file(self, site_ids: Sequence[str]) -> None:
        in_file = {site.id.casefold() for site in self.in_file}
        for site_id in site_ids:
            if site_id.casefold() in in_file:
                raise NotNow(f"the site {site_id} is written in the file: change it there")

    async def _list(self, _: web.Request) -> web.Response:
        in_file = {site.id for site in self.in_file}
        return reply([_shown(site, is_in_file=site.id in in_file) for site in self.inventory.sites])

    async def _put(self, request: web.Request) -> web.Response:
        try:
            sites = _sites(codec.decode(await request.read()))
        except BrokenFile as broken:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(broken))
        await self.put(sites)
        return reply([_shown(site, is_in_file=False) for site in sites])

    async def _remove(self, request: web.Request) -> web.Response:
        wanted = Removal.model_validate(await read(request)).site
        self._check_not_in_file([wanted])
        if self.inventory.site(wanted) is None:
            raise UnknownObject(f"there is no site {wanted}")
        await self.store.remove(wanted, self.clock.now())
        await self._apply()
        await self.everywhere()
        return reply({"site": wanted})


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesChanged:
    """What follows when the inventory is another: partners, keys, stations and charges that waited for it."""

    store: ObjectStore
    yard: Yard
    news: LocationNews
    ring: KeyRing
    placing: Placing
    clock: Clock

    async def __call__(self) -> None:
        inventory = self.yard.inventory
        party, now = self.news.party, self.clock.now()
        await self.news.sites_changed(await removed_from(self.store, inventory, party, now))
        await self.yard.versions.start(inventory)
        await self.ring.settle_added()
        for station in inventory.stations():
            self.yard.sight.look(station.identity)
            if self.yard.registry.is_here(station.identity):
                self.yard.refresher.came(station.identity)
        await self.placing.turn()


def beside(in_file: Sequence[Site], put: Sequence[Site]) -> list[Site]:
    """What is in the file since goes before what was put; and nobody has two places."""
    sites = list(in_file)
    for site in put:
        if not list(twins_among([*sites, site])):
            sites.append(site)
    return sites


def _sites(told: Any) -> tuple[Site, ...]:
    """Raises BrokenFile."""
    content = told if isinstance(told, dict) else {}
    if isinstance(content.get("text"), str):
        file = Path(Path(str(content.get("file", "stations.toml"))).name)
        authored = read_inventory(file, content["text"])
    else:
        authored = inventory_in(Document(Path("sites"), content, {}))
    if authored.keys:
        station = min(authored.keys)
        raise BrokenFile([Document(Path("sites"), {}, {}).flaw((), f"key: add {station} to give it a key")])
    return authored.sites


def _shown(site: Site, *, is_in_file: bool) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "city": site.city,
        "publish": site.publish,
        "stations": [station.identity for station in site.stations],
        "evses": [evse.uid for evse in site.evses()],
        "written": "file" if is_in_file else "here",
    }
