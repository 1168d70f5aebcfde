"""Our cards, as Tokens in the object store."""

from collections.abc import Iterable

from ocpi.objects.authored import changed
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from schemas import codec
from schemas.kinds import ObjectKey, PartyId
from schemas.v2_3_0.tokens import Token


class Cards:
    def __init__(self, store: ObjectStore, party: PartyId) -> None:
        self._store = store
        self._party = party

    async def load(self, tokens: Iterable[Token]) -> list[Record]:
        """Store what is new or different, and return that: reading the same file twice changes nothing."""
        news = await changed(self._store, [self._record(token) for token in tokens])
        for record in news:
            await self._store.put(record)
        return news

    async def find(self, uid: str, token_type: str) -> Token | None:
        held = await self._store.get(ObjectKey.of_token(self._party, uid, token_type))
        return None if held is None else Token.model_validate(held.value())

    def _record(self, token: Token) -> Record:
        key = ObjectKey.of_token(self._party, token.uid, str(token.type))
        return Record(key, token.last_updated, codec.dump(token))
