"""For each request whose result comes later: where the result goes, and who brings it.

The asker's own address stays here. The receiver is given one of ours that nobody can guess, that only its own
platform may call on behalf of the same party, and that ends some time after the receiver said that it would.
Spec: 2.3.0 mod_commands, Flow; mod_charging_profiles, Flow.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo
from schemas.kinds import PartyId

COLLECTION: Final = "callbacks"
INDEXES = (
    Index(collection=COLLECTION, keys=(("expires_at", ASCENDING),), expire_after_s=0),
    Index(
        collection=COLLECTION,
        keys=(("emsp", ASCENDING), ("reservation_id", ASCENDING)),
        partial={"reservation_id": {"$type": "string"}},
    ),
)


@dataclass(frozen=True, slots=True)
class Callback:
    """`asker` and `bearer` are the names of the two platforms, `emsp` and `cpo` the parties.

    `result` names what comes: a command, or the method of a charging profile. `is_kept`: a first result was
    passed on, and only word of a cancelled reservation may follow.
    """

    module: str
    result: str
    asker: str
    emsp: PartyId
    url: str
    bearer: str
    cpo: PartyId
    reservation_id: str | None = None
    is_kept: bool = False


class Callbacks:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._callbacks = mongo.collection(COLLECTION)
        self._clock = clock

    async def open(self, name: str, callback: Callback, until: datetime) -> None:
        times = {"opened_at": self._clock.now(), "expires_at": until}
        await self._callbacks.insert_one({"_id": name, **_document(callback), **times})

    async def prolong(self, name: str, until: datetime) -> None:
        await self._callbacks.update_one({"_id": name}, {"$set": {"expires_at": until}})

    async def keep(self, name: str) -> None:
        await self._callbacks.update_one({"_id": name}, {"$set": {"is_kept": True}})

    async def close(self, name: str) -> None:
        await self._callbacks.delete_one({"_id": name})

    async def find(self, name: str) -> Callback | None:
        """None for an unknown or expired name."""
        found = await self._callbacks.find_one({"_id": name})
        expired = found is None or found["expires_at"] <= self._clock.now()
        return None if found is None or expired else _callback(found)

    async def reserved_with(self, emsp: PartyId, reservation_id: str) -> set[PartyId]:
        """The CPOs that an eMSP has lately asked for a reservation of this id."""
        lately = self._lately(emsp, reservation_id)
        return {PartyId.parse(each["cpo"]) async for each in self._callbacks.find(lately, {"cpo": 1})}

    async def reserved_at(self, cpo: PartyId, emsp: PartyId, reservation_id: str) -> datetime | None:
        """When a reservation was asked for first that may still be in force; None if none was."""
        wanted = {**self._lately(emsp, reservation_id), "cpo": str(cpo)}
        found = self._callbacks.find(wanted, {"opened_at": 1})
        return min([each["opened_at"] async for each in found], default=None)

    def _lately(self, emsp: PartyId, reservation_id: str) -> Document:
        wanted = {"emsp": str(emsp), "reservation_id": reservation_id.lower()}
        return {**wanted, "expires_at": {"$gt": self._clock.now()}}


def new_name() -> str:
    return secrets.token_urlsafe(24)


def _document(callback: Callback) -> Document:
    reservation_id = callback.reservation_id
    return {
        "module": callback.module,
        "result": callback.result,
        "asker": callback.asker,
        "emsp": str(callback.emsp),
        "url": callback.url,
        "bearer": callback.bearer,
        "cpo": str(callback.cpo),
        "reservation_id": None if reservation_id is None else reservation_id.lower(),
        "is_kept": callback.is_kept,
    }


def _callback(document: dict[str, Any]) -> Callback:
    return Callback(
        module=document["module"],
        result=document["result"],
        asker=document["asker"],
        emsp=PartyId.parse(document["emsp"]),
        url=document["url"],
        bearer=document["bearer"],
        cpo=PartyId.parse(document["cpo"]),
        reservation_id=document["reservation_id"],
        is_kept=document["is_kept"],
    )
