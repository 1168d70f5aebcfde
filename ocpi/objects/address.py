"""Where a push goes: `{country_code}/{party_id}/{id}`, and what may follow inside a Location.

Spec: 2.3.0 transport_and_format, Client Owned Object push; mod_locations, Receiver Interface.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.errors import UnknownObject
from ocpi.objects.kinds import checked_id, token_key
from schemas.kinds import ObjectKey, ObjectKind, PartyId

OBJECT_PATH: Final = "/{country_code}/{party_id}/{id}"
"""As routes name it, behind the address of a module."""
_OWNER_AND_ID: Final = 3
_EVSE_AND_CONNECTOR: Final = 2


@dataclass(frozen=True, slots=True)
class Address:
    """The object that a URL names, the part of it, and the one party that it was meant for, if any."""

    key: ObjectKey
    part: Sequence[str] = ()
    audience: PartyId | None = None


def address_in(
    kind: ObjectKind, rest: Sequence[str], query: Mapping[str, str], audience: PartyId | None = None
) -> Address:
    """`rest` is what followed the URL of the module. Raises UnknownObject, InvalidParameters."""
    longest = _OWNER_AND_ID + (_EVSE_AND_CONNECTOR if kind is ObjectKind.LOCATION else 0)
    if not _OWNER_AND_ID <= len(rest) <= longest:
        raise UnknownObject("the URL of an object is {country_code}/{party_id}/{id}")
    owner, name = owner_in(rest), rest[2]
    if kind is ObjectKind.TOKEN:
        return Address(token_key(owner, name, query.get("type", "RFID")), (), audience)
    return Address(ObjectKey(kind, owner, checked_id(name, "/id")), rest[_OWNER_AND_ID:], audience)


def owner_in(rest: Sequence[str]) -> PartyId:
    """The party that stands first in the URL of an object. Raises UnknownObject."""
    try:
        return PartyId(*rest[:2])
    except ValueError as error:
        raise UnknownObject(f"the URL names no party: {error}") from error
