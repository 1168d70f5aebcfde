"""What may be kept of a message: no credential at all, and of a card only its pseudonym.

By the names of fields, because a body is known by them alone. Signed meter values and receipts of payment
cards are left out, for they repeat the card in a form that nobody can look into. What is left may hold the
card in a text: it is looked for there.
"""

from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from ocpi.process.redaction import REDACTED, is_secret
from ocpi.recorder.cards import CARD_NAMES, card, masking
from ocpi.recorder.reading import LARGEST, UNREADABLE, read
from schemas import codec

LONGEST: Final = 8 * 1024
CUT: Final = "… [cut]"
LEFT_OUT: Final = "[left out]"
_SIGNED: Final = frozenset({"signed_data", "plain_data", "eft_data"})
_OF_EVSES: Final = ("connectors", "evse_id", "status")


@lru_cache(maxsize=128)
def kept_body(body: bytes, cards: frozenset[str]) -> str | None:
    """None for what is no JSON, or too large. Remembered for a moment: what is relayed comes twice."""
    if not body or len(body) > LARGEST:
        return None
    try:
        text = codec.encode(_kept(read(body))).decode()
    except UNREADABLE:
        return None
    text = masking(cards)(text)
    return text if len(text) <= LONGEST else text[:LONGEST] + CUT


def kept_url(url: str, cards: frozenset[str]) -> str:
    address, _, query = url.partition("?")
    folded = {each.lower() for each in cards}
    path = "/".join(_part(raw, folded) for raw in address.split("/")) if folded else address
    return f"{path}?{'&'.join(_parameter(pair, folded) for pair in query.split('&'))}" if query else path


def _part(raw: str, cards: set[str]) -> str:
    text = unquote(raw) if "%" in raw else raw
    return card(text) if text.lower() in cards else raw


def _parameter(pair: str, cards: set[str]) -> str:
    name, _, value = pair.partition("=")
    match _care(unquote(name)):
        case _Care.SECRET:
            return f"{name}={REDACTED}"
        case _Care.CARD:
            return f"{name}={card(unquote(value))}"
        case _:
            return f"{name}={_part(value, cards)}"


def _kept(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return _kept_object(value)
    if isinstance(value, list):
        return [_kept(each, name) for each in value]
    is_told = value is None or isinstance(value, bool)
    return value if is_told else _kept_scalar(value, _care(name))


def _kept_scalar(value: Any, care: "_Care") -> Any:
    if care is _Care.SECRET:
        return REDACTED
    if care is _Care.NONE or not isinstance(value, str) or not value:
        return value
    return card(value) if care is _Care.CARD else LEFT_OUT


def _kept_object(value: dict[str, Any]) -> dict[str, Any]:
    told = {name: _kept(each, name) for name, each in value.items()}
    if "uid" in value and isinstance(value["uid"], str) and any(each in value for each in _OF_EVSES):
        told["uid"] = value["uid"]
    return told


class _Care(Enum):
    """What a scalar of some name needs."""

    NONE = auto()
    SECRET = auto()
    CARD = auto()
    SIGNED = auto()


@lru_cache(maxsize=2048)
def _care(name: str) -> _Care:
    if is_secret(name):
        return _Care.SECRET
    if name in CARD_NAMES:
        return _Care.CARD
    return _Care.SIGNED if name in _SIGNED else _Care.NONE
