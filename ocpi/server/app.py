"""The aiohttp application of a platform: every interface mounted under its version.

    {public}/ocpi/versions
    {public}/ocpi/2.3.0
    {public}/ocpi/2.3.0/credentials
    {public}/ocpi/2.3.0/{sender|receiver}/{module}...

Version details are generated from what is mounted, so discovery cannot promise more than there is.
Spec: 2.3.0 version_information_endpoint.
"""

from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.server.answers import without_server_header
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.door import Door, Mount
from ocpi.server.metrics import RequestMetrics
from ocpi.server.paths import Segments
from ocpi.server.requests import MAX_BODY_BYTES
from ocpi.wire.interfaces import Side
from schemas import codec


class Platform:
    """Knows the addresses of a platform. `version` is the one OCPI version that its interfaces speak."""

    def __init__(self, *, public_url: str, version: str, directory: Directory, clock: Clock) -> None:
        self._public = public_url.rstrip("/")
        self.version = version
        self._directory = directory
        self._clock = clock

    @property
    def versions_url(self) -> str:
        return f"{self._public}/ocpi/versions"

    def url_of(self, module: str, side: Side) -> str:
        return "/".join((self._public, *self._place(module, side)))

    def application(
        self, interfaces: Sequence[Interface], metrics: RequestMetrics | None = None
    ) -> web.Application:
        """What serves these interfaces, and tells of them."""
        door = Door(
            mounts=self._mounts(interfaces),
            public=self._public,
            version=self.version,
            directory=self._directory,
            clock=self._clock,
            metrics=metrics,
        )
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_everything_to(door)])
        application.on_response_prepare.append(without_server_header)
        return application

    def _mounts(self, interfaces: Sequence[Interface]) -> dict[Segments, Mount]:
        discovery = {
            ("ocpi", "versions"): _telling(codec.encode([self._version()])),
            ("ocpi", self.version): _telling(codec.encode(self._details(interfaces))),
        }
        mounted = {self._place(each.module, each.side): each for each in interfaces}
        return {place: Mount.of(interface) for place, interface in (discovery | mounted).items()}

    def _version(self) -> dict[str, str]:
        return {"version": self.version, "url": f"{self._public}/ocpi/{self.version}"}

    def _details(self, interfaces: Sequence[Interface]) -> dict[str, object]:
        endpoints = [
            {"identifier": each.module, "role": each.side, "url": self.url_of(each.module, each.side)}
            for each in interfaces
        ]
        return {"version": self.version, "endpoints": endpoints}

    def _place(self, module: str, side: Side) -> Segments:
        if module == "credentials":
            return "ocpi", self.version, "credentials"
        return "ocpi", self.version, side.lower(), module


def _everything_to(door: Door) -> Middleware:
    """No route is known to the library: what it would answer by itself has no envelope."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:  # noqa: ARG001
        return await door.answer(request)

    return answer


def _telling(data: bytes) -> Interface:
    async def tell(_: Call) -> Answer:
        return Answer(data)

    return Interface("versions", Side.SENDER, (Route("GET", "", tell),))
