"""What the issuers that were asked openly said: whose card it is. Pure.

Whoever says anything of a card but that it is unknown claims it, also by refusing it. Who wants to know first
where the card is (2002) may know it, and counts where nobody claims it.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization); status_codes. Case C-088.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Final

from ocpi.errors import Unreadable
from ocpi.wire import envelope
from ocpi.wire.status import is_success
from schemas.kinds import PartyId

UNKNOWN_TOKEN: Final = 2004
_NOT_ENOUGH_INFORMATION: Final = 2002


class Claim(Enum):
    MINE = "the card is mine"
    PERHAPS = "tell me where it is"
    NOT_MINE = "I do not know it, or I do not say"


@dataclass(frozen=True, slots=True)
class Claimed:
    issuer: PartyId


@dataclass(frozen=True, slots=True)
class Contested:
    """Two cards cannot be told apart, or somebody claims what is another's."""

    issuers: tuple[PartyId, ...]


@dataclass(frozen=True, slots=True)
class Unclaimed:
    pass


def is_unknown(http: int, status_code: int) -> bool:
    return http == HTTPStatus.NOT_FOUND or status_code == UNKNOWN_TOKEN


def claim_of(http: int, status_code: int, body: bytes) -> Claim:
    """`body` is the whole envelope of the answer."""
    if is_unknown(http, status_code):
        return Claim.NOT_MINE
    if status_code == _NOT_ENOUGH_INFORMATION:
        return Claim.PERHAPS
    is_said = http < HTTPStatus.BAD_REQUEST and is_success(status_code) and _says_allowed(body)
    return Claim.MINE if is_said else Claim.NOT_MINE


def settle(claims: Mapping[PartyId, Claim]) -> Claimed | Contested | Unclaimed:
    mine = sorted(issuer for issuer, claim in claims.items() if claim is Claim.MINE)
    if len(mine) > 1:
        return Contested(tuple(mine))
    perhaps = mine or [issuer for issuer, claim in claims.items() if claim is Claim.PERHAPS]
    return Claimed(perhaps[0]) if len(perhaps) == 1 else Unclaimed()


def _says_allowed(body: bytes) -> bool:
    try:
        said = envelope.decoded(envelope.read(body).data)
    except Unreadable:
        return False
    return isinstance(said, dict) and isinstance(said.get("allowed"), str)
