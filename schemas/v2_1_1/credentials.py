"""Credentials of one party in one role. Spec: 2.1.1 credentials."""

from schemas.base import OcpiModel
from schemas.strings import Country2, String3, TokenText, Url
from schemas.v2_3_0.business import BusinessDetails


class Credentials(OcpiModel):
    token: TokenText
    url: Url
    business_details: BusinessDetails
    party_id: String3
    country_code: Country2
