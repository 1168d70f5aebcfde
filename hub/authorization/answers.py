"""What the hub answers itself, from the token that the issuer told it, in the version of whoever asks.

It speaks in the issuer's place, and says so in the status message. There is no `authorization_reference`:
that would be the issuer's own. A whitelist knows no places, so a yes names those that were asked about.
Spec: 2.3.0 mod_tokens, AuthorizationInfo object. Cases C-086, C-087.
"""

from hub.authorization.card import Asked
from ocpi.objects.record import Record
from ocpi.server.call import Answer, Call
from ocpi.versions import messages
from ocpi.wire.headers import Routing
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.enums import AllowedType
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token


def from_store(asked: Asked, record: Record, allowed: AllowedType) -> Answer:
    """Raises ValidationError where the places that are asked about cannot be read."""
    issuer, call = record.key.owner, asked.call
    info = AuthorizationInfo(
        allowed=allowed,
        token=Token.model_validate(record.value()),
        location=_places(call, issuer) if allowed is AllowedType.ALLOWED else None,
    )
    return Answer(
        messages.down(AuthorizationInfo, info, call.version, _context(call, issuer)),
        message=f"the hub says so by the token that {issuer} told it",
        routing=Routing(to=asked.party, sender=issuer),
    )


def _places(call: Call, issuer: PartyId) -> LocationReferences | None:
    told = call.json_object() if call.body.strip() else {}
    return messages.up(LocationReferences, told, call.version, _context(call, issuer)) if told else None


def _context(call: Call, issuer: PartyId) -> Context:
    return Context(owner=issuer, policy=call.admitted.partner.translation)
