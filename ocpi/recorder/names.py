"""The names in a body that is one object: read no deeper than they stand, and whatever their types are.

Spec: mod_sessions, mod_cdrs, mod_tokens and mod_commands of each version.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import msgspec

from ocpi.recorder.cards import CARD_NAMES
from ocpi.recorder.reading import LARGEST, UNREADABLE, read

_BESIDE_THE_UID: Final = tuple(name for name in CARD_NAMES if name != "uid")


class _Names(msgspec.Struct):
    id: Any = None
    uid: Any = None
    country_code: Any = None
    party_id: Any = None
    session_id: Any = None
    authorization_reference: Any = None
    location_id: Any = None
    location: Any = None
    cdr_location: Any = None
    cdr_token: Any = None
    token: Any = None
    contract_id: Any = None
    auth_id: Any = None
    visual_number: Any = None
    group_id: Any = None
    credit_reference_id: Any = None
    response_url: Any = None


Names: TypeAlias = Mapping[str, Any]
"""Empty where nothing is named."""
_reader: Final = msgspec.json.Decoder(_Names)
_NOTHING: Final[Names] = MappingProxyType({})


def names_in(body: bytes) -> Names:
    if body.lstrip()[:1] != b"{":
        return _NOTHING
    try:
        value = read(body) if len(body) <= LARGEST else _skimmed(body)
    except UNREADABLE:
        return _skimmed(body)
    return value if isinstance(value, dict) else _NOTHING


def _skimmed(body: bytes) -> Names:
    """Only the names are read, of a body that is large or odd beside them."""
    try:
        return msgspec.structs.asdict(_reader.decode(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _NOTHING


def cards_among(names: Names, module: str) -> Iterator[tuple[str, str]]:
    """Every name of a card, with the field that it stands in."""
    own = {name: names.get(name) for name in (CARD_NAMES if module == "tokens" else _BESIDE_THE_UID)}
    for token in (own, names.get("cdr_token"), names.get("token")) if names else ():
        if isinstance(token, dict):
            for name in CARD_NAMES:
                if (text := token.get(name)) and isinstance(text, str):
                    yield name, text


def inner(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
