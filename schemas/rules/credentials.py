"""Credentials. Spec: credentials, CredentialsRole; cases C-020, C-021."""

from collections.abc import Iterator

from schemas.rules.rule import Rules, repeated
from schemas.v2_2_1 import credentials as credentials_2_2_1
from schemas.v2_3_0.credentials import Credentials
from schemas.validation import Violation

rules = Rules()

_COUNTRY_AND_PARTY = 5


@rules.about(Credentials, credentials_2_2_1.Credentials)
def roles_are_unique(credentials: Credentials | credentials_2_2_1.Credentials) -> Iterator[Violation]:
    roles = ((role.role, role.country_code, role.party_id) for role in credentials.roles)
    for index, _ in repeated(roles):
        yield Violation(f"/roles/{index}", "unique", "repeats a role of the same party")


@rules.about(Credentials)
def a_hub_has_country_and_party(credentials: Credentials) -> Iterator[Violation]:
    if credentials.hub_party_id is not None and len(credentials.hub_party_id) < _COUNTRY_AND_PARTY:
        yield Violation("/hub_party_id", "length", "must be a country code and a party code, 5 characters")
