"""Which transactions a payment was for: those that were authorized with its reference.

Looked up when somebody asks, so it does not matter which of the two came first.
Spec: 2.3.0 Payments 1 mod_payments, FinancialAdviceConfirmation object.
"""

from collections.abc import Iterable
from typing import Final

from cpo_adapter.sessions.store import TRANSACTIONS
from ocpi.process.mongo import ASCENDING, Index, Mongo

_REFERENCE: Final = "authorized.reference"
INDEXES = (Index(collection=TRANSACTIONS, keys=((_REFERENCE, ASCENDING),)),)


class PaidSessions:
    def __init__(self, mongo: Mongo) -> None:
        self._transactions = mongo.collection(TRANSACTIONS)

    async def by_reference(self, references: Iterable[str]) -> dict[str, list[str]]:
        """Ids of sessions by authorization_reference; references without a session are left out."""
        wanted = {_REFERENCE: {"$in": sorted(set(references))}}
        found: dict[str, list[str]] = {}
        async for document in self._transactions.find(wanted, {"session_id": 1, _REFERENCE: 1}).sort("_id"):
            found.setdefault(document["authorized"]["reference"], []).append(document["session_id"])
        return found
