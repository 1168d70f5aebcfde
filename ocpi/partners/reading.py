"""Somebody who only reads: a finance office that runs no OCPI platform and pulls its bills with a token.

The token stands for one party and some modules, opens lists and nothing else, and ends.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from ocpi.partners.model import Partner, PartnerState
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId


@dataclass(frozen=True, slots=True)
class Reading:
    """`name` is the operator's own for the token."""

    name: str
    party: PartyId
    modules: frozenset[str]


Readers = Callable[[CredentialsToken, bool], Awaitable[Reading | None]]
"""Whose token this is, if it is good; with True only if it was seen to be good before."""


async def no_readers(_: CredentialsToken, __: bool) -> Reading | None:  # noqa: FBT001 - as Readers has it
    """For a platform that hands out no such tokens."""
    return None


def as_partner(reading: Reading, at: datetime) -> Partner:
    """A platform without a connection and without roles: it can be told something, and nothing else."""
    return Partner(
        name=f"access {reading.name}",
        state=PartnerState.REGISTERED,
        allowed_roles=frozenset(),
        connection=None,
        created_at=at,
    )
