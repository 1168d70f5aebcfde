"""Virtual partners in MongoDB: beside their parts, in the same collection.

A virtual partner holds the claim to its party in its role; each part of it claims that towards one remote
party. So nobody else can be registered as the party, neither virtually nor by itself.
"""

import secrets
from dataclasses import replace

from ocpi.partners.documents import to_document, welcome_document
from ocpi.partners.model import Partner, PartnerState, PartyRole, claims
from ocpi.partners.seal import Seal
from ocpi.partners.store import COLLECTION, NameTaken, PartyTaken
from ocpi.partners.virtual import Welcome
from ocpi.process.mongo import DuplicateKey, Mongo
from schemas.kinds import PartyId


class VirtualStore:
    def __init__(self, mongo: Mongo, seal: Seal) -> None:
        self._partners = mongo.collection(COLLECTION)
        self._seal = seal

    async def add(self, partner: Partner) -> None:
        """A partner without parts. Raises NameTaken, unless whoever bears the name has left; PartyTaken."""
        added = replace(partner, revision=secrets.randbits(48))
        roles = [PartyRole(role, party, "") for role in added.allowed_roles for party in _parties(added)]
        document = {**to_document(added, [], self._seal), "claims": claims(roles)}
        try:
            left = {"_id": partner.name, "state": PartnerState.LEFT}
            await self._partners.replace_one(left, document, upsert=True)
        except DuplicateKey as error:
            if await self._partners.find_one({"_id": partner.name}, {"_id": 1}) is not None:
                raise NameTaken(f"a partner named {partner.name!r} exists already") from error
            raise PartyTaken("another partner is registered for this party in the same role") from error

    async def set_welcome(self, name: str, welcome: Welcome) -> None:
        change = {"$set": {"welcome": welcome_document(welcome, self._seal)}, "$inc": {"revision": 1}}
        await self._partners.update_one({"_id": name, "state": PartnerState.VIRTUAL}, change)


def _parties(partner: Partner) -> list[PartyId]:
    return sorted(partner.allowed_parties or ())
