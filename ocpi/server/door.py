"""The one place where a request becomes a Call, and whatever goes wrong becomes an envelope.

First who is calling, then everything else: without a good token every address answers alike.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from aiohttp import web
from yarl import URL

from ocpi.errors import UnknownAddress
from ocpi.partners.directory import Admitted, Directory
from ocpi.partners.reading import Readers, no_readers
from ocpi.process.clock import Clock
from ocpi.process.logs import correlation
from ocpi.recorder.entries import Addressed, Body, Heard
from ocpi.recorder.ring import NOTHING_KEPT, Recorder
from ocpi.server.answers import respond
from ocpi.server.authentication import Authentication, Wanted
from ocpi.server.call import Answer, Call
from ocpi.server.errors import answer_to
from ocpi.server.metrics import RequestMetrics
from ocpi.server.mounts import NOTHING, Mount, find
from ocpi.server.paths import Segments, segments
from ocpi.server.posing import Posing, pose_in
from ocpi.server.requests import EXPECT, expected, read_body, read_query
from ocpi.server.spoken import handled, status_in
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from schemas.v2_3_0.enums import VersionNumber

DEADLINE: Final = timedelta(seconds=30)
_NOT_ROUTED: Final = frozenset({"versions", "credentials", "hubclientinfo"})


class Door:
    """`mounts` are found by the first segments of a path; `public` is how partners reach this door.

    `posing` is what lies at the addresses of others, for who is connected to them through us.
    """

    def __init__(
        self,
        *,
        mounts: Mapping[Segments, Mount],
        posing: Posing | None,
        public: str,
        directory: Directory,
        clock: Clock,
        metrics: RequestMetrics | None,
        recorder: Recorder = NOTHING_KEPT,
        readers: Readers = no_readers,
    ) -> None:
        self._mounts = mounts
        self._posing = posing
        self._public = public
        self._authentication = Authentication(directory, clock, readers)
        self._clock = clock
        self._metrics = metrics
        self._recorder = recorder

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if EXPECT in request.headers:
            await expected(request)
        began_s = self._clock.monotonic()
        ids = MessageIds.read(request.headers)
        mount, rest = self._find(request.rel_url.raw_path)
        heard = self._hearing(request, ids, mount, rest)
        with correlation(ids.correlation_id):
            answer = await self._answered(request, heard, mount, rest)
        answer = _worded(answer, mount.version)
        heard.answered(answer)
        self._count(mount, answer, self._clock.monotonic() - began_s)
        return respond(answer, ids, heard.routing, self._clock.now())

    async def _answered(self, request: web.BaseRequest, heard: Heard, mount: Mount, rest: Segments) -> Answer:
        """Never raises. What was understood of the request is put down in `heard`."""
        try:
            shown = request.headers.get("Authorization")
            wanted = Wanted(mount.module, mount.side, request.method, is_list=not rest, pose=mount.pose)
            admitted = await self._authentication.admit(shown, wanted, request.remote or "")
            heard.partner = admitted.partner.name
            heard.routing = _routing(request, mount, admitted)
            route, named = mount.table.find(request.method, rest)
            call = Call(
                admitted=admitted,
                ids=heard.ids,
                routing=heard.routing,
                version=mount.version,
                module=mount.module,
                side=mount.side,
                method=request.method,
                url=URL(self._public + request.rel_url.raw_path_qs, encoded=True),
                rest=rest,
                path=named,
                query=read_query(request),
                body=await read_body(request),
                deadline=self._clock.now() + DEADLINE,
            )
            heard.body = Body(call.body)
            return await handled(route, call)
        except Exception as error:  # noqa: BLE001 - the request's door: nothing may pass it unanswered
            return answer_to(error, mount.module, heard.ids)

    def _hearing(self, request: web.BaseRequest, ids: MessageIds, mount: Mount, rest: Segments) -> Heard:
        where = Addressed(mount.version, mount.module, mount.side, rest)
        return self._recorder.hearing(request.method, self._public + request.rel_url.raw_path_qs, ids, where)

    def _find(self, raw_path: str) -> tuple[Mount, Segments]:
        """What is mounted there, and the segments that follow its address."""
        try:
            path = segments(raw_path)
        except UnknownAddress:
            return NOTHING, ()
        posed = pose_in(path) if self._posing is not None else None
        if self._posing is None or posed is None:
            return find(self._mounts, path)
        pose, below = posed
        mount, rest = find(self._posing.mounts(pose), below)
        return replace(mount, pose=pose), rest

    def _count(self, mount: Mount, answer: Answer, seconds: float) -> None:
        if self._metrics is not None:
            self._metrics.count(mount.module, mount.side, int(answer.http), answer.status_code, seconds)


def _worded(answer: Answer, version: VersionNumber) -> Answer:
    status = status_in(version, answer.status_code)
    return answer if status == answer.status_code else replace(answer, status_code=status)


def _routing(request: web.BaseRequest, mount: Mount, admitted: Admitted) -> Routing:
    """Configuration modules are not routed; what somebody says about it there is not read.

    Where we pose as somebody, the address and the token say who speaks to whom.
    """
    if mount.module in _NOT_ROUTED:
        return NOWHERE
    if mount.pose is not None:
        return Routing(to=mount.pose.party, sender=next(iter(admitted.partner.parties()), None))
    return Routing.read(request.headers)
