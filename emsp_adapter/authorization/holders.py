"""Cards and contracts, looked up for an answer: anew for every question, many in one trip.

So one that was blocked is refused at once, whatever process answers.
"""

from collections.abc import Collection, Mapping
from functools import partial

from emsp_adapter.contracts.case import Card
from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.store import Contracts
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore
from ocpi.process.reads import Reads
from ocpi.process.tasks import Supervisor
from ocpi.wire.contract_id import bare
from schemas.kinds import ObjectKey, PartyId


class Holders:
    """`party` is whose cards they are."""

    def __init__(
        self, *, store: ObjectStore, contracts: Contracts, party: PartyId, supervisor: Supervisor
    ) -> None:
        self._party = party
        self._cards: Reads[str, Record] = Reads("look up cards", store.by_ids, supervisor)
        self._contracts: Reads[str, Contract] = Reads(
            "look up contracts", partial(_each_of, contracts), supervisor
        )

    async def card(self, uid: str, token_type: str) -> Card | None:
        key = ObjectKey.of_token(self._party, uid, token_type)
        record = await self._cards.find(database_id(key, None))
        return None if record is None or record.deleted else _card(record)

    async def contract(self, contract_id: str) -> Contract | None:
        return await self._contracts.find(bare(contract_id))


def _card(record: Record) -> Card:
    token = record.value()
    return Card(
        uid=token["uid"],
        type=token["type"],
        contract_id=token["contract_id"],
        is_valid=token["valid"],
        language=token.get("language"),
        wire=record.body,
    )


async def _each_of(contracts: Contracts, bare_ids: Collection[str]) -> Mapping[str, Contract]:
    kept = await contracts.kept_each(bare_ids)
    return {name: each.contract for name, each in kept.items()}
