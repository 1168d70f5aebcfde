"""What the hub says of a card by itself, and what it leaves to the issuer. Pure.

The token that an issuer pushed is the whitelist; an answer is for one charge alone, and whitelists nothing. A
card that was good and is not any more has been blocked, and is refused whatever its whitelist type. One that
never was good is asked about where its type says so: some issuers tell cards only for their ids.
Spec: 2.3.0 mod_tokens, WhitelistType. Cases C-081 to C-085.
"""

from dataclasses import dataclass
from typing import Final

from schemas.v2_3_0.enums import AllowedType, WhitelistType

_ASKED_ABOUT: Final = frozenset({WhitelistType.NEVER, WhitelistType.ALLOWED_OFFLINE})


@dataclass(frozen=True, slots=True)
class Told:
    """What the issuer told of the card. `was_valid`: an earlier state of it was good."""

    whitelist: WhitelistType
    valid: bool
    was_valid: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Without asking anybody."""

    allowed: AllowedType


@dataclass(frozen=True, slots=True)
class Ask:
    """`otherwise` is said when the issuer cannot be reached; None: that it cannot be reached."""

    otherwise: AllowedType | None = None


def decide(told: Told | None) -> Say | Ask:
    """`told` is None for a card of which its issuer has told nothing."""
    if told is None:
        return Ask()
    is_asked_about = told.whitelist in _ASKED_ABOUT
    if not told.valid:
        is_blocked = told.was_valid or not is_asked_about
        return Say(AllowedType.BLOCKED) if is_blocked else Ask(otherwise=AllowedType.BLOCKED)
    if not is_asked_about:
        return Say(AllowedType.ALLOWED)
    return Ask(AllowedType.ALLOWED if told.whitelist is WhitelistType.ALLOWED_OFFLINE else None)
