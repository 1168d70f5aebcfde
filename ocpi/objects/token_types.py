"""The type of a token in a request of 2.1.1: no address tells it, only the token and what is kept of it.

Spec: 2.1.1 mod_tokens, CPO Interface; 2.2.1 has the query parameter `type`.
"""

from typing import Final

from ocpi.objects.address import address_in
from ocpi.objects.store import ObjectStore
from ocpi.server.call import Call
from schemas.kinds import ObjectKind, PartyId

_USUAL: Final = "RFID"
_TYPES: Final = (_USUAL, "OTHER")


async def token_type(store: ObjectStore, call: Call, audience: PartyId | None = None) -> str:
    """Of the token that is pushed or asked for; RFID where nothing is known."""
    if call.method == "PUT":
        return str(call.json_object().get("type") or _USUAL)
    keys = [address_in(ObjectKind.TOKEN, call.rest, {"type": each}).key for each in _TYPES]
    held = [await store.get(key, audience) for key in keys]
    return next((kind for kind, each in zip(_TYPES, held, strict=True) if each is not None), _USUAL)
