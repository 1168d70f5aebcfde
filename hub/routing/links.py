"""The next page of a relayed list lies on the receiver's host, where the asker has no token.

The asker is given an address of ours instead, which nobody can guess, which only the same party may
follow in the same module, and which is forgotten after a day.
Spec: 2.3.0 transport_and_format, Pagination (how hubs treat Link is left open).
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from yarl import URL

from ocpi.errors import InvalidParameters
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo
from ocpi.server.call import Call
from schemas.kinds import PartyId

COLLECTION: Final = "relay_links"
PARAMETER: Final = "continue"
LIFETIME: Final = timedelta(days=1)
INDEXES = (Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),)


@dataclass(frozen=True, slots=True)
class Track:
    """Where the receiver says that the list goes on."""

    url: URL
    to: PartyId


class Links:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._links = mongo.collection(COLLECTION)
        self._clock = clock

    async def hide(self, track: Track, call: Call, asker: PartyId) -> dict[str, str]:
        """The query that leads back to the track."""
        name = secrets.token_urlsafe(24)
        await self._links.insert_one(
            {
                "_id": name,
                **_asked(call, asker),
                "url": str(track.url),
                "to": str(track.to),
                "expires_at": self._clock.now() + LIFETIME,
            }
        )
        return {PARAMETER: name}

    async def find(self, name: str, call: Call, asker: PartyId) -> Track:
        """Raises InvalidParameters for an unknown or expired name, and for another's alike."""
        found = await self._links.find_one({"_id": name, **_asked(call, asker)})
        if found is None or found["expires_at"] <= self._clock.now():
            raise InvalidParameters("this page can no longer be followed: begin the list anew")
        return Track(URL(found["url"], encoded=True), PartyId.parse(found["to"]))


def _asked(call: Call, asker: PartyId) -> Document:
    return {"asker": str(asker), "module": call.module, "side": call.side}
