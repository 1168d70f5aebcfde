"""What lies at which address: interfaces in each version, found by the first segments of a path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ocpi.partners.virtual import Pose
from ocpi.server.call import Interface
from ocpi.server.paths import Segments, Table
from ocpi.versions.known import CANONICAL
from ocpi.wire.interfaces import Side
from schemas.v2_3_0.enums import VersionNumber


@dataclass(frozen=True, slots=True)
class Mount:
    """An interface at its address in one version; `pose` is who we are there, if not ourselves."""

    version: VersionNumber
    module: str
    side: Side
    table: Table
    pose: Pose | None = None

    @classmethod
    def of(cls, interface: Interface, version: VersionNumber) -> "Mount":
        return cls(version, interface.module, interface.side, Table(interface.routes_in(version)))


NOTHING: Final = Mount(CANONICAL, "unknown", Side.SENDER, Table(()))
_LONGEST: Final = 4


def find(mounts: Mapping[Segments, Mount], path: Segments) -> tuple[Mount, Segments]:
    """What is mounted there, the longest address first, and the segments that follow it."""
    for length in range(min(len(path), _LONGEST), 0, -1):
        if (mount := mounts.get(path[:length])) is not None:
            return mount, path[length:]
    return NOTHING, path
