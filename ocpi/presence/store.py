"""What hubs told about their clients: one document for each hub, party and role.

Hubs may tell different things of the same party, and one party may have two roles at the same address.
Read from the database each time: whoever asks is about to make a request to somebody.
Spec: 2.3.0 mod_hub_client_info, ClientInfo object.
"""

from dataclasses import dataclass
from typing import Final

from ocpi.objects.record import Outcome
from ocpi.process.mongo import ASCENDING, Document, DuplicateKey, Index, Mongo
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import ConnectionStatus
from schemas.v2_3_0.hub_client_info import ClientInfo

COLLECTION: Final = "hub_clients"
INDEXES = (Index(collection=COLLECTION, keys=(("hub", ASCENDING), ("party", ASCENDING))),)


@dataclass(frozen=True, slots=True)
class Client:
    """`hub` told it. Raises ValueError on `of` for codes that name no party."""

    hub: PartyId
    party: PartyId
    info: ClientInfo

    @classmethod
    def of(cls, hub: PartyId, info: ClientInfo) -> "Client":
        return cls(hub, PartyId(info.country_code, info.party_id), info)


class Presences:
    def __init__(self, mongo: Mongo) -> None:
        self._clients = mongo.collection(COLLECTION)

    async def keep(self, client: Client) -> Outcome:
        """The newest counts: STALE when a newer one is kept."""
        newest = {"_id": _id(client), "last_updated": {"$lte": client.info.last_updated}}
        try:
            result = await self._clients.update_one(newest, {"$set": _fields(client)}, upsert=True)
        except DuplicateKey:
            return Outcome.STALE
        return Outcome.UPDATED if result.matched_count else Outcome.CREATED

    async def status(self, hub: PartyId, party: PartyId, role: str) -> ConnectionStatus | None:
        """None where the hub has not told."""
        found = await self._clients.find_one({"_id": f"{hub}|{role}|{party}"}, {"status": 1})
        return None if found is None else ConnectionStatus(found["status"])

    async def is_away(self, hub: PartyId, party: PartyId, role: str) -> bool:
        """Whether nothing is to be sent to the party through that hub now."""
        return await self.status(hub, party, role) not in (None, ConnectionStatus.CONNECTED)

    async def of_party(self, hub: PartyId, party: PartyId) -> list[Client]:
        """In all of its roles."""
        return await self._found({"hub": str(hub), "party": str(party)})

    async def all(self) -> list[Client]:
        return await self._found({})

    async def _found(self, wanted: Document) -> list[Client]:
        return [_client(document) async for document in self._clients.find(wanted).sort("_id")]


def _id(client: Client) -> str:
    return f"{client.hub}|{client.info.role}|{client.party}"


def _fields(client: Client) -> Document:
    return {
        "hub": str(client.hub),
        "party": str(client.party),
        "status": client.info.status,
        "last_updated": client.info.last_updated,
        "body": codec.dump(client.info),
    }


def _client(document: Document) -> Client:
    info = ClientInfo.model_validate(codec.decode(document["body"]))
    return Client(PartyId.parse(document["hub"]), PartyId.parse(document["party"]), info)
