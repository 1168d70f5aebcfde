"""How each session will charge, as its CPO told last: of its own accord, or because it was asked.

Spec: 2.3.0 mod_charging_profiles, ActiveChargingProfile object.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import DESCENDING, Document, Index, Mongo
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.charging_profiles import ActiveChargingProfile

COLLECTION: Final = "active_charging_profiles"
KEPT_S: Final = 180 * 24 * 3600
INDEXES = (Index(collection=COLLECTION, keys=(("told_at", DESCENDING),), expire_after_s=KEPT_S),)


@dataclass(frozen=True, slots=True)
class Active:
    """`profile` is an ActiveChargingProfile as JSON."""

    cpo: PartyId
    session_id: str
    profile: bytes
    told_at: datetime


class ActiveProfiles:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._profiles = mongo.collection(COLLECTION)
        self._clock = clock

    async def keep(self, cpo: PartyId, session_id: str, profile: ActiveChargingProfile) -> None:
        told: Document = {
            "cpo": str(cpo),
            "session_id": str(session_id),
            "profile": codec.dump(profile),
            "told_at": self._clock.now(),
        }
        await self._profiles.replace_one({"_id": f"{cpo}|{session_id.lower()}"}, told, upsert=True)

    async def newest(self, limit: int) -> list[Active]:
        found = self._profiles.find({}).sort("told_at", DESCENDING).limit(limit)
        return [_active(document) async for document in found]


def _active(document: Document) -> Active:
    cpo = PartyId.parse(document["cpo"])
    return Active(cpo, document["session_id"], document["profile"], document["told_at"])
