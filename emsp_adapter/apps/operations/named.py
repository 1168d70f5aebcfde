"""What an address of the API names: something of a CPO, by the id that it has there."""

from http import HTTPStatus
from typing import Annotated

from pydantic import Field

from emsp_adapter.apps.operation import Asked, Parameters
from emsp_adapter.apps.values import Id, Party
from emsp_adapter.apps.visible import Visible
from ocpi.objects.record import Record
from schemas.kinds import ObjectKind


class Named(Parameters):
    id: Id


class NamedSession(Named):
    id: Annotated[Id, Field(examples=["S1"])]


class OfCpo(Parameters):
    """`cpo` is needed where several have something of this id."""

    cpo: Party | None = None


def no_such(what: str) -> dict[HTTPStatus, str]:
    """What the document says of addresses that name nothing, or too much."""
    return {
        HTTPStatus.NOT_FOUND: f"No such {what}, or not for this key.",
        HTTPStatus.CONFLICT: "Several CPOs have one of this id: `cpo` tells which is meant.",
    }


async def named(kind: ObjectKind, asked: Asked, visible: Visible) -> Record:
    """Raises Refused: 404, 409."""
    return await visible.one(kind, asked.path(Named).id, asked.query(OfCpo).cpo, asked.bound)
