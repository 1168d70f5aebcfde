"""Who came first: bills of one session, and credits of one bill, in the order in which they were taken in.

Two that arrive at the same time, at two processes, would each find no other; so each enters its name in one
document, and sees there who stood in it before.
"""

from typing import Final

from ocpi.process.mongo import DuplicateKey, Mongo, ReturnDocument
from schemas.kinds import ObjectKind, PartyId

COLLECTION: Final = "bill_claims"


class Claims:
    def __init__(self, mongo: Mongo) -> None:
        self._claims = mongo.collection(COLLECTION)

    async def on_session(self, owner: PartyId, session_id: str, bill_id: str) -> list[str]:
        """The bills that claimed this session before, the earliest first."""
        return await self._before(f"{ObjectKind.SESSION}/{owner}/{session_id.lower()}", bill_id.lower())

    async def on_credit(self, owner: PartyId, credited_id: str, credit_id: str) -> list[str]:
        """The credits that claimed to take back this bill before."""
        return await self._before(f"{ObjectKind.CDR}/{owner}/{credited_id.lower()}", credit_id.lower())

    async def _before(self, claimed: str, name: str) -> list[str]:
        try:
            names = await self._entered(claimed, name)
        except DuplicateKey:  # somebody made the document at this moment
            names = await self._entered(claimed, name)
        return names[: names.index(name)]

    async def _entered(self, claimed: str, name: str) -> list[str]:
        document = await self._claims.find_one_and_update(
            {"_id": claimed},
            {"$addToSet": {"names": name}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return list(document["names"])
