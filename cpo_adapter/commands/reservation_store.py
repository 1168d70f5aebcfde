"""Reservations in MongoDB. Those that are over stay for a month, for people to look at.

A change of state is written with `is_told` off, and on again once partners have been told of it.
"""

from datetime import datetime, timedelta
from typing import Final

from cpo_adapter.commands.reservation import HELD, Reservation, ReservationState
from cpo_adapter.commands.store import of_reply, reply_of
from ocpi.process.mongo import ASCENDING, DESCENDING, Document, Index, Mongo, ReturnDocument
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import Token

RESERVATIONS: Final = "reservations"
_KEPT: Final = timedelta(days=30)
_LARGEST_NUMBER: Final = 2**31 - 1
INDEXES = (
    Index(collection=RESERVATIONS, keys=(("name", ASCENDING), ("state", ASCENDING))),
    Index(collection=RESERVATIONS, keys=(("station", ASCENDING), ("state", ASCENDING))),
    Index(collection=RESERVATIONS, keys=(("session_id", ASCENDING),)),
    Index(collection=RESERVATIONS, keys=(("state", ASCENDING), ("expires", ASCENDING))),
    Index(collection=RESERVATIONS, keys=(("is_told", ASCENDING),), partial={"is_told": False}),
    Index(collection=RESERVATIONS, keys=(("expires", ASCENDING),), expire_after_s=int(_KEPT.total_seconds())),
)


class ReservationStore:
    def __init__(self, mongo: Mongo) -> None:
        self._reservations = mongo.collection(RESERVATIONS)
        self._counters = mongo.collection("counters")

    async def next_number(self) -> int:
        """1 to 2^31-1, over again after that."""
        counter = await self._counters.find_one_and_update(
            {"_id": "reservation"},
            {"$inc": {"last": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return (int(counter["last"]) - 1) % _LARGEST_NUMBER + 1

    async def add(self, reservation: Reservation) -> None:
        await self._reservations.insert_one({**_of_reservation(reservation), "is_told": True})

    async def move(
        self, reservation: Reservation, state: ReservationState, at: datetime, *, told: bool = True
    ) -> Reservation | None:
        """From the state that it is in as it is known here; None when it has moved on meanwhile.

        `told` is off for a change that partners have to hear of.
        """
        changed = await self._reservations.find_one_and_update(
            {"_id": reservation.id, "state": reservation.state},
            {"$set": {"state": state, "changed_at": at, "is_told": told}},
            return_document=ReturnDocument.AFTER,
        )
        return reservation_of(changed) if changed else None

    async def told(self, reservation: Reservation) -> None:
        """Partners know of this state of it."""
        seen = {"_id": reservation.id, "state": reservation.state}
        await self._reservations.update_one(seen, {"$set": {"is_told": True}})

    async def untold(self) -> list[Reservation]:
        return await self._all({"is_told": False})

    async def get(self, reservation_id: str) -> Reservation | None:
        """By our own id."""
        return await self._one({"_id": reservation_id})

    async def held_by(self, party: PartyId, reservation_id: str) -> Reservation | None:
        return await self._one({"name": _name(party, reservation_id), "state": {"$in": HELD}})

    async def held_at(self, station: str, evse: int) -> Reservation | None:
        return await self._one({"station": station, "evse": evse, "state": {"$in": HELD}})

    async def held_at_station(self, station: str) -> list[Reservation]:
        return await self._all({"station": station, "state": {"$in": HELD}})

    async def held_for_session(self, session_id: str) -> Reservation | None:
        return await self._one({"session_id": session_id, "state": {"$in": HELD}})

    async def due(self, now: datetime) -> list[Reservation]:
        """Those that should have been used by now."""
        return await self._all({"state": {"$in": HELD}, "expires": {"$lte": now}})

    async def interrupted(self, before: datetime) -> list[Reservation]:
        """Those that were half asked for, or half changed, before then."""
        half = [ReservationState.ASKED, ReservationState.CHANGING]
        return await self._all({"state": {"$in": half}, "changed_at": {"$lte": before}})

    async def doubtful(self) -> list[Reservation]:
        return await self._all({"state": ReservationState.DOUBTFUL})

    async def listed(self, limit: int) -> list[Reservation]:
        """The newest first."""
        found = self._reservations.find({}).sort("at", DESCENDING).limit(limit)
        return [reservation_of(each) async for each in found]

    async def _one(self, wanted: Document) -> Reservation | None:
        found = await self._reservations.find_one(wanted, sort=[("at", DESCENDING)])
        return reservation_of(found) if found else None

    async def _all(self, wanted: Document) -> list[Reservation]:
        return [reservation_of(each) async for each in self._reservations.find(wanted)]


def _name(party: PartyId, reservation_id: str) -> str:
    return f"{party}|{reservation_id.casefold()}"


def _of_reservation(reservation: Reservation) -> Document:
    return {
        "_id": reservation.id,
        "name": _name(reservation.party, reservation.reservation_id),
        "reservation_id": reservation.reservation_id,
        "number": reservation.number,
        "location_id": reservation.location_id,
        "station": reservation.station,
        "evse": reservation.evse,
        "evse_uid": reservation.evse_uid,
        "connector_id": reservation.connector_id,
        "tag": reservation.tag,
        "token": codec.dump(reservation.token),
        "reference": reservation.reference,
        "reply": of_reply(reservation.reply),
        "session_id": reservation.session_id,
        "at": reservation.at,
        "expires": reservation.expires,
        "state": reservation.state,
        "changed_at": reservation.changed_at,
    }


def reservation_of(stored: Document) -> Reservation:
    return Reservation(
        id=stored["_id"],
        reservation_id=stored["reservation_id"],
        number=stored["number"],
        location_id=stored["location_id"],
        station=stored["station"],
        evse=stored["evse"],
        evse_uid=stored["evse_uid"],
        connector_id=stored["connector_id"],
        tag=stored["tag"],
        token=Token.model_validate(codec.decode(stored["token"])),
        reference=stored["reference"],
        reply=reply_of(stored["reply"]),
        session_id=stored["session_id"],
        at=stored["at"],
        expires=stored["expires"],
        state=ReservationState(stored["state"]),
        changed_at=stored["changed_at"],
    )
