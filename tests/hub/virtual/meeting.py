"""A CPO and an eMSP that each speak any version, at one hub; those of 2.1.1 by virtual registrations."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocpi.objects.kinds import MODELS
from ocpi.process.clock import Clock
from ocpi.process.mongo import Mongo
from ocpi.versions import messages
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.translation.registry import form_of
from schemas.v2_3_0.commands import CommandResponse, CommandResult
from schemas.v2_3_0.enums import VersionNumber
from simulators.partner import Heard, Reply, Request, SimulatedPartner
from tests.platforms import CPO, EMSP, HUB, Running, agree, connect, operate, running_hub

OLDEST = "2.1.1"
VERSIONS = ("2.1.1", "2.2.1", "2.3.0")
SENDER, RECEIVER = Side.SENDER, Side.RECEIVER
THERE, BACK = Routing(to=CPO, sender=EMSP), Routing(to=EMSP, sender=CPO)


@dataclass(frozen=True, slots=True)
class Meeting:
    hub: Running
    cpo: SimulatedPartner
    emsp: SimulatedPartner

    def from_cpo(self, kind: type[OcpiModel], model: OcpiModel, **facts: Any) -> bytes:
        return said(kind, model, self.cpo.version, CPO, **facts)

    def from_emsp(self, kind: type[OcpiModel], model: OcpiModel, **facts: Any) -> bytes:
        return said(kind, model, self.emsp.version, EMSP, **facts)

    async def publish(self, module: str, *path: str, body: bytes) -> Heard:
        """By the CPO for everybody, or in 2.1.1 for each that it is registered for."""
        return await self.cpo.call(
            "PUT", module, RECEIVER, *path, routing=Routing(to=HUB, sender=CPO), body=body
        )


def said(kind: type[OcpiModel], model: OcpiModel, version: str, owner: PartyId, **facts: Any) -> bytes:
    """An object of 2.3.0 in the words of somebody who speaks that version."""
    return messages.down(kind, model, VersionNumber(version), Context(owner=owner, **facts))


def read(kind: type[OcpiModel], value: Any, version: str) -> OcpiModel:
    """Checked to be what the version has for that kind. Raises ValidationError."""
    form = form_of(kind, VersionNumber(version))
    assert form is not None
    return form.model_validate(codec.decode(json.dumps(value).encode()))


@asynccontextmanager
async def meeting(
    mongo: Mongo, clock: Clock, folder: Path, cpo_speaks: str, emsp_speaks: str, **settings: Any
) -> AsyncIterator[Meeting]:
    async with (
        running_hub(mongo, clock, folder, **settings) as hub,
        SimulatedPartner(("CPO", CPO), versions=(cpo_speaks,)) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=(emsp_speaks,)) as emsp,
    ):
        await agree(hub)
        await come(hub, cpo, "the-cpo", "CPO")
        await come(hub, emsp, "the-emsp", "EMSP")
        yield Meeting(hub, cpo, emsp)


async def come(hub: Running, partner: SimulatedPartner, name: str, role: str) -> None:
    if partner.version != OLDEST:
        await connect(hub, partner, name, role)
        return
    (registration,) = await virtual(hub, name, partner.roles[0][1], role)
    await register(partner, registration)


async def virtual(hub: Running, name: str, party: PartyId, role: str, **more: Any) -> list[dict[str, Any]]:
    """All registrations of a partner of 2.1.1, by one request of the operator."""
    wanted = {"name": name, "party": str(party), "role": role, **more}
    told = await operate(hub, "/virtual-partners", wanted)
    registrations: list[dict[str, Any]] = told["registrations"]
    return registrations


async def register(partner: SimulatedPartner, registration: Mapping[str, Any]) -> None:
    heard = await partner.register(registration["versions_url"], CredentialsToken(registration["token"]))
    assert (heard.http, heard.status) == (201, 1000), heard.body


class Station:
    """A CPO that accepts every command, and tells a result to where it was asked to."""

    def __init__(self, meeting: Meeting) -> None:
        self.asked: list[Request] = []
        self._meeting = meeting
        meeting.cpo.answer("POST", "commands", RECEIVER, self._accept)

    def _accept(self, arrived: Request) -> Reply:
        self.asked.append(arrived)
        accepted = CommandResponse.model_validate({"result": "ACCEPTED", "timeout": 30})
        return Reply(raw=enveloped(self._meeting.from_cpo(CommandResponse, accepted)))

    async def tell(self, result: str) -> Heard:
        body = self._meeting.from_cpo(CommandResult, CommandResult.model_validate({"result": result}))
        cpo = self._meeting.cpo
        assert cpo.their_token is not None
        url = self.asked[-1].json()["response_url"]
        return await cpo.send("POST", url, cpo.their_token, body, BACK)


def enveloped(data: bytes, status: int = 1000) -> bytes:
    return b'{"data":%s,"status_code":%d,"timestamp":"2026-03-01T08:00:00Z"}' % (data, status)


KINDS = {kind.module: model for kind, model in MODELS.items()}
