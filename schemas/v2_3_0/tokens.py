"""Token: what a driver identifies with, and the eMSP's answer about it. Spec: 2.3.0 mod_tokens."""

from schemas.base import OcpiModel
from schemas.strings import CiString36, CountryCode, Language, PartyCode, String64
from schemas.types import Boolean, DateTime, DisplayText, Many
from schemas.v2_3_0.enums import AllowedType, ProfileType, TokenType, WhitelistType


class EnergyContract(OcpiModel):
    supplier_name: String64
    contract_id: String64 | None = None


class Token(OcpiModel):
    """Known by uid and type together. Never deleted: `valid` turns false."""

    country_code: CountryCode
    party_id: PartyCode
    uid: CiString36
    type: TokenType
    contract_id: CiString36
    visual_number: String64 | None = None
    issuer: String64
    group_id: CiString36 | None = None
    valid: Boolean
    whitelist: WhitelistType
    language: Language | None = None
    default_profile_type: ProfileType | None = None
    energy_contract: EnergyContract | None = None
    last_updated: DateTime


class LocationReferences(OcpiModel):
    """Where a token is held against a reader; without EVSEs the whole Location is meant."""

    location_id: CiString36
    evse_uids: Many[CiString36] = ()


class AuthorizationInfo(OcpiModel):
    """`location` holds only those of the asked EVSEs at which charging is allowed."""

    allowed: AllowedType
    token: Token
    location: LocationReferences | None = None
    authorization_reference: CiString36 | None = None
    info: DisplayText | None = None
