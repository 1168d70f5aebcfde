"""Brings the Tokens that CPOs see to what cards and contracts say, and tells every CPO.

Whoever changes a card or a contract writes that first and settles after it. A token is written over exactly
what was read, and what it was made of is looked at once more afterwards: whoever was overtaken makes it anew,
so that the last word about a card or its contract is the one that stays, however many write at once.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from emsp_adapter.contracts.card_store import CardStore
from emsp_adapter.contracts.cards import Issuer, KeptCard
from emsp_adapter.contracts.store import Contracts, KeptContract
from emsp_adapter.contracts.tokens import changed_record, token_key, token_of
from ocpi.errors import PlatformFailed
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import Change, ObjectStore
from ocpi.process.clock import Clock
from schemas.kinds import ObjectKey

BATCH: Final = 1000
LEFT_AFTER: Final = timedelta(seconds=30)
"""What nobody has settled by then was left by somebody who died."""
LOOK_EVERY_S: Final = 30.0
_ATTEMPTS: Final = 8

Cards = Mapping[str, KeptCard]
Keys = Mapping[str, ObjectKey]


class Announcing(Protocol):
    async def mark_for_all(self, records: Iterable[Record], *, is_urgent: bool = False) -> None:
        """For every CPO that should have them; durable when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class _Pass:
    """`told` are tokens that everybody has to hear of; `again` are the names of cards that were overtaken."""

    told: list[Record]
    again: set[str]


class Settling:
    def __init__(
        self,
        *,
        store: ObjectStore,
        cards: CardStore,
        contracts: Contracts,
        announcer: Announcing,
        issuer: Issuer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._cards = cards
        self._contracts = contracts
        self._announcer = announcer
        self._issuer = issuer
        self._clock = clock

    async def cards(self, cards: Cards, *, is_urgent: bool = False, tell_all: bool = False) -> None:
        """Of at most a batch, by name; durable, and marked for every CPO, when this returns.

        What was owed is told whether it is changed or not, and with `tell_all` everything is.
        Raises PlatformFailed.
        """
        told = {name for name, each in cards.items() if tell_all or each.is_owed}
        left = cards
        for _ in range(_ATTEMPTS):
            step = await self._once(left, told)
            await self._announcer.mark_for_all(step.told, is_urgent=is_urgent)
            again = step.again | await self._overtaken(
                {name: each for name, each in left.items() if name not in step.again}
            )
            if not again:
                return
            left = await self._cards.find_each(again)
        raise PlatformFailed("cards change faster than they can be written")

    async def contracts(
        self, bare_ids: Collection[str], *, is_urgent: bool = False, tell_all: bool = False
    ) -> None:
        """All cards of these, as `cards`."""
        revisions = await self._contracts.revisions(bare_ids)
        async for batch in _batches(self._cards.of_contracts(bare_ids)):
            await self.cards(batch, is_urgent=is_urgent, tell_all=tell_all)
        await self._contracts.settled(revisions)

    async def resume_every(self) -> None:
        """Finish what somebody began and did not live to finish."""
        while True:
            await self.resume()
            await self._clock.sleep(LOOK_EVERY_S)

    async def resume(self) -> None:
        before = self._clock.now() - LEFT_AFTER
        while contracts := await self._contracts.unsettled(before, BATCH):
            await self.contracts(contracts, is_urgent=True, tell_all=True)
        while names := await self._cards.unsettled(before, BATCH):
            await self.cards(await self._cards.find_each(names), is_urgent=True)

    async def _once(self, cards: Cards, told: Collection[str]) -> _Pass:
        contracts = await self._contracts.kept_each({each.contract for each in cards.values()})
        keys = {name: token_key(self._issuer.party, each.card) for name, each in cards.items()}
        held = await self._held(keys)
        changes = self._changes(cards, contracts, held, keys)
        won = await self._written(changes)
        owed = held.keys() & told - changes.keys()
        return _Pass(
            told=[*(changes[name].record for name in won), *(held[name] for name in owed)],
            again=(changes.keys() - won) | await self._overruled(cards, contracts),
        )

    async def _held(self, keys: Keys) -> dict[str, Record]:
        ids = {database_id(key, None): name for name, key in keys.items()}
        return {ids[each]: record for each, record in (await self._store.by_ids(ids)).items()}

    def _changes(
        self, cards: Cards, contracts: Mapping[str, KeptContract], held: Mapping[str, Record], keys: Keys
    ) -> dict[str, Change]:
        now = self._clock.now()
        found = {}
        for name, each in cards.items():
            kept = contracts.get(each.contract)
            token = token_of(each, None if kept is None else kept.contract, self._issuer)
            record = changed_record(token, held.get(name), keys[name], now)
            if record is not None:
                found[name] = Change(record, held.get(name))
        return found

    async def _written(self, changes: Mapping[str, Change]) -> set[str]:
        won = await self._store.replace_each(list(changes.values())) if changes else []
        return {name for name, has_won in zip(changes, won, strict=True) if has_won}

    async def _overruled(self, cards: Cards, contracts: Mapping[str, KeptContract]) -> set[str]:
        """Whose contract is another now than the token was made of."""
        now = await self._contracts.revisions({each.contract for each in cards.values()})
        then = {name: each.revision for name, each in contracts.items()}
        return {name for name, each in cards.items() if now.get(each.contract) != then.get(each.contract)}

    async def _overtaken(self, cards: Cards) -> set[str]:
        """Which are another now than the token was made of; the others are settled.

        What changes after this is for whoever changes it.
        """
        if await self._cards.settled(cards):
            return set()
        now = await self._cards.revisions(cards)
        return {name for name, each in cards.items() if now[name] != each.revision}


async def _batches(cards: AsyncIterator[KeptCard]) -> AsyncIterator[dict[str, KeptCard]]:
    batch: dict[str, KeptCard] = {}
    async for each in cards:
        batch[each.name] = each
        if len(batch) == BATCH:
            yield batch
            batch = {}
    if batch:
        yield batch
