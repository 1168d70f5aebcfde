"""Partners, for the operator: from invitation to leave, examinations, and a curl line."""

import shlex
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from aiohttp import web
from yarl import URL

from ocpi.admin.app import read, reply
from ocpi.admin.bodies import Approve, Curl, Invite, Register, SwitchVersion
from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection, Partner, PartyRole
from ocpi.registration.doctor.office import Doctor
from ocpi.registration.named import UnknownPartner
from ocpi.registration.rotation import Rotation
from ocpi.registration.service import Registration
from ocpi.wire import spelling
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from schemas.kinds import PartyId


class PartnerRoutes:
    def __init__(
        self, registration: Registration, rotation: Rotation, doctor: Doctor, directory: Directory
    ) -> None:
        self._registration = registration
        self._rotation = rotation
        self._doctor = doctor
        self._directory = directory

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/partners", self._list),
            web.post("/partners", self._register),
            web.post("/partners/invitations", self._invite),
            web.post("/partners/{name}/suspend", self._suspend),
            web.post("/partners/{name}/resume", self._resume),
            web.post("/partners/{name}/approve", self._approve),
            web.post("/partners/{name}/rotate", self._rotate),
            web.post("/partners/{name}/version", self._switch),
            web.get("/partners/{name}/doctor", self._examine),
            web.post("/partners/{name}/curl", self._curl),
            web.delete("/partners/{name}", self._leave),
            web.delete("/partners/{name}/invitation", self._revoke),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return reply([shown(partner) for partner in self._directory.partners()])

    async def _invite(self, request: web.Request) -> web.Response:
        wanted = Invite.model_validate(await read(request))
        token = await self._registration.invite(wanted.invited(), timedelta(seconds=wanted.lifetime_s))
        told = {
            "name": wanted.name,
            "versions_url": self._registration.versions_url,
            "token": token.reveal(),
            "lifetime_s": wanted.lifetime_s,
        }
        return reply(told, HTTPStatus.CREATED)

    async def _register(self, request: web.Request) -> web.Response:
        wanted = Register.model_validate(await read(request))
        token = CredentialsToken(wanted.token)
        partner = await self._registration.register(
            wanted.invited(), wanted.versions_url, token, wanted.version
        )
        return reply(shown(partner), HTTPStatus.CREATED)

    async def _suspend(self, request: web.Request) -> web.Response:
        return reply(shown(await self._registration.suspend(_name(request))))

    async def _resume(self, request: web.Request) -> web.Response:
        return reply(shown(await self._registration.resume(_name(request))))

    async def _approve(self, request: web.Request) -> web.Response:
        wanted = Approve.model_validate(await read(request))
        party = PartyId.parse(wanted.party)
        return reply(shown(await self._registration.approve(_name(request), wanted.role, party)))

    async def _rotate(self, request: web.Request) -> web.Response:
        return reply(shown(await self._rotation.rotate(_name(request))))

    async def _switch(self, request: web.Request) -> web.Response:
        wanted = SwitchVersion.model_validate(await read(request))
        return reply(shown(await self._rotation.switch(_name(request), wanted.version)))

    async def _revoke(self, request: web.Request) -> web.Response:
        await self._registration.revoke(_name(request))
        return reply({"name": _name(request)})

    async def _examine(self, request: web.Request) -> web.Response:
        findings = await self._doctor.examine(_name(request))
        return reply({"name": _name(request), "findings": [asdict(each) for each in findings]})

    async def _leave(self, request: web.Request) -> web.Response:
        """Ended here in any case; `trouble` says why the partner could not be told, if it could not."""
        return reply({"name": _name(request), "trouble": await self._registration.leave(_name(request))})

    async def _curl(self, request: web.Request) -> web.Response:
        """A line that calls the partner as we do. It holds our token there, so asking for it is logged."""
        wanted = Curl.model_validate(await read(request))
        partner = self._directory.partner(_name(request))
        if partner is None or partner.connection is None:
            raise UnknownPartner(f"the partner {_name(request)!r} is not registered")
        url = partner.connection.endpoint(wanted.module, wanted.side)
        if url is None:
            raise UnknownPartner(f"{partner.name} offers no {wanted.module} {wanted.side}")
        line = _curl_line(partner.connection, URL(url).with_query(wanted.query), wanted)
        return reply({"curl": line})


def _curl_line(connection: Connection, url: URL, wanted: Curl) -> str:
    routing = Routing(to=_party(wanted.to), sender=_party(wanted.sender))
    shown = spelling.authorization(connection.token, connection.quirks)
    headers = {"Authorization": shown, **routing.write()}
    words = [
        "curl",
        "-sS",
        *(word for name, value in headers.items() for word in ("-H", f"{name}: {value}")),
        str(spelling.url_for(url, connection.quirks)),
    ]
    return shlex.join(words)


def _party(written: str | None) -> PartyId | None:
    return None if written is None else PartyId.parse(written)


def _name(request: web.Request) -> str:
    return request.match_info["name"]


def shown(partner: Partner) -> dict[str, Any]:
    """What an operator sees of a partner; no token among it."""
    connection = partner.connection
    endpoints = connection.endpoints if connection else ()
    return {
        "name": partner.name,
        "state": partner.state,
        "allowed_roles": sorted(partner.allowed_roles),
        "allowed_parties": _parties(partner),
        "roles": _roles(partner.roles),
        "pending": _roles(partner.pending),
        "hub_party": str(partner.hub_party) if partner.hub_party else None,
        "version": connection.version if connection else None,
        "versions_url": connection.versions_url if connection else None,
        "modules": sorted(f"{each.module} {each.side}" for each in endpoints),
        "registered_at": partner.registered_at,
        "quirks": sorted(connection.quirks if connection else partner.quirks),
        "translation": asdict(partner.translation),
        "part_of": partner.part_of,
        "poses_as": f"{partner.pose.party} {partner.pose.role}" if partner.pose else None,
    }


def _roles(roles: Iterable[PartyRole]) -> list[dict[str, str]]:
    return [{"role": each.role, "party": str(each.party), "name": each.name} for each in roles]


def _parties(partner: Partner) -> list[str] | None:
    parties = partner.allowed_parties
    return None if parties is None else sorted(str(each) for each in parties)
