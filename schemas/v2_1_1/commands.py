"""Commands, and one class for both answer and result. Spec: 2.1.1 mod_commands."""

from schemas.base import OcpiModel
from schemas.strings import String36, String39, Url
from schemas.types import DateTime, Integer
from schemas.v2_1_1.enums import CommandResponseType
from schemas.v2_1_1.tokens import Token


class ReserveNow(OcpiModel):
    response_url: Url
    token: Token
    expiry_date: DateTime
    reservation_id: Integer
    location_id: String39
    evse_uid: String39 | None = None


class StartSession(OcpiModel):
    response_url: Url
    token: Token
    location_id: String39
    evse_uid: String39 | None = None


class StopSession(OcpiModel):
    response_url: Url
    session_id: String36


class UnlockConnector(OcpiModel):
    response_url: Url
    location_id: String39
    evse_uid: String39
    connector_id: String36


class CommandResponse(OcpiModel):
    result: CommandResponseType
