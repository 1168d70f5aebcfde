"""Credentials without `hub_party_id`: a hub has the role HUB. Spec: 2.2.1 credentials."""

from schemas.base import OcpiModel
from schemas.strings import TokenText, Url
from schemas.types import AtLeastOne
from schemas.v2_3_0.credentials import CredentialsRole


class Credentials(OcpiModel):
    token: TokenText
    url: Url
    roles: AtLeastOne[CredentialsRole]
