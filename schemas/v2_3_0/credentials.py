"""Credentials: who a platform is and how to reach it. Spec: 2.3.0 credentials."""

from schemas.base import OcpiModel
from schemas.strings import CiString5, CountryCode, PartyCode, TokenText, Url
from schemas.types import AtLeastOne
from schemas.v2_3_0.business import BusinessDetails
from schemas.v2_3_0.enums import Role

__all__ = ["BusinessDetails", "Credentials", "CredentialsRole"]


class CredentialsRole(OcpiModel):
    role: Role
    business_details: BusinessDetails
    party_id: PartyCode
    country_code: CountryCode


class Credentials(OcpiModel):
    """`token` is the secret itself, never its Base64 form.

    `hub_party_id` (country and party code in one, `NLHUB`) says that the platform routes.
    """

    token: TokenText
    url: Url
    hub_party_id: CiString5 | None = None
    roles: AtLeastOne[CredentialsRole]
