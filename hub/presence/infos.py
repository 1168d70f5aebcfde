"""What each platform was shown of each client, and whether it has been told: one small document each.

A change of status is a new state with a time of its own, that is due to be told; only the latest is. What was
told is cleared at the revision that was sent, so that a change on the way is told as well.
Spec: 2.3.0 mod_hub_client_info, ClientInfo object; transport_and_format, Pagination (oldest first).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from hub.presence.views import Client, Scope, View
from ocpi.process.clock import Clock
from ocpi.process.mongo import ASCENDING, Document, Index, Mongo, UpdateOne
from ocpi.wire.pagination import PageQuery
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import ConnectionStatus
from schemas.v2_3_0.hub_client_info import ClientInfo

COLLECTION: Final = "client_infos"
INDEXES = (
    Index(collection=COLLECTION, keys=(("viewer", ASCENDING), ("created_at", ASCENDING), ("_id", ASCENDING))),
    Index(
        collection=COLLECTION,
        keys=(("next_try", ASCENDING), ("viewer", ASCENDING)),
        partial={"next_try": {"$exists": True}},
    ),
)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Info:
    """`attempts` to tell it failed, the first at some time after `since`."""

    view: View
    status: ConnectionStatus
    last_updated: datetime
    revision: int = 0
    attempts: int = 0
    since: datetime | None = None

    def told(self) -> ClientInfo:
        client = self.view.client
        return ClientInfo.model_validate(
            {
                "party_id": client.party.party_id,
                "country_code": client.party.country_code,
                "role": client.role,
                "status": self.status,
                "last_updated": self.last_updated,
            }
        )


@dataclass(frozen=True, slots=True)
class Page:
    infos: list[Info]
    total: int


class Infos:
    def __init__(self, mongo: Mongo, clock: Clock) -> None:
        self._infos = mongo.collection(COLLECTION)
        self._clock = clock

    async def shown(
        self, viewers: Collection[str], scope: Scope | None = None
    ) -> dict[View, ConnectionStatus]:
        """Everything, to everybody: the square of their number; or what is in the scope for these viewers."""
        wanted: Document = {} if scope is None else _within(viewers, scope)
        rows = self._infos.find(wanted, {"_id": 0, "viewer": 1, "role": 1, "party": 1, "status": 1})
        return {_view(each): ConnectionStatus(each["status"]) async for each in rows}

    async def show(self, changed: Mapping[View, ConnectionStatus], untold: Collection[View] = ()) -> None:
        """Keep these statuses; what is new there is due to be told, but for the `untold`. Durable."""
        updates = [self._update(view, status, untold) for view, status in changed.items()]
        if updates:
            await self._infos.bulk_write(updates, ordered=False)

    def _update(self, view: View, status: ConnectionStatus, untold: Collection[View]) -> UpdateOne:
        """Nothing changes where that status is kept already: another process was faster."""
        now = self._clock.now()
        due = "$$REMOVE" if view in untold else now
        is_new = {"$ne": ["$status", status]}
        fields: Document = {
            "viewer": {"$literal": view.viewer},
            "role": {"$literal": view.client.role},
            "party": str(view.client.party),
            "status": status,
            "created_at": {"$ifNull": ["$created_at", now]},
            "last_updated": {"$cond": [is_new, now, "$last_updated"]},
            "revision": {"$add": [{"$ifNull": ["$revision", 0]}, {"$cond": [is_new, 1, 0]}]},
            "next_try": {"$cond": [is_new, due, "$next_try"]},
            "since": {"$cond": [is_new, now, "$since"]},
            "attempts": {"$cond": [is_new, 0, "$attempts"]},
        }
        return UpdateOne({"_id": _id(view)}, [{"$set": fields}], upsert=True)

    async def hide(self, views: Collection[View]) -> None:
        """These were not to be shown: the platform is the party itself now, or has no such role."""
        if views:
            await self._infos.delete_many({"_id": {"$in": [_id(view) for view in views]}})

    async def forget_viewer(self, viewer: str) -> None:
        await self._infos.delete_many({"viewer": viewer})

    async def page(self, viewer: str, query: PageQuery) -> Page:
        between = {"$gte": query.date_from or _EARLIEST, "$lt": query.date_to or _LATEST}
        wanted = {"viewer": viewer, "last_updated": between}
        rows = self._infos.find(wanted).sort([("created_at", ASCENDING), ("_id", ASCENDING)])
        found = [_info(each) async for each in rows.skip(query.offset).limit(query.limit)]
        return Page(found, int(await self._infos.count_documents(wanted)))

    async def viewers_due(self, but_not: Collection[str]) -> list[str]:
        """To whom something is to be told now."""
        wanted = {"next_try": {"$lte": self._clock.now()}, "viewer": {"$nin": list(but_not)}}
        return [str(each) for each in await self._infos.distinct("viewer", wanted)]

    async def due_to(self, viewer: str, limit: int) -> list[Info]:
        wanted = {"viewer": viewer, "next_try": {"$lte": self._clock.now()}}
        return [_info(each) async for each in self._infos.find(wanted).sort("next_try").limit(limit)]

    async def told(self, info: Info) -> None:
        """Or given up: until it changes again, nothing is due."""
        await self._infos.update_one(_exactly(info), {"$unset": {"next_try": ""}})

    async def postpone(self, info: Info, until: datetime) -> None:
        change = {"next_try": until, "attempts": info.attempts + 1}
        await self._infos.update_one(_exactly(info), {"$set": change})

    async def rest(self, viewer: str, until: datetime) -> None:
        """The platform cannot be reached: nothing is told to it any sooner."""
        await self._infos.update_many(
            {"viewer": viewer, "next_try": {"$lt": until}}, {"$set": {"next_try": until}}
        )

    async def hurry_all(self) -> None:
        """The clock was set back: nobody meant to wait so long."""
        now = self._clock.now()
        await self._infos.update_many({"next_try": {"$gt": now}}, {"$set": {"next_try": now}})

    async def hurry(self, viewer: str) -> None:
        """The platform is back."""
        now = self._clock.now()
        await self._infos.update_many(
            {"viewer": viewer, "next_try": {"$gt": now}}, {"$set": {"next_try": now, "attempts": 0}}
        )


def _id(view: View) -> str:
    return f"{view.viewer}|{view.client.role}|{view.client.party}"


def _within(viewers: Collection[str], scope: Scope) -> Document:
    named = [_id(View(viewer, client)) for viewer in viewers for client in scope.clients]
    return {"$or": [{"_id": {"$in": named}}, {"viewer": {"$in": list(scope.viewers)}}]}


def _exactly(info: Info) -> Document:
    return {"_id": _id(info.view), "revision": info.revision}


def _view(document: dict[str, Any]) -> View:
    return View(document["viewer"], _client(document["role"], document["party"]))


@lru_cache(maxsize=4096)
def _client(role: str, party: str) -> Client:
    return Client(role, PartyId.parse(party))


def _info(document: dict[str, Any]) -> Info:
    return Info(
        view=_view(document),
        status=ConnectionStatus(document["status"]),
        last_updated=document["last_updated"],
        revision=document["revision"],
        attempts=document["attempts"],
        since=document["since"],
    )
