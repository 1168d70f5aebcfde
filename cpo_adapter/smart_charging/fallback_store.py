"""Which fallback profile each station was given, and whether it has been seen to keep it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ocpi.process.mongo import ASCENDING, Document, Mongo

COLLECTION: Final = "fallback_profiles"


class Standing(StrEnum):
    VERIFIED = "verified"
    NOT_SHOWN = "accepted, and the station does not show it"
    DIFFERS = "the station keeps another"
    REFUSED = "refused"
    NOT_ASKED = "the station could not be asked"

    @property
    def is_kept(self) -> bool:
        """As far as it can be known."""
        return self in (Standing.VERIFIED, Standing.NOT_SHOWN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Amperes per phase: of each charge, or `is_for_all` of the station."""

    amperes: int
    is_for_all: bool


@dataclass(frozen=True, slots=True)
class Fallback:
    """`at`: when it was set last."""

    station: str
    wanted: Wanted
    standing: Standing
    at: datetime


class FallbackStore:
    def __init__(self, mongo: Mongo) -> None:
        self._fallbacks = mongo.collection(COLLECTION)

    async def put(self, fallback: Fallback) -> None:
        told = {
            "amperes": fallback.wanted.amperes,
            "is_for_all": fallback.wanted.is_for_all,
            "standing": fallback.standing,
            "at": fallback.at,
        }
        await self._fallbacks.replace_one({"_id": fallback.station}, told, upsert=True)

    async def get(self, station: str) -> Fallback | None:
        found = await self._fallbacks.find_one({"_id": station})
        return _fallback_of(found) if found else None

    async def listed(self) -> list[Fallback]:
        return [_fallback_of(each) async for each in self._fallbacks.find({}).sort("_id", ASCENDING)]


def _fallback_of(stored: Document) -> Fallback:
    return Fallback(
        station=stored["_id"],
        wanted=Wanted(stored["amperes"], stored["is_for_all"]),
        standing=Standing(stored["standing"]),
        at=stored["at"],
    )
