"""Questions to stations that another process has: one document each, from its writing to its answer.

`new` → `taken` → `done`, or `new` → `withdrawn`; each step is one write that finds the step before, so that a
question is put to a station once or never, whoever dies and however late he is. The text is sealed: it may
hold a station's key, and whoever can write to the database shall not command stations.
"""

import base64
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken

from cpo_adapter.ocpp.framing import Payload
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo
from schemas import codec
from schemas.codec import Json

log = logger(__name__)

COLLECTION: Final = "station_errands"
PATIENCE_S: Final = 34.0
"""A station has thirty seconds, and may be busy with another question before."""

_TOO_OLD: Final = timedelta(seconds=PATIENCE_S)
_KEPT: Final = timedelta(minutes=5)
INDEXES = (
    Index(collection=COLLECTION, keys=(("at", ASCENDING),), expire_after_s=int(_KEPT.total_seconds())),
    Index(collection=COLLECTION, keys=(("life", ASCENDING),), partial={"state": "new"}),
)


@dataclass(frozen=True, slots=True)
class Errand:
    """`life` is the process that shall do it, by the connection `entry`."""

    life: str
    station: str
    entry: str
    action: str
    request: Payload


@dataclass(frozen=True, slots=True)
class Told:
    """What came of an errand: `kind` names it, `value` is the answer or the text of the trouble."""

    kind: str
    value: Json


class Errands:
    def __init__(self, *, mongo: Mongo, key: bytes, clock: Clock) -> None:
        """`key`: 32 bytes that all processes of the adapter have."""
        self._errands = mongo.collection(COLLECTION)
        self._seal = Fernet(base64.urlsafe_b64encode(key))
        self._clock = clock

    async def send(self, errand: Errand) -> str:
        """Its id. Raises DriverError."""
        name = uuid.uuid4().hex
        said = [errand.station, errand.entry, errand.action, errand.request]
        await self._errands.insert_one(
            {
                "_id": name,
                "life": errand.life,
                "sealed": self._closed(name, said),
                "state": "new",
                "at": self._clock.now(),
            }
        )
        return name

    async def result(self, name: str) -> Told | None:
        """None as long as there is none; an errand with a result is gone once it was told here."""
        found = await self._errands.find_one({"_id": name, "state": "done"})
        if found is None:
            return None
        await self._errands.delete_one({"_id": name})
        return Told(*self._opened(name, found["result"]))

    async def withdraw(self, name: str) -> bool:
        """Whether nobody has taken it, nor ever will."""
        done = await self._errands.update_one({"_id": name, "state": "new"}, {"$set": {"state": "withdrawn"}})
        return bool(done.matched_count)

    async def take(self, life: str) -> list[tuple[str, Errand]]:
        """Those for this process that somebody still waits for; each is given to it once, for ever."""
        waited_for = {"life": life, "state": "new", "at": {"$gt": self._clock.now() - _TOO_OLD}}
        return [
            (each["_id"], errand)
            async for each in self._errands.find(waited_for).sort("at", ASCENDING)
            if (errand := self._readable(each)) is not None and await self._is_taken(each["_id"])
        ]

    async def settle(self, name: str, told: Told) -> None:
        result = self._closed(name, [told.kind, told.value])
        change = {"$set": {"state": "done", "result": result}}
        await self._errands.update_one({"_id": name, "state": "taken"}, change)

    async def _is_taken(self, name: str) -> bool:
        done = await self._errands.update_one({"_id": name, "state": "new"}, {"$set": {"state": "taken"}})
        return bool(done.matched_count)

    def _readable(self, stored: Document) -> Errand | None:
        """None for what no process of ours has written."""
        try:
            return Errand(stored["life"], *self._opened(stored["_id"], stored["sealed"]))
        except InvalidToken:
            log.error("errand of a stranger ignored")  # noqa: TRY400 - the traceback tells nothing
            return None

    def _closed(self, name: str, said: list[Any]) -> bytes:
        """Bound to its document, so that no other can bear it."""
        return self._seal.encrypt(codec.encode([name, *said]))

    def _opened(self, name: str, sealed: bytes) -> list[Any]:
        """Raises InvalidToken."""
        bound, *said = list(codec.decode(self._seal.decrypt(sealed)))  # type: ignore[arg-type]
        if bound != name:
            raise InvalidToken
        return said
