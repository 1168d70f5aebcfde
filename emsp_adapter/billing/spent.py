"""What a contract has spent: the live bills of its sessions, by currency."""

from datetime import datetime
from decimal import Decimal

from emsp_adapter.billing import chains
from ocpi.process.mongo import Mongo


class Spent:
    def __init__(self, mongo: Mongo) -> None:
        self._chains = mongo.collection(chains.COLLECTION)

    async def since(self, contract_id: str, since: datetime | None = None) -> dict[str, Decimal]:
        """After taxes where a bill tells them, of sessions that ended at `since` or later; by currency.

        Each session counts once, whatever was billed, taken back and billed anew; what a driver is paid for
        charging at home is not spent.
        """
        ended = {} if since is None else {"live.end": {"$gte": since}}
        owed = {"$ifNull": ["$live.theirs_gross", "$live.theirs_net"]}
        groups = self._chains.aggregate(
            [
                {"$match": {"live.contract": contract_id.lower(), "live.compensation": False, **ended}},
                {"$group": {"_id": "$live.currency", "owed": {"$sum": owed}}},
            ]
        )
        return {each["_id"]: Decimal(each["owed"]) async for each in groups}
