"""The room as the adapter furnishes it: what is authored is kept, put into the book, and told to partners."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cpo_adapter.tariffs.book import TariffBook
from cpo_adapter.tariffs.offer import Offer
from cpo_adapter.tariffs.store import API, FILE, TariffStore
from cpo_adapter.tariffs.telling import TariffNews
from ocpi.delivery.announce import Announcer
from ocpi.errors import UnknownObject
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.registration.named import NotNow
from ocpi.service.foundation import Foundation
from schemas.kinds import PartyId

READ_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class TariffRoom:
    book: TariffBook
    store: TariffStore
    news: TariffNews
    clock: Clock

    async def start(self, authored: Iterable[Offer]) -> None:
        """As the file has them; what the file had before is over."""
        await self._author(authored, FILE, is_all=True)

    async def put(self, offers: Iterable[Offer]) -> None:
        """Beside those of the file. Raises NotNow for one that the file has."""
        told = list(offers)
        in_file = {offer.name for offer in (await self.store.current(FILE)).values()}
        for offer in told:
            if offer.name in in_file:
                raise NotNow(f"the tariff {offer.tariff.id} is authored in the file: change it there")
        await self._author(told, API, is_all=False)

    async def remove(self, tariff_id: str, emsp: PartyId | None) -> None:
        """Raises UnknownObject."""
        there = await self.store.current(API)
        names = [name for name, offer in there.items() if offer.name == (tariff_id.lower(), emsp)]
        if not names:
            raise UnknownObject(f"no tariff {tariff_id} was authored here" + (f" for {emsp}" if emsp else ""))
        await self.store.end(names[0], self.clock.now())
        await self.refresh()
        await self.news.tell(self.clock.now())

    async def catch_up(self, partner: Partner) -> None:
        await self.news.catch_up(partner)

    async def keep_fresh(self) -> None:
        """Another process may have heard of a change."""
        while True:
            await self.clock.sleep(READ_EVERY_S)
            await self.refresh()

    async def refresh(self) -> None:
        self.book.put(await self.store.all())

    async def _author(self, offers: Iterable[Offer], source: str, *, is_all: bool) -> None:
        await self.store.author(offers, source, self.clock.now(), is_all=is_all)
        await self.refresh()
        await self.news.tell(self.clock.now())


async def tariff_room(
    foundation: Foundation,
    party: PartyId,
    book: TariffBook,
    authored: Iterable[Offer],
    announcer: Announcer,
) -> TariffRoom:
    news = TariffNews(
        party=party,
        book=book,
        announcer=announcer,
        store=foundation.store,
        directory=foundation.directory,
    )
    room = TariffRoom(book, TariffStore(foundation.mongo), news, foundation.clock)
    await room.start(authored)
    foundation.supervisor.start("keep tariffs fresh", room.keep_fresh, restart=True)
    return room
