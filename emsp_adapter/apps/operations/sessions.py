"""Sessions: those of now and of before, one of them, and one as it goes on."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Final

from pydantic import BaseModel

from emsp_adapter.apps.beat import Beat, Versions
from emsp_adapter.apps.history import History
from emsp_adapter.apps.keys.key import Scope
from emsp_adapter.apps.operation import EVENTS, Asked, Operation, Told
from emsp_adapter.apps.operations.named import NamedSession, OfCpo, named, no_such
from emsp_adapter.apps.paging import Listing, Lists, following
from emsp_adapter.apps.streams import Moment, Streams
from emsp_adapter.apps.told import SessionTold, session_told
from emsp_adapter.apps.visible import Visible, contract_of
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from schemas import codec
from schemas.kinds import ObjectKind
from schemas.v2_3_0.enums import SessionStatus

_ERRORS: Final = no_such("session")
_FINAL: Final = frozenset({SessionStatus.COMPLETED, SessionStatus.INVALID})


class SessionsTold(BaseModel):
    """`next` is the cursor of the next page, if there is one."""

    sessions: list[SessionTold]
    next: str | None


class SessionOperations:
    def __init__(
        self,
        *,
        store: ObjectStore,
        history: History,
        lists: Lists,
        visible: Visible,
        streams: Streams,
        beat: Beat,
    ) -> None:
        self._store = store
        self._history = history
        self._lists = lists
        self._visible = visible
        self._streams = streams
        self._beat = beat

    def operations(self) -> list[Operation]:
        return [
            Operation(
                method="GET",
                path="/sessions",
                id="listSessions",
                summary="Sessions of now and of before, the newest first",
                tag="sessions",
                does=self._list,
                scope=Scope.SESSIONS_READ,
                query=Listing,
                answer=SessionsTold,
                errors={HTTPStatus.NOT_FOUND: "The cursor leads nowhere in this list."},
            ),
            Operation(
                method="GET",
                path="/sessions/{id}",
                id="getSession",
                summary="A session as its CPO told it last",
                tag="sessions",
                does=self._one,
                scope=Scope.SESSIONS_READ,
                path_model=NamedSession,
                query=OfCpo,
                answer=SessionTold,
                errors=_ERRORS,
            ),
            Operation(
                method="GET",
                path="/sessions/{id}/events",
                id="followSession",
                summary="Follow a session by server-sent events",
                about="Each event `session` is the whole of it as it is then. "
                "The stream ends with the session.",
                tag="sessions",
                does=self._follow,
                scope=Scope.SESSIONS_READ,
                path_model=NamedSession,
                query=OfCpo,
                answer=SessionTold,
                media=EVENTS,
                errors=_ERRORS,
            ),
        ]

    async def _list(self, asked: Asked) -> SessionsTold:
        stretch = await self._history.page(await self._lists.wanted(ObjectKind.SESSION, asked))
        return SessionsTold(
            sessions=[session_told(each) for each in stretch.records],
            next=following(ObjectKind.SESSION, asked, stretch.before),
        )

    async def _one(self, asked: Asked) -> SessionTold:
        return session_told(await named(ObjectKind.SESSION, asked, self._visible))

    async def _follow(self, asked: Asked) -> Told:
        name = (await named(ObjectKind.SESSION, asked, self._visible)).database_id

        async def subject() -> Moment | None:
            record = await self._store.get_by_id(name)
            is_there = record is not None and not record.deleted and asked.bound.has(contract_of(record))
            return _moment(record) if record is not None and is_there else None

        return await self._streams.serve(asked, self._beat, name, subject)


def session_versions(store: ObjectStore) -> Versions:
    async def versions(names: Collection[str]) -> Mapping[str, str]:
        return await store.digests(names)

    return versions


def _moment(record: Record) -> Moment:
    told = session_told(record)
    return Moment(record.digest, "session", codec.encode(told.model_dump()), told.status in _FINAL)
