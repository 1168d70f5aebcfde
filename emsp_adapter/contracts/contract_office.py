"""Contracts opened, changed, blocked, unblocked and ended; each change reaches all cards of the contract.

A blocked contract keeps its cards, none of them valid; what a card says by itself is not touched, so that one
that was blocked alone stays so when its contract is unblocked.
"""

import secrets

from emsp_adapter.contracts.card_office import adopted
from emsp_adapter.contracts.card_store import CardChange, CardStore
from emsp_adapter.contracts.cards import Issuer
from emsp_adapter.contracts.contract import Contract, ContractState
from emsp_adapter.contracts.settling import Settling
from emsp_adapter.contracts.store import Contracts, KeptContract, Step
from ocpi.errors import UnknownObject
from ocpi.objects.store import ObjectStore
from ocpi.registration.named import NotNow
from ocpi.wire.contract_id import CHARACTERS, INSTANCE_LENGTH, bare, contract_id
from schemas.v2_3_0.tokens import Token


class ContractOffice:
    def __init__(
        self,
        *,
        contracts: Contracts,
        cards: CardStore,
        store: ObjectStore,
        settling: Settling,
        issuer: Issuer,
    ) -> None:
        self._contracts = contracts
        self._cards = cards
        self._store = store
        self._settling = settling
        self._issuer = issuer

    def new_id(self) -> str:
        """One that nobody has, as good as certainly: drawn from a hundred million million."""
        drawn = (secrets.choice(CHARACTERS) for _ in range(INSTANCE_LENGTH))
        return contract_id(self._issuer.party, "".join(drawn))

    async def put(self, contract: Contract) -> bool:
        """A new contract, True, or other terms of one, whose state stays."""
        is_new = await self._contracts.add(contract)
        if is_new:
            await self._tell(contract.contract_id, is_urgent=False)
        else:
            await self._change(contract.contract_id, lambda held: with_state_of(held, contract))
        return is_new

    async def block(self, contract_id: str, reason: str) -> None:
        """Raises UnknownObject, NotNow."""
        await self._change(contract_id, lambda held: _in_state(held, ContractState.BLOCKED, reason))

    async def unblock(self, contract_id: str) -> None:
        """Raises UnknownObject, NotNow."""
        await self._change(contract_id, lambda held: _in_state(held, ContractState.ACTIVE, None))

    async def end(self, contract_id: str, reason: str) -> None:
        """For good. Raises UnknownObject."""
        await self._change(contract_id, lambda held: _in_state(held, ContractState.ENDED, reason))

    async def find(self, contract_id: str) -> KeptContract:
        """Raises UnknownObject."""
        kept = await self._contracts.kept(contract_id)
        if kept is None:
            raise UnknownObject(f"there is no contract {contract_id}")
        return kept

    async def _change(self, contract_id: str, step: Step) -> None:
        before = await self._contracts.change(contract_id, step)
        await self._tell(before.contract.contract_id, is_urgent=True, is_owed=before.is_owed)

    async def _tell(self, contract_id: str, *, is_urgent: bool, is_owed: bool = False) -> None:
        await self._adopt(contract_id)
        await self._settling.contracts({bare(contract_id)}, is_urgent=is_urgent, tell_all=is_owed)

    async def _adopt(self, contract_id: str) -> None:
        """Cards that were told before cards were kept become cards of the contract."""
        held = await self._store.contracted(self._issuer.party, contract_id)
        cards = [adopted(Token.model_validate(record.value())) for record in held]
        known = await self._cards.rows([each.name for each in cards]) if cards else {}
        if unknown := [CardChange(each, None) for each in cards if each.name not in known]:
            await self._cards.write_each(unknown)


def with_state_of(held: Contract, contract: Contract) -> Contract:
    return contract.model_copy(update={"state": held.state, "reason": held.reason})


def _in_state(held: Contract, state: ContractState, reason: str | None) -> Contract:
    if held.state is state:
        return held
    if held.state is ContractState.ENDED:
        raise NotNow(f"the contract {held.contract_id} is ended, which is for good")
    return held.model_copy(update={"state": state, "reason": reason})
