"""The addresses at which a hub poses as others, for partners of 2.1.1: one tree for each remote party.

    {public}/ocpi/as/{cpo|emsp}/{country_code}/{party_id}/versions
    {public}/ocpi/as/{cpo|emsp}/{country_code}/{party_id}/2.1.1
    {public}/ocpi/as/{cpo|emsp}/{country_code}/{party_id}/2.1.1/{sender|receiver}/{module}...

Each has the modules that a party of that role serves. A token opens the one tree that it was given for.
Spec: 2.1.1 version_information_endpoint (the versions URL belongs to a role).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ocpi.partners.virtual import Pose
from ocpi.server.call import Answer, Call, Handler, Interface, Route
from ocpi.server.mounts import Mount
from ocpi.server.paths import Segments
from ocpi.versions.known import OLDEST
from ocpi.wire.interfaces import CPO, EMSP, Side, serving_role
from schemas import codec
from schemas.kinds import PartyId

_ROOT: Final = ("ocpi", "as")
_LENGTH: Final = 5
_ROLES: Final = (CPO, EMSP)


def root_of(pose: Pose) -> Segments:
    return (*_ROOT, pose.role.lower(), pose.party.country_code, pose.party.party_id)


def pose_in(path: Segments) -> tuple[Pose, Segments] | None:
    """Who is addressed, and what follows; None for an address of the hub itself, or of nobody."""
    role, *party = path[2:_LENGTH] if path[:2] == _ROOT and len(path) >= _LENGTH else ("",)
    if role.upper() not in _ROLES:
        return None
    try:
        return Pose(role.upper(), PartyId(*party)), path[_LENGTH:]
    except ValueError:
        return None


class Posing:
    """What is mounted below the root of each party. `public` is how partners reach this platform."""

    def __init__(self, public: str, interfaces: Iterable[Interface]) -> None:
        self._public = public
        shown = [each for each in interfaces if each.routes_in(OLDEST)]
        self._served = {role: [each for each in shown if _is_of(each, role)] for role in _ROLES}
        self._mounts: Mapping[str, Mapping[Segments, Mount]] = {
            role: dict(self._mounted(role)) for role in _ROLES
        }

    def mounts(self, pose: Pose) -> Mapping[Segments, Mount]:
        return self._mounts[pose.role]

    def _mounted(self, role: str) -> Iterator[tuple[Segments, Mount]]:
        yield ("versions",), _telling(self._versions)
        yield (str(OLDEST),), _telling(self._details)
        for interface in self._served[role]:
            yield place(interface.module, interface.side), Mount.of(interface, OLDEST)

    async def _versions(self, call: Call) -> Answer:
        return Answer(codec.encode([{"version": OLDEST, "url": self._url(call, str(OLDEST))}]))

    async def _details(self, call: Call) -> Answer:
        endpoints = [
            {"identifier": each.module, "url": self._url(call, *place(each.module, each.side))}
            for each in self._served[_pose(call).role]
        ]
        return Answer(codec.encode({"version": OLDEST, "endpoints": endpoints}))

    def _url(self, call: Call, *below: str) -> str:
        return "/".join((self._public, *root_of(_pose(call)), *below))


def place(module: str, side: Side) -> Segments:
    """Below the root of a party."""
    return (str(OLDEST), module) if module == "credentials" else (str(OLDEST), side.lower(), module)


def _is_of(interface: Interface, role: str) -> bool:
    return interface.module == "credentials" or serving_role(interface.module, interface.side) == role


def _pose(call: Call) -> Pose:
    """The door lets nobody else in."""
    pose = call.admitted.partner.pose
    if pose is None:
        raise TypeError("a partner without a pose was admitted to one")
    return pose


def _telling(tell: Handler) -> Mount:
    return Mount.of(Interface("versions", Side.SENDER, (Route("GET", "", tell),)), OLDEST)
