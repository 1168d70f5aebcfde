"""Our cards, as Tokens in the object store."""

from ocpi.objects.store import ObjectStore
from schemas.kinds import ObjectKey, PartyId
from schemas.v2_3_0.tokens import Token


class Cards:
    def __init__(self, store: ObjectStore, party: PartyId) -> None:
        self._store = store
        self._party = party

    async def find(self, uid: str, token_type: str) -> Token | None:
        held = await self._store.get(ObjectKey.of_token(self._party, uid, token_type))
        return None if held is None else Token.model_validate(held.value())
