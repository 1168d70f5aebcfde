"""What a message is about, as names by which messages are found and joined to a story. Pure.

    correlation/…  request/…                      the ids of the message itself
    session/s1/FR*CPO  cdr/…  location/…          an object, its id in lower case before its owner
    card/…                                        a card, by its pseudonym
    authorization/a1/NL*MSP                       what the issuer called its yes
    callback/…                                    where the result of a command goes

Only a body that is one object is looked into, and no deeper than the names in it.
Spec: 2.3.0 mod_sessions, mod_cdrs, mod_tokens, mod_commands, mod_charging_profiles; 2.1.1 mod_cdrs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from yarl import URL

from ocpi.recorder.cards import card_name
from ocpi.recorder.facts import Facts
from ocpi.recorder.names import Names, cards_among, inner, names_in
from ocpi.wire.interfaces import Side
from schemas.kinds import ObjectKind, PartyId

JOINING: Final = ("correlation/", "session/", "cdr/", "authorization/", "callback/")
"""What messages of one story have in common; a card or a location has many stories."""
_KINDS: Final = {kind.module: kind for kind in ObjectKind if kind.module != "payments"}
_OWNED: Final = ("locations", "sessions", "cdrs", "tariffs")
_OWNER_AND_ID: Final = 3
_OF_WHOLE_OBJECTS: Final = (0, 1, _OWNER_AND_ID)
REMEMBERED: Final = 128


@dataclass(frozen=True, slots=True)
class About:
    """`cards` are the texts that tell whose card it is: they are in no record.

    A card is followed by its uid, which is what is held against a station.
    """

    keys: tuple[str, ...]
    cards: frozenset[str]


class _Matter(NamedTuple):
    """All of a message that its subject follows from."""

    module: str
    side: str | None
    method: str
    rest: tuple[str, ...]
    sender: PartyId | None
    to: PartyId | None
    response_url: str | None
    body: bytes
    data: bytes


def about(facts: Facts) -> About:
    slip = facts.slip
    own = (correlation_key(slip.correlation_id), f"request/{slip.request_id}")
    if not facts.has_readable_bodies:
        return About(own, frozenset())
    found = _about(
        _Matter(
            slip.module,
            slip.side,
            slip.method,
            facts.rest,
            facts.sender,
            facts.to,
            URL(slip.url, encoded=True).query.get("response_url") if "response_url=" in slip.url else None,
            slip.body,
            facts.data,
        )
    )
    return About(own + found.keys, found.cards)


@lru_cache(maxsize=REMEMBERED)
def _about(matter: _Matter) -> About:
    """Remembered for a moment: what is relayed comes twice."""
    asked, told = names_in(matter.body), names_in(matter.data)
    found = [*_in_path(matter), *_in_object(matter, asked), *_in_object(matter, told)]
    of = matter.module
    cards = [*_cards_in_path(matter), *cards_among(asked, of), *cards_among(told, of)]
    found.extend(card_key(text) for name, text in cards if name == "uid")
    return About(tuple(dict.fromkeys(found)), frozenset(text for _, text in cards))


def correlation_key(correlation_id: str) -> str:
    return f"correlation/{correlation_id}"


def object_key(kind: ObjectKind, owner: PartyId, written_id: str) -> str:
    return f"{kind.value}/{written_id.lower()}/{owner}"


def card_key(uid: str) -> str:
    return f"card/{card_name(uid)}"


def _in_path(matter: _Matter) -> Iterator[str]:
    """What the address names."""
    rest = matter.rest
    match matter.module, matter.side:
        case "commands" | "chargingprofiles", Side.SENDER if matter.method == "POST" and rest:
            yield f"callback/{rest[-1]}"
        case "chargingprofiles", Side.SENDER if rest:
            yield from _key(ObjectKind.SESSION, matter.sender, rest[0])
        case ("chargingprofiles", Side.RECEIVER) | ("sessions", Side.SENDER) if rest:
            yield from _key(ObjectKind.SESSION, matter.to, rest[0])
        case "locations" | "sessions" | "cdrs" | "tariffs", Side.RECEIVER if len(rest) >= _OWNER_AND_ID:
            yield from _key(_KINDS[matter.module], _party(*rest[:2]), rest[2])
        case "commands" | "chargingprofiles", None if rest and b'"response_url"' not in matter.body:
            yield f"callback/{rest[-1]}"  # a result, at an address that its partner wrote
        case _:
            pass
    yield from _callback(matter.response_url)


def _in_object(matter: _Matter, names: Names) -> Iterator[str]:
    if not names:
        return
    charging = _charging_party(matter, names)
    for kind, written_id in _ids(matter, names):
        if written_id is not None:
            yield from _key(kind, charging, written_id)
    yield from _authorization(matter, names)
    yield from _callback(names.get("response_url"))


def _ids(matter: _Matter, names: Names) -> Iterator[tuple[ObjectKind, Any]]:
    """Of what the charging party owns. In the address of a part, the id of the body is the part's."""
    if matter.module in _OWNED and matter.method != "PATCH" and len(matter.rest) in _OF_WHOLE_OBJECTS:
        yield _KINDS[matter.module], names.get("id")
    yield ObjectKind.SESSION, names.get("session_id")
    yield ObjectKind.CDR, names.get("credit_reference_id")
    yield ObjectKind.LOCATION, names.get("location_id")
    yield ObjectKind.LOCATION, inner(names.get("location"), "location_id")
    yield ObjectKind.LOCATION, inner(names.get("location"), "id")
    yield ObjectKind.LOCATION, inner(names.get("cdr_location"), "id")


def _authorization(matter: _Matter, names: Names) -> Iterator[str]:
    reference = names.get("authorization_reference")
    if isinstance(reference, str) and reference and (issuer := _issuer(matter, names)):
        yield f"authorization/{reference.lower()}/{issuer}"


def _charging_party(matter: _Matter, names: Names) -> PartyId | None:
    """The CPO: whoever owns sessions and bills, is commanded, and asks about cards."""
    if matter.module in ("commands", "chargingprofiles"):
        return matter.to if matter.side == Side.RECEIVER else matter.sender
    if matter.module == "tokens":
        return matter.sender
    named = _party(names.get("country_code"), names.get("party_id"))
    if named is None and len(matter.rest) >= _OWNER_AND_ID:
        named = _party(*matter.rest[:2])
    return named or matter.sender


def _issuer(matter: _Matter, names: Names) -> PartyId | None:
    for token in (names.get("cdr_token"), names.get("token")):
        named = _party(inner(token, "country_code"), inner(token, "party_id"))
        if named is not None:
            return named
    return matter.sender if matter.module == "commands" else matter.to


def _cards_in_path(matter: _Matter) -> Iterator[tuple[str, str]]:
    """Where the side is not known, the shape of the address tells."""
    if matter.module != "tokens" or not matter.rest:
        return
    if matter.side != Side.SENDER and len(matter.rest) >= _OWNER_AND_ID:
        yield "uid", matter.rest[2]
    elif matter.side != Side.RECEIVER:
        yield "uid", matter.rest[0]


def _key(kind: ObjectKind, owner: PartyId | None, written_id: Any) -> Iterator[str]:
    if owner is not None and isinstance(written_id, str) and written_id:
        yield object_key(kind, owner, written_id)


def _callback(written: Any) -> Iterator[str]:
    if isinstance(written, str) and (name := URL(written).name if _is_url(written) else ""):
        yield f"callback/{name}"


def _is_url(written: str) -> bool:
    try:
        return bool(URL(written).host)
    except ValueError:
        return False


def _party(country_code: Any, party_id: Any) -> PartyId | None:
    if not isinstance(country_code, str) or not isinstance(party_id, str):
        return None
    return _known_party(country_code, party_id)


@lru_cache(maxsize=4096)
def _known_party(country_code: str, party_id: str) -> PartyId | None:
    try:
        return PartyId(country_code, party_id)
    except ValueError:
        return None
