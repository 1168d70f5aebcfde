"""A command as the back office asks for it, checked before anything is looked up.

The CPO may be left out where the place, the session or the reservation is known here.
Spec: 2.3.0 mod_commands, Object description.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter

from ocpi.admin.bodies import Party, Request
from ocpi.objects.kinds import checked_id


def _id(written: str) -> str:
    return checked_id(written, "")


Id = Annotated[str, Field(min_length=1), AfterValidator(_id)]


class Card(Request):
    """One of our cards by uid and type, or, with a `contract_id`, one that is on no list: of an app, say."""

    uid: Id
    type: Annotated[str, Field(min_length=1, pattern=r"^[^/]+$")] = "RFID"
    contract_id: Id | None = None


class ToCpo(Request):
    cpo: Party | None = None


class Start(ToCpo):
    command: Literal["START_SESSION"]
    token: Card
    location_id: Id
    evse_uid: Id | None = None
    connector_id: Id | None = None


class Stop(ToCpo):
    command: Literal["STOP_SESSION"]
    session_id: Id


class Reserve(ToCpo):
    """A `reservation_id` of before replaces that reservation; a new one is given unless it is told."""

    command: Literal["RESERVE_NOW"]
    token: Card
    location_id: Id
    evse_uid: Id | None = None
    expiry_date: AwareDatetime
    reservation_id: Id | None = None


class Cancel(ToCpo):
    command: Literal["CANCEL_RESERVATION"]
    reservation_id: Id


class Unlock(ToCpo):
    """For support staff, when a driver's cable is stuck; never for an app."""

    command: Literal["UNLOCK_CONNECTOR"]
    location_id: Id
    evse_uid: Id
    connector_id: Id


Wanted: TypeAlias = Start | Stop | Reserve | Cancel | Unlock
WANTED: TypeAdapter[Wanted] = TypeAdapter(Annotated[Wanted, Field(discriminator="command")])
