"""What a token's whitelist type says: decide here, or ask its issuer. Pure.

Spec: 2.3.0 mod_tokens, WhitelistType, AllowedType. A token that is not valid and need not be asked about is
refused here, although the text for ALWAYS could be read otherwise.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from schemas.v2_3_0.enums import AllowedType, WhitelistType
from schemas.v2_3_0.tokens import Token


class Decision(Enum):
    YES = "let it charge without asking"
    NO = "refuse it without asking"
    ASK = "only its issuer can say"
    ASK_ELSE_YES = "ask, and let it charge when the issuer cannot be reached"


def decide(token: Token | None) -> Decision:
    """`token` is None for a card that no issuer has told us of."""
    if token is None or token.whitelist is WhitelistType.NEVER:
        return Decision.ASK
    if token.whitelist is WhitelistType.ALLOWED_OFFLINE:
        return Decision.ASK_ELSE_YES if token.valid else Decision.ASK
    return Decision.YES if token.valid else Decision.NO


_STATUS: Final = {
    AllowedType.ALLOWED: CardStatus.ACCEPTED,
    AllowedType.BLOCKED: CardStatus.BLOCKED,
    AllowedType.EXPIRED: CardStatus.EXPIRED,
    AllowedType.NO_CREDIT: CardStatus.NO_CREDIT,
    AllowedType.NOT_ALLOWED: CardStatus.NOT_HERE,
}


def status_of(allowed: AllowedType) -> CardStatus:
    """What a station is told of it. NOT_ALLOWED is about the place that was asked about."""
    return _STATUS[allowed]


_REMEMBERED: Final = timedelta(hours=24)
_REMEMBERED_BRIEFLY: Final = timedelta(minutes=15)


def accepted(token: Token, at: datetime) -> CardAnswer:
    """A yes that a station may remember for as long as the issuer would want it to.

    Stations keep what they were told and stop asking: a card that has to be asked about each time would
    otherwise be asked about once.
    """
    is_asked = token.whitelist is WhitelistType.NEVER
    expires = at + (_REMEMBERED_BRIEFLY if is_asked else _REMEMBERED)
    return CardAnswer(CardStatus.ACCEPTED, expires, str(token.group_id) if token.group_id else None)


def spellings(uid: str) -> tuple[str, ...]:
    """How an issuer may have written what a reader spells `04:A2-2b 11`; letter case does not matter here."""
    plain = _plain(uid)
    return (uid,) if plain in (uid, "") else (uid, plain)


def bare(uid: str) -> str:
    """The same for all spellings of one card."""
    return _plain(uid).casefold()


def _plain(uid: str) -> str:
    return "".join(character for character in uid if character not in " :-")
