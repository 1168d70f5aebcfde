"""Token, and the eMSP's answer that does not repeat it. Spec: 2.1.1 mod_tokens."""

from schemas.base import OcpiModel
from schemas.strings import Language, String36, String39, String64
from schemas.types import Boolean, DateTime, DisplayText, Many
from schemas.v2_3_0.enums import AllowedType, TokenType, WhitelistType


class Token(OcpiModel):
    uid: String36
    type: TokenType
    auth_id: String36
    visual_number: String64 | None = None
    issuer: String64
    valid: Boolean
    whitelist: WhitelistType
    language: Language | None = None
    last_updated: DateTime


class LocationReferences(OcpiModel):
    location_id: String39
    evse_uids: Many[String39] = ()
    connector_ids: Many[String36] = ()


class AuthorizationInfo(OcpiModel):
    allowed: AllowedType
    location: LocationReferences | None = None
    info: DisplayText | None = None
