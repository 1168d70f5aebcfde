"""Who asks, in which role, and with whom it may deal: the party checks of a hub.

A token authenticates a platform; the FROM party must be one of the platform's own, in a role from which this
side of the module is called; and so must be whoever a URL or a body names as the owner. A hub of 2.2.1
names nobody behind it, so it speaks for whoever is not connected here. Between the two ends there must be an
agreement.
Spec: 2.3.0 transport_and_format, Message Routing Headers; credentials of 2.2.1, Hub.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ocpi.errors import InvalidParameters, NotOwner, NotRoutable, UnknownReceiver
from ocpi.objects.address import owner_in
from ocpi.partners.directory import Directory
from ocpi.partners.reading import Reading
from ocpi.server.call import Call
from ocpi.wire.interfaces import EMSP, OTHER, SCSP, Side, calling_roles, end_of, opposite, serving_roles
from schemas.kinds import PartyId

_CHARGES: Final = frozenset({"sessions", "cdrs"})


def calling_party(directory: Directory, call: Call, hub: PartyId) -> PartyId:
    """Raises NotRoutable when FROM is missing and cannot be inferred, or is somebody else's."""
    if call.admitted.reading is not None:
        return _reading_party(call, call.admitted.reading, hub)
    partner, roles = call.admitted.partner, _asking_roles(call, hub)
    own = list(dict.fromkeys(each.party for each in partner.roles if each.role in roles))
    party, named = call.routing.sender, " or ".join(roles)
    if party is None and len(own) == 1:
        return own[0]
    if party is None:
        raise NotRoutable(f"OCPI-from headers are needed: {partner.name} has {len(own)} parties as {named}")
    is_behind = partner.names_nobody and not directory.is_connected(party)
    if party not in own and not is_behind:
        raise NotRoutable(f"{partner.name} does not speak for {party} as {named}")
    return party


def asking_whom(call: Call, hub: PartyId) -> PartyId | None:
    """TO; a token that only reads is for what the hub keeps, without any headers."""
    return call.routing.to if call.admitted.reading is None else hub


def _reading_party(call: Call, reading: Reading, hub: PartyId) -> PartyId:
    """Raises NotRoutable where headers say something else than the token."""
    if call.routing.to not in (None, hub) or call.routing.sender not in (None, reading.party):
        text = f"this token reads what the hub keeps for {reading.party}: leave routing headers out"
        raise NotRoutable(text)
    return reading.party


def _asking_roles(call: Call, hub: PartyId) -> Sequence[str]:
    """What the hub keeps of charges, both of their ends may ask it for."""
    roles = calling_roles(call.module, call.side)
    if call.module not in _CHARGES or call.routing.to != hub or call.side is not Side.SENDER:
        return roles
    return (*roles, *serving_roles(call.module, call.side))


def receiving_roles(call: Call, party: PartyId) -> Sequence[str]:
    """Who serves what `party` calls, at the other end of its agreements: bills are discussed both ways."""
    ends = {opposite(end) for end in _ends(call, party)}
    return [role for role in serving_roles(call.module, call.side) if end_of(role) in ends]


def check_named(call: Call, party: PartyId) -> None:
    """Whoever speaks to the receiver side of a module is the owner of what it speaks about: it changes, and
    reads there, nothing of others. Raises NotOwner, InvalidParameters, UnknownObject.
    """
    if call.side is not Side.RECEIVER:
        return
    if "party_id" in call.path:
        check_owner(party, owner_in(call.rest))
    if call.module == "invoicereconciliation" and call.body.strip():
        _check_owner_in(call.json_object(), party)


def _check_owner_in(value: Mapping[str, Any], party: PartyId) -> None:
    """What names nobody is for the receiver to judge."""
    if "party_id" in value and not _names(value, party):
        raise InvalidParameters(f"this is no object of {party}", pointer="/party_id")


def check_card(directory: Directory, call: Call, to: PartyId) -> None:
    """An issuer is told of sessions with its own cards; those who steer charging, of any. A part of a session
    need not name the card. Bills are judged as a whole, and kept apart. Raises InvalidParameters.
    """
    card = call.json_object().get("cdr_token") if call.module == "sessions" else None
    if isinstance(card, dict) and not may_hear_of(directory, to, card):
        raise InvalidParameters(f"this is no card of {to}", pointer="/cdr_token/party_id")


def may_hear_of(directory: Directory, to: PartyId, card: Mapping[str, Any]) -> bool:
    """Whether a charge with this card may be told to that party."""
    steers_charging = directory.speaker(to, EMSP) is None and directory.speaker(to, SCSP, OTHER) is not None
    return steers_charging or _names(card, to)


def _names(value: Mapping[str, Any], party: PartyId) -> bool:
    """Whether an object says that it is this party's."""
    said = value.get("country_code"), value.get("party_id")
    return tuple(str(each).upper() for each in said) == (party.country_code, party.party_id)


def check_owner(party: PartyId, owner: PartyId) -> None:
    if party != owner:
        raise NotOwner(f"{party} cannot change an object of {owner}")


def check_agreement(
    directory: Directory, call: Call, party: PartyId, to: PartyId, began: datetime | None = None
) -> None:
    """Raises UnknownReceiver, in the same words whether or not `to` is known here.

    What `began` while there was an agreement may be told to its end: the bill of a charge comes after it.
    """
    for end in _ends(call, party):
        holds = directory.agreed_since(party, end, to, began) if began else directory.agreed(party, end, to)
        if holds:
            return
    raise UnknownReceiver(f"{party} and {to} have no agreement")


def _ends(call: Call, party: PartyId) -> set[str]:
    """At which ends of an agreement the party may stand that calls this."""
    roles = calling_roles(call.module, call.side)
    own = {each.role for each in call.admitted.partner.roles if each.party == party}
    return {end_of(role) for role in roles if role in own} or {end_of(role) for role in roles}
