"""Commands and what becomes of them. Spec: 2.3.0 mod_commands.

The answer to a command (`CommandResponse`) says only whether it will be tried; the `CommandResult`
comes later, to `response_url`.
"""

from schemas.base import OcpiModel
from schemas.strings import CiString36, Url
from schemas.types import DateTime, DisplayText, Integer, Many
from schemas.v2_3_0.enums import CommandResponseType, CommandResultType
from schemas.v2_3_0.tokens import Token


class CancelReservation(OcpiModel):
    response_url: Url
    reservation_id: CiString36


class ReserveNow(OcpiModel):
    """`reservation_id` is unique for the eMSP only; the same one again replaces the reservation."""

    response_url: Url
    token: Token
    expiry_date: DateTime
    reservation_id: CiString36
    location_id: CiString36
    evse_uid: CiString36 | None = None
    authorization_reference: CiString36 | None = None


class StartSession(OcpiModel):
    """The token need not be known to the CPO, and is not validated by it."""

    response_url: Url
    token: Token
    location_id: CiString36
    evse_uid: CiString36 | None = None
    connector_id: CiString36 | None = None
    authorization_reference: CiString36 | None = None


class StopSession(OcpiModel):
    response_url: Url
    session_id: CiString36


class UnlockConnector(OcpiModel):
    response_url: Url
    location_id: CiString36
    evse_uid: CiString36
    connector_id: CiString36


class CommandResponse(OcpiModel):
    """After `timeout` seconds no result is to be expected any more."""

    result: CommandResponseType
    timeout: Integer
    message: Many[DisplayText] = ()


class CommandResult(OcpiModel):
    result: CommandResultType
    message: Many[DisplayText] = ()
