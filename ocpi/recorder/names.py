"""The names in a body that is one object: read no deeper than they stand, and whatever their types are.

Spec: mod_sessions, mod_cdrs, mod_tokens and mod_commands of each version.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from ocpi.recorder.cards import CARD_NAMES


class Names(msgspec.Struct):
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


_reader: Final = msgspec.json.Decoder(Names)
NOTHING: Final = Names()


def names_in(body: bytes) -> Names:
    try:
        return _reader.decode(body) if body.lstrip()[:1] == b"{" else NOTHING
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return NOTHING


def cards_among(names: Names, module: str) -> Iterator[tuple[str, str]]:
    """Every name of a card, with the field that it stands in."""
    if names is NOTHING:
        return
    own = {"contract_id": names.contract_id, "auth_id": names.auth_id, "visual_number": names.visual_number}
    own["group_id"] = names.group_id
    if module == "tokens":
        own["uid"] = names.uid
    for token in (own, names.cdr_token, names.token):
        if isinstance(token, dict):
            for name in CARD_NAMES:
                if (text := token.get(name)) and isinstance(text, str):
                    yield name, text


def inner(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
