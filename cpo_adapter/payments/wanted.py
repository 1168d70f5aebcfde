"""What the operator wants of a payment terminal provider, checked before anybody is asked."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ocpi.admin.bodies import Party, Request
from ocpi.objects.kinds import checked_id


def _id(written: str) -> str:
    return checked_id(written, "")


Id = Annotated[str, Field(min_length=1, max_length=36), AfterValidator(_id)]


class OfProvider(Request):
    ptp: Party


class OfTerminal(OfProvider):
    terminal_id: Id


class Assign(OfTerminal):
    """The terminal serves the union of both; nothing else than these from now on."""

    location_ids: tuple[Id, ...] = ()
    evse_uids: tuple[Id, ...] = ()


class Replace(OfProvider):
    """A whole Terminal; it is of now unless it says otherwise."""

    terminal: dict[str, Any]


class Activate(OfProvider):
    """Any fields of a Terminal, `terminal_id` only if it has one already."""

    terminal: dict[str, Any]
