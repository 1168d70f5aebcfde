"""The last word about a card stays, however many write at once and whoever dies meanwhile."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest

from emsp_adapter.contracts.card_store import CardChange, CardStore, new_revision
from emsp_adapter.contracts.cards import Block, Card, Issuer, KeptCard
from emsp_adapter.contracts.contract import Contract, ContractState
from emsp_adapter.contracts.register import Cards
from emsp_adapter.contracts.settling import LEFT_AFTER, Settling
from emsp_adapter.contracts.store import Contracts
from ocpi.objects.record import Record
from ocpi.objects.store import Change, ObjectStore
from ocpi.process.mongo import Mongo
from schemas.v2_3_0.tokens import Token
from tests.fakes.clock import ManualClock
from tests.platforms import EMSP

CONTRACT = "NL-MSP-C1"


@dataclass
class Ears:
    """Stands where the announcer stands; while it is `deaf` whoever announces dies."""

    heard: list[tuple[str, bool]] = field(default_factory=list)
    deaf: bool = False

    async def mark_for_all(self, records: Iterable[Record], *, is_urgent: bool = False) -> None:
        if self.deaf:
            raise ConnectionError
        self.heard += [(each.key.id, is_urgent) for each in records]


@dataclass(frozen=True, slots=True)
class Room:
    store: ObjectStore
    cards: CardStore
    contracts: Contracts
    settling: Settling
    ears: Ears

    async def token(self, uid: str = "04AA") -> Token:
        found = await Cards(self.store, EMSP).find(uid, "RFID")
        assert found is not None
        return found

    async def write(self, *uids: str) -> dict[str, KeptCard]:
        """As somebody does who dies before the tokens are made."""
        made = (Card(uid=uid, contract_id=CONTRACT) for uid in uids)
        cards = [KeptCard(each, revision=new_revision()) for each in made]
        assert all(await self.cards.write_each([CardChange(each, None) for each in cards]))
        return {each.name: each for each in cards}

    async def block(self, contract: str = CONTRACT) -> None:
        blocked = {"state": ContractState.BLOCKED}
        await self.contracts.change(contract, lambda held: held.model_copy(update=blocked))


@pytest.fixture
def room(mongo: Mongo, clock: ManualClock) -> Room:
    store, cards, contracts = ObjectStore(mongo, clock), CardStore(mongo, clock), Contracts(mongo, clock)
    ears = Ears()
    settling = Settling(
        store=store,
        cards=cards,
        contracts=contracts,
        announcer=ears,
        issuer=Issuer(EMSP, "Cards & Co"),
        clock=clock,
    )
    return Room(store, cards, contracts, settling, ears)


async def test_what_changes_within_one_instant_is_still_the_later_one(room: Room) -> None:
    await room.contracts.put(Contract(contract_id=CONTRACT))
    await room.settling.cards(await room.write("04AA"))
    first = await room.token()
    await room.block()
    await room.settling.contracts({"NLMSPC1"})
    second = await room.token()
    assert (first.valid, second.valid) == (True, False)
    assert second.last_updated > first.last_updated


async def test_a_contract_that_is_blocked_while_its_card_is_written_wins(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote the card had read the contract before."""
    await room.contracts.put(Contract(contract_id=CONTRACT))
    cards = await room.write("04AA")
    usual = room.store.replace_each

    async def overtaken(changes: list[Change]) -> list[bool]:
        monkeypatch.undo()
        await room.block()
        return await usual(changes)

    monkeypatch.setattr(ObjectStore, "replace_each", lambda _, changes: overtaken(changes))
    await room.settling.cards(cards)
    assert (await room.token()).valid is False


async def test_a_card_that_is_blocked_while_its_token_is_written_stays_blocked(
    room: Room, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = await room.write("04AA")
    usual = room.store.replace_each

    async def overtaken(changes: list[Change]) -> list[bool]:
        monkeypatch.undo()
        block = Block("lost", clock.now())
        await room.cards.change("rfid/04aa", lambda held: replace(held or KeptCard(card), block=block))
        return await usual(changes)

    (card,) = (each.card for each in cards.values())
    monkeypatch.setattr(ObjectStore, "replace_each", lambda _, changes: overtaken(changes))
    await room.settling.cards(cards)
    assert (await room.token()).valid is False


async def test_blocks_and_unblocks_at_once_come_to_what_is_kept(room: Room, clock: ManualClock) -> None:
    await room.settling.cards(await room.write("04AA"))

    async def turn(block: Block | None) -> None:
        changed = await room.cards.change("rfid/04aa", lambda held: replace(_there(held), block=block))
        await room.settling.cards({changed.name: changed})

    await asyncio.gather(*(turn(Block("", clock.now()) if number % 2 else None) for number in range(8)))
    kept = await room.cards.find("rfid/04aa")
    assert kept is not None
    assert (await room.token()).valid == kept.is_good
    assert not kept.is_owed


async def test_who_dies_before_the_token_is_made_leaves_it_to_be_found(
    room: Room, clock: ManualClock
) -> None:
    await room.write("04AA")
    await room.settling.resume()
    assert room.ears.heard == []  # it may be on its way
    await clock.advance(seconds=LEFT_AFTER.total_seconds())
    await room.settling.resume()
    assert (await room.token()).valid
    assert room.ears.heard == [("RFID/04AA", True)]


async def test_who_dies_before_anybody_is_told_leaves_it_to_be_told(room: Room, clock: ManualClock) -> None:
    await room.contracts.put(Contract(contract_id=CONTRACT))
    await room.settling.cards(await room.write("04AA", "04BB"))
    await room.settling.contracts({"NLMSPC1"})
    room.ears.heard.clear()
    room.ears.deaf = True
    await room.block()
    with pytest.raises(ConnectionError):
        await room.settling.contracts({"NLMSPC1"})
    room.ears.deaf = False
    await clock.advance(seconds=LEFT_AFTER.total_seconds())
    await room.settling.resume()
    assert sorted(room.ears.heard) == [("RFID/04AA", True), ("RFID/04BB", True)]
    await room.settling.resume()
    assert len(room.ears.heard) == 2


async def test_a_card_that_says_the_same_tells_nobody(room: Room) -> None:
    await room.settling.cards(await room.write("04AA"))
    room.ears.heard.clear()
    kept = await room.cards.find("rfid/04aa")
    assert kept is not None
    again = replace(kept, revision=new_revision())
    assert await room.cards.write_each([CardChange(again, kept)]) == [True]
    await room.settling.cards({again.name: again})
    assert room.ears.heard == []


async def test_what_is_owed_is_told_though_it_has_not_changed(room: Room) -> None:
    """Whoever wrote the token died before anybody was told."""
    room.ears.deaf = True
    with pytest.raises(ConnectionError):
        await room.settling.cards(await room.write("04AA"))
    room.ears.deaf = False
    kept = await room.cards.find("rfid/04aa")
    assert kept is not None
    await room.settling.cards({kept.name: kept})
    assert room.ears.heard == [("RFID/04AA", False)]


async def test_a_write_over_what_has_changed_since_is_lost(room: Room) -> None:
    (card,) = (await room.write("04AA")).values()
    assert await room.cards.write_each([CardChange(card, replace(card, revision=1))]) == [False]
    assert await room.cards.write_each([CardChange(card, None)]) == [False]


def _there(held: KeptCard | None) -> KeptCard:
    assert held is not None
    return held
