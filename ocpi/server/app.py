"""The door of a platform: every interface mounted under every version that has it.

    {public}/ocpi/versions
    {public}/ocpi/{version}
    {public}/ocpi/{version}/credentials
    {public}/ocpi/{version}/{sender|receiver}/{module}...

Version details are generated from what is mounted, so discovery cannot promise more than there is. In 2.1.1
an endpoint has no role, so each module may be mounted there on one side only.
Spec: version_information_endpoint of each version.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ocpi.partners.directory import Directory
from ocpi.partners.reading import Readers, no_readers
from ocpi.partners.virtual import Pose
from ocpi.process.clock import Clock
from ocpi.recorder.ring import NOTHING_KEPT, Recorder
from ocpi.server import posing
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.door import Door
from ocpi.server.metrics import RequestMetrics
from ocpi.server.mounts import Mount
from ocpi.server.paths import Segments
from ocpi.versions.known import CANONICAL, has_sides
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.v2_3_0.enums import VersionNumber


@dataclass(frozen=True, slots=True)
class Beside:
    """Addresses that stand in no version details, and who may read without being a platform."""

    mounts: Mapping[Segments, Mount] = field(default_factory=dict)
    readers: Readers = no_readers


class Platform:
    """Knows the addresses of a platform. `versions`, the newest first, are those that it offers.

    One that `poses` offers 2.1.1 besides, at addresses of its own for each remote party.
    """

    def __init__(
        self,
        *,
        public_url: str,
        versions: Sequence[VersionNumber],
        directory: Directory,
        clock: Clock,
        beside: Beside | None = None,
        poses: bool = False,
    ) -> None:
        self._public = public_url.rstrip("/")
        self.versions = tuple(versions)
        self._directory = directory
        self._clock = clock
        self._beside = beside or Beside()
        self._poses = poses

    @property
    def versions_url(self) -> str:
        return f"{self._public}/ocpi/versions"

    def versions_url_as(self, pose: Pose) -> str:
        return "/".join((self._public, *posing.root_of(pose), "versions"))

    def url_of(
        self, module: str, side: Side, version: VersionNumber = CANONICAL, pose: Pose | None = None
    ) -> str:
        if pose is not None:
            return "/".join((self._public, *posing.root_of(pose), *posing.place(module, side)))
        return "/".join((self._public, *_place(module, side, version)))

    def door(
        self,
        interfaces: Sequence[Interface],
        metrics: RequestMetrics | None = None,
        recorder: Recorder = NOTHING_KEPT,
    ) -> Door:
        """What serves these interfaces, and tells of them."""
        return Door(
            mounts={**dict(self._mounts(interfaces)), **self._beside.mounts},
            posing=posing.Posing(self._public, interfaces) if self._poses else None,
            public=self._public,
            directory=self._directory,
            clock=self._clock,
            metrics=metrics,
            recorder=recorder,
            readers=self._beside.readers,
        )

    def _mounts(self, interfaces: Sequence[Interface]) -> Iterator[tuple[Segments, Mount]]:
        listed = [{"version": each, "url": f"{self._public}/ocpi/{each}"} for each in self.versions]
        yield ("ocpi", "versions"), _telling(CANONICAL, listed)
        for version in self.versions:
            mounted = [each for each in interfaces if each.routes_in(version)]
            yield ("ocpi", str(version)), _telling(version, self._details(version, mounted))
            for interface in mounted:
                yield _place(interface.module, interface.side, version), Mount.of(interface, version)

    def _details(self, version: VersionNumber, mounted: Iterable[Interface]) -> dict[str, object]:
        endpoints = [self._endpoint(version, each) for each in mounted]
        return {"version": version, "endpoints": endpoints}

    def _endpoint(self, version: VersionNumber, interface: Interface) -> dict[str, str]:
        side = {"role": str(interface.side)} if has_sides(version) else {}
        url = self.url_of(interface.module, interface.side, version)
        return {"identifier": interface.module, **side, "url": url}


def _place(module: str, side: Side, version: VersionNumber) -> Segments:
    if module == "credentials":
        return "ocpi", str(version), "credentials"
    return "ocpi", str(version), side.lower(), module


def _telling(version: VersionNumber, data: object) -> Mount:
    written = codec.encode(data)

    async def tell(_: Call) -> Answer:
        return Answer(written)

    return Mount.of(Interface("versions", Side.SENDER, (Route("GET", "", tell),)), version)
