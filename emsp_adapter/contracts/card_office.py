"""Cards given out, changed, blocked and unblocked, one at a time; every CPO is told at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from emsp_adapter.contracts.card_store import CardStore, new_revision
from emsp_adapter.contracts.cards import Block, Card, KeptCard, card_name
from emsp_adapter.contracts.register import Cards
from emsp_adapter.contracts.settling import Settling
from ocpi.errors import UnknownObject
from ocpi.process.clock import Clock
from schemas.v2_3_0.tokens import Token


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with the Token that CPOs have of it."""

    kept: KeptCard
    token: Token


class CardOffice:
    def __init__(self, *, cards: CardStore, register: Cards, settling: Settling, clock: Clock) -> None:
        self._cards = cards
        self._register = register
        self._settling = settling
        self._clock = clock

    async def put(self, card: Card) -> ShownCard:
        """A new card, or another word about one; a block stays."""
        kept = await self._cards.change(card.name, lambda held: _changed(held, card))
        return await self._told(kept, is_urgent=not kept.is_good)

    async def block(self, uid: str, card_type: str, reason: str) -> ShownCard:
        """Raises UnknownObject."""
        block = Block(reason, self._clock.now())
        return await self._change(uid, card_type, lambda held: replace(held, block=held.block or block))

    async def unblock(self, uid: str, card_type: str) -> ShownCard:
        """It is good again by itself, also if a file took it away. Raises UnknownObject."""
        return await self._change(uid, card_type, _unblocked)

    async def find(self, uid: str, card_type: str) -> ShownCard:
        """Raises UnknownObject."""
        kept = await self._cards.find(card_name(uid, card_type))
        token = await self._register.find(uid, card_type)
        if token is None:
            raise UnknownObject("there is no such card")
        return ShownCard(kept or adopted(token), token)

    async def _change(self, uid: str, card_type: str, step: Callable[[KeptCard], KeptCard]) -> ShownCard:
        known = (await self.find(uid, card_type)).kept
        kept = await self._cards.change(known.name, lambda held: step(held or known))
        return await self._told(kept, is_urgent=True)

    async def _told(self, kept: KeptCard, *, is_urgent: bool) -> ShownCard:
        await self._settling.cards({kept.name: kept}, is_urgent=is_urgent)
        return await self.find(kept.card.uid, kept.card.type)


def adopted(token: Token) -> KeptCard:
    """The card behind a token that was told before cards were kept."""
    told: dict[str, Any] = token.to_wire()
    energy = told.pop("energy_contract", {})
    supplied = {
        "energy_supplier": energy.get("supplier_name"),
        "energy_contract_id": energy.get("contract_id"),
    }
    fields = {name: value for name, value in told.items() if name in Card.model_fields}
    return KeptCard(Card.model_validate({**fields, **supplied}), revision=new_revision())


def _changed(held: KeptCard | None, card: Card) -> KeptCard:
    return KeptCard(card) if held is None else replace(held, card=card, told=None, is_missing=False)


def _unblocked(held: KeptCard) -> KeptCard:
    return replace(held, block=None, is_missing=False, card=held.card.model_copy(update={"valid": True}))
