"""Who asks, in which role, and with whom it may deal: the party checks of a hub.

A token authenticates a platform; the FROM party must be one of the platform's own, in the role from
which this side of the module is called. Between the two ends there must be an agreement.
Spec: 2.3.0 transport_and_format, Message Routing Headers.
"""

from datetime import datetime

from ocpi.errors import NotOwner, NotRoutable, UnknownReceiver
from ocpi.partners.directory import Directory, calling_role
from ocpi.server.call import Call
from schemas.kinds import PartyId


def calling_party(call: Call) -> PartyId:
    """Raises NotRoutable when FROM is missing and cannot be inferred, or is somebody else's."""
    partner = call.admitted.partner
    role = calling_role(call.module, call.side)
    own = [each.party for each in partner.roles if each.role == role]
    party = call.routing.sender
    if party is None and len(own) == 1:
        return own[0]
    if party is None:
        raise NotRoutable(f"OCPI-from headers are needed: {partner.name} has {len(own)} parties as {role}")
    if party not in own:
        raise NotRoutable(f"{partner.name} does not speak for {party} as {role}")
    return party


def check_owner(party: PartyId, owner: PartyId) -> None:
    if party != owner:
        raise NotOwner(f"{party} cannot change an object of {owner}")


def check_agreement(
    directory: Directory, call: Call, party: PartyId, to: PartyId, began: datetime | None = None
) -> None:
    """Raises UnknownReceiver, in the same words whether or not `to` is known here.

    What `began` while there was an agreement may be told to its end: the bill of a charge comes after it.
    """
    role = calling_role(call.module, call.side)
    holds = directory.agreed_since(party, role, to, began) if began else directory.agreed(party, role, to)
    if not holds:
        raise UnknownReceiver(f"{party} and {to} have no agreement")
