"""Cards, their contracts and what was spent on these, looked up for an answer: anew for every question.

So one that was blocked is refused at once, whatever process answers. A card names its contract, and that says
what has to be counted: what was right the last time is looked up together with the card, and what was not
right any more after it; in one trip each for all who ask at this moment.
Spec: 2.3.0 mod_tokens, Token object.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple, TypeAlias

from emsp_adapter.authorization.charges import Charges, Counted
from emsp_adapter.authorization.spending import NOTHING_SPENT, Spent
from emsp_adapter.contracts.case import Card
from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.store import Contracts
from ocpi.objects.record import database_id
from ocpi.objects.store import ObjectStore
from ocpi.process.reads import Reads
from ocpi.process.tasks import Supervisor
from ocpi.wire.contract_id import bare
from schemas import codec
from schemas.kinds import ObjectKey, PartyId

_MOST_GUESSES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Held:
    card: Card
    contract: Contract | None
    spent: Spent


class _Sought(NamedTuple):
    """What has to be looked up beside the card."""

    contract: str | None = None
    counted: Counted | None = None


_NOTHING: Final = _Sought()
_Found: TypeAlias = tuple[bytes | None, Contract | None, Spent | None]


class Holders:
    """`party` is whose cards they are."""

    def __init__(
        self,
        *,
        store: ObjectStore,
        contracts: Contracts,
        charges: Charges,
        party: PartyId,
        supervisor: Supervisor,
    ) -> None:
        self._party = party
        self._cards: Reads[str, bytes] = Reads("look up cards", store.bodies, supervisor)
        self._contracts: Reads[str, Contract] = Reads(
            "look up contracts", partial(_each_of, contracts), supervisor
        )
        self._charges = charges
        self._guesses: OrderedDict[str, _Sought] = OrderedDict()

    async def find(self, uid: str, token_type: str) -> Held | None:
        name = database_id(ObjectKey.of_token(self._party, uid, token_type), None)
        guess = self._guesses.get(name, _NOTHING)
        wire, contract, spent = await self._look_up(name, guess)
        if wire is None:
            return None
        card = _card(wire)
        if guess.contract != bare(card.contract_id):
            contract = await self._contracts.find(bare(card.contract_id))
        right = _sought(card, contract)
        if guess.counted != right.counted:
            spent = await self._spent(right.counted)
        self._remember(name, right)
        return Held(card, contract, spent or NOTHING_SPENT)

    async def of(self, card: Card) -> Held:
        """For a card that is on no list."""
        contract = await self._contracts.find(bare(card.contract_id))
        return Held(card, contract, await self._spent(_sought(card, contract).counted))

    async def _look_up(self, name: str, sought: _Sought) -> _Found:
        asked: list[asyncio.Future[Any]] = [self._cards.find(name)]
        if sought.contract is not None:
            asked.append(self._contracts.find(sought.contract))
        if sought.counted is not None:
            asked.append(self._charges.read(sought.counted))
        wire, contract, spent, *_ = [*await asyncio.gather(*asked), None, None]
        return wire, contract, spent

    async def _spent(self, counted: Counted | None) -> Spent:
        return NOTHING_SPENT if counted is None else await self._charges.find(counted)

    def _remember(self, name: str, right: _Sought) -> None:
        self._guesses[name] = right
        self._guesses.move_to_end(name)
        if len(self._guesses) > _MOST_GUESSES:
            self._guesses.popitem(last=False)


def _sought(card: Card, contract: Contract | None) -> _Sought:
    name = bare(card.contract_id)
    if contract is None or (contract.limits.credit is None and contract.limits.at_once is None):
        return _Sought(name)
    return _Sought(name, Counted(name, contract.limits.credit_at))


def _card(wire: bytes) -> Card:
    token: Any = codec.decode(wire)
    return Card(
        uid=token["uid"],
        type=token["type"],
        contract_id=token["contract_id"],
        is_valid=token["valid"],
        language=token.get("language"),
        wire=wire,
    )


async def _each_of(contracts: Contracts, bare_ids: Collection[str]) -> Mapping[str, Contract]:
    kept = await contracts.kept_each(bare_ids)
    return {name: each.contract for name, each in kept.items()}
