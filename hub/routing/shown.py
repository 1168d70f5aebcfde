"""What the terms of an agreement say about one request: what it names may not be shown, or not be used.

What is hidden is as if it were not there. A card that may not be used, since its issuer's agreement with the
CPO has ended or leaves this location out, is answered for by the hub: not allowed. It tells nothing of the
card that the asker did not bring.
Spec: 2.3.0 mod_tokens, AllowedType (NOT_ALLOWED); mod_commands; transport_and_format, GET All via Hubs.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from hub.routing.retelling import with_data
from ocpi.delivery.parting import SHOWN
from ocpi.errors import UnknownLocation, UnknownObject, UnknownReceiver
from ocpi.objects.address import address_in
from ocpi.objects.kinds import BY_MODULE
from ocpi.partners.directory import Directory
from ocpi.server.call import Answer, Call
from ocpi.versions import messages
from ocpi.wire import envelope
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import CPO, Side
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.enums import AllowedType, TokenType, WhitelistType
from schemas.v2_3_0.tokens import AuthorizationInfo, Token

_PLACED: Final = "location_id"


def may_authorize(directory: Directory, call: Call, cpo: PartyId, issuer: PartyId) -> bool:
    """Whether cards of the issuer may be used now at the CPO, and where this one is held against a reader."""
    is_agreed = directory.agreed(cpo, CPO, issuer, call.module)
    return is_agreed and not _hides_place(directory, issuer, cpo, call)


def check_shown(directory: Directory, call: Call, party: PartyId, to: PartyId) -> None:
    """Raises UnknownObject, UnknownLocation for what `to` has and the terms do not show to `party`."""
    if call.module == "commands" and _hides_place(directory, party, to, call):
        raise UnknownLocation(f"there is no location {_place(call)!r} for {party}")
    if (call.module, call.side) != ("locations", Side.SENDER) or not call.rest:
        return
    if directory.hides(party, ObjectKey(ObjectKind.LOCATION, to, call.rest[0])):
        raise UnknownObject(f"there is no location {call.rest[0]!r}")


def check_tellable(directory: Directory, call: Call, party: PartyId, to: PartyId) -> None:
    """Raises UnknownReceiver where the terms do not let `to` see what is pushed to it alone."""
    kind = BY_MODULE[call.module]
    if kind not in SHOWN:
        return
    key = address_in(kind, call.rest, call.query).key
    if directory.hides(to, replace(key, owner=party)):
        raise UnknownReceiver(f"{party} and {to} have no agreement on this {kind.lower()}")


def narrowed(directory: Directory, call: Call, party: PartyId, to: PartyId, answer: Answer) -> Answer:
    """The answer of `to` to a question for a list, without what the terms do not show to `party`.

    How many there are in all stays as it is: the far side counts what it has.
    """
    kind = BY_MODULE.get(call.module)
    is_list = call.method == "GET" and call.side is Side.SENDER and not call.rest
    only = directory.only(party, kind, to) if kind is not None and is_list else None
    if only is None or answer.relayed is None:
        return answer
    return replace(answer, relayed=_with_only(answer.relayed, only))


def not_allowed(call: Call, cpo: PartyId, issuer: PartyId, now: datetime) -> Answer:
    """The answer to an authorization, in the version of the asker."""
    token = Token.model_validate(
        {
            "country_code": issuer.country_code,
            "party_id": issuer.party_id,
            "uid": call.rest[0],
            "type": call.query.get("type", TokenType.RFID),
            "contract_id": call.rest[0],
            "issuer": str(issuer),
            "valid": False,
            "whitelist": WhitelistType.NEVER,
            "last_updated": now,
        }
    )
    refusal = AuthorizationInfo(allowed=AllowedType.NOT_ALLOWED, token=token)
    data = messages.down(AuthorizationInfo, refusal, call.version, Context(owner=issuer))
    text = f"{issuer} has no agreement with {cpo} for this"
    return Answer(data, message=text, routing=Routing(to=cpo, sender=issuer))


def _place(call: Call) -> str | None:
    """The location that a body names."""
    named = call.json_object().get(_PLACED) if call.body.strip() else None
    return named if isinstance(named, str) else None


def _hides_place(directory: Directory, viewer: PartyId, cpo: PartyId, call: Call) -> bool:
    """The body is read only if the terms name locations."""
    only = directory.only(viewer, ObjectKind.LOCATION, cpo)
    place = None if only is None else _place(call)
    return only is not None and place is not None and place.lower() not in only


def _with_only(body: bytes, only: frozenset[str]) -> bytes:
    answer = envelope.read(body)
    if answer.data is None or not answer.data.strip().startswith(b"["):
        return body
    members = (each for each in envelope.members(answer.data) if _id_of(each) in only)
    return with_data(body, envelope.json_list(members))


def _id_of(member: bytes) -> str | None:
    value = envelope.decoded(member)
    return str(value.get("id")).lower() if isinstance(value, dict) else None
