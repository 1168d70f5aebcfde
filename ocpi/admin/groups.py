"""Groups of a CPO's locations, for the operator: list, set, remove.

GET /admin/v1/location-groups, POST and DELETE /admin/v1/location-groups/{cpo}/{name}
"""

from typing import Any, Final

from aiohttp import web
from pydantic import BaseModel

from ocpi.admin.agreement_bodies import GroupName, GroupOfLocations
from ocpi.admin.app import read, reply
from ocpi.partners.directory import Directory
from ocpi.partners.groups import GroupStore, LocationGroup
from ocpi.process.clock import Clock
from ocpi.registration.named import NotNow, UnknownPartner
from schemas.kinds import PartyId

_PATH: Final = "/location-groups/{cpo}/{name}"


class _Named(BaseModel):
    name: GroupName


class GroupRoutes:
    def __init__(self, groups: GroupStore, directory: Directory, clock: Clock) -> None:
        self._groups = groups
        self._directory = directory
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/location-groups", self._list),
            web.post(_PATH, self._set),
            web.delete(_PATH, self._remove),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([_shown(group) for group in self._directory.groups() if group.locations])

    async def _set(self, request: web.Request) -> web.Response:
        cpo, name = _group(request)
        wanted = GroupOfLocations.model_validate(await read(request))
        await self._groups.set(cpo, name, wanted.locations)
        await self._directory.refresh()
        return reply(_shown(self._known(cpo, name)))

    async def _remove(self, request: web.Request) -> web.Response:
        """Raises UnknownPartner, and NotNow while an agreement names the group: it would hide everything."""
        cpo, name = _group(request)
        await self._directory.refresh()
        self._known(cpo, name)
        if users := self._users(cpo, name):
            raise NotNow(f"the group {name!r} is in the terms with {', '.join(users)}")
        await self._groups.set(cpo, name, ())
        await self._directory.refresh()
        return reply({"cpo": str(cpo), "name": name})

    def _known(self, cpo: PartyId, name: str) -> LocationGroup:
        for group in self._directory.groups():
            if (group.cpo, group.name) == (cpo, name) and group.locations:
                return group
        raise UnknownPartner(f"{cpo} has no group of locations named {name!r}")

    def _users(self, cpo: PartyId, name: str) -> list[str]:
        today = self._clock.now().date()
        going_on = (
            each
            for each in self._directory.agreements_of(cpo)
            if each.cpo == cpo and (each.last_day is None or today <= each.last_day)
        )
        return [str(each.emsp) for each in going_on if name in (each.terms.location_groups or ())]


def _group(request: web.Request) -> tuple[PartyId, str]:
    """Raises ValueError."""
    named = _Named(name=request.match_info["name"])
    return PartyId.parse(request.match_info["cpo"]), named.name


def _shown(group: LocationGroup) -> dict[str, Any]:
    return {"cpo": str(group.cpo), "name": group.name, "locations": list(group.written)}
