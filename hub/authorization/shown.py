"""An issuer reads its own card at the hub, and in the status message which CPOs do not know it like that yet.

A hub has no such module of its own: a GET of the receiver's object that names no receiver is answered from
what the hub holds.
Spec: 2.3.0 mod_tokens, Receiver Interface, GET method; transport_and_format, Open routing.
"""

from collections.abc import Sequence
from typing import Final

from hub.authorization.known import Knowledge, Standing, State
from ocpi.objects.address import address_in
from ocpi.objects.facts import Facts
from ocpi.objects.telling import told_part
from ocpi.server.call import Answer, Call
from ocpi.wire.headers import Routing
from schemas.kinds import ObjectKind, PartyId

_MOST_NAMED: Final = 20


class ShownCards:
    def __init__(self, *, hub: PartyId, knowledge: Knowledge, facts: Facts) -> None:
        self._hub = hub
        self._knowledge = knowledge
        self._facts = facts

    async def card(self, call: Call, party: PartyId) -> Answer:
        """Of the party itself, as the router has checked. Raises UnknownObject."""
        key = address_in(ObjectKind.TOKEN, call.rest, call.query).key
        held, standings = await self._knowledge.of(key)
        body = await told_part(self._facts, held, call)
        return Answer(body, message=summary(standings), routing=Routing(to=party, sender=self._hub))


def summary(standings: Sequence[Standing]) -> str:
    lacking = [str(each.cpo) for each in standings if each.state is not State.KNOWS]
    if not lacking:
        return f"known to all {len(standings)} CPOs with an agreement"
    more = len(lacking) - _MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    return f"not known yet to {', '.join(lacking[:_MOST_NAMED])}{others}"
