"""Where rows of cards are written to. A row that a card had last time is not looked at any further."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace

from emsp_adapter.contracts.card_store import CardChange, CardStore, new_revision
from emsp_adapter.contracts.cards import Card, KeptCard
from emsp_adapter.contracts.importing.card_rows import row_digest
from emsp_adapter.contracts.importing.comparing import Counts
from emsp_adapter.contracts.importing.reading import Entry
from emsp_adapter.contracts.settling import Settling

CardEntry = Entry[Card]


class CardLedger:
    def __init__(self, cards: CardStore, settling: Settling) -> None:
        self._cards = cards
        self._settling = settling

    async def compare(self, entries: Sequence[CardEntry]) -> Counts:
        told = _told(entries)
        return _counts(told, await self._cards.rows(told))

    async def write(self, entries: Sequence[CardEntry]) -> Counts:
        told = _told(entries)
        known = await self._cards.rows(told)
        news = {name: each for name, each in told.items() if known.get(name) != each.told}
        if news:
            await self._settling.cards(await self._written(news, known))
        return _counts(told, known)

    async def missing(self, names: Collection[str], *, size: int) -> AsyncIterator[list[str]]:
        """Cards that earlier files brought and this one, which has `names`, does not; some at a time."""
        batch: list[str] = []
        async for name in self._cards.imported():
            if name not in names:
                batch.append(name)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch

    async def block(self, names: Collection[str]) -> None:
        """Not valid until a file has them again, or the operator unblocks them."""
        held = await self._cards.find_each(names)
        revision = new_revision()
        gone = {
            name: replace(each, is_missing=True, told=None, revision=revision) for name, each in held.items()
        }
        await self._settling.cards(await self._changed(gone, held), is_urgent=True)

    async def _written(
        self, news: Mapping[str, KeptCard], known: Mapping[str, str | None]
    ) -> dict[str, KeptCard]:
        held = await self._cards.find_each(news.keys() & known.keys())
        return await self._changed({name: _over(held.get(name), each) for name, each in news.items()}, held)

    async def _changed(
        self, cards: Mapping[str, KeptCard], held: Mapping[str, KeptCard]
    ) -> dict[str, KeptCard]:
        """As they are now; whoever was overtaken goes once more by itself."""
        changes = [CardChange(each, held.get(name)) for name, each in cards.items()]
        written = zip(cards.items(), await self._cards.write_each(changes), strict=True)
        return {name: each if has_won else await self._once_more(each) for (name, each), has_won in written}

    async def _once_more(self, card: KeptCard) -> KeptCard:
        return await self._cards.change(card.name, lambda held: _over(held, card))


def _told(entries: Sequence[CardEntry]) -> dict[str, KeptCard]:
    revision = new_revision()
    cards = (
        KeptCard(each.item, told=row_digest(each.row), is_imported=True, revision=revision)
        for each in entries
    )
    return {each.name: each for each in cards}


def _over(held: KeptCard | None, card: KeptCard) -> KeptCard:
    """What the operator blocked stays blocked."""
    return card if held is None else replace(card, block=held.block, is_owed=held.is_owed)


def _counts(told: Mapping[str, KeptCard], known: Mapping[str, str | None]) -> Counts:
    unchanged = sum(known.get(name) == each.told for name, each in told.items())
    return Counts(len(told.keys() - known.keys()), len(told.keys() & known.keys()) - unchanged, unchanged)
