"""Asking one issuer about a card, and learning from what it says.

Never queued, never repeated: the driver stands at the station.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization).
"""

from hub.authorization.card import Asked
from hub.authorization.claims import is_unknown
from hub.authorization.learned import Learned
from hub.routing.relay import Relay
from ocpi.server.call import Answer
from schemas.kinds import PartyId


class Asking:
    def __init__(self, relay: Relay, learned: Learned) -> None:
        self._relay = relay
        self._learned = learned

    async def of_told(self, asked: Asked, issuer: PartyId) -> Answer:
        """About a card that its issuer told of. Raises as Relay."""
        leg = self._relay.leg(asked.call, asked.party, issuer)
        return await self._relay.pass_on(asked.call, leg, asked.until)

    async def learning(self, asked: Asked, issuer: PartyId) -> Answer:
        """About a card that was never told: whether it is this issuer's is remembered. Raises as Relay."""
        answer = await self.of_told(asked, issuer)
        if says_unknown(answer):
            await self._learned.forget(asked.party, asked.card, issuer)
        else:
            self._learned.note(asked.party, asked.card, issuer)
        return answer


def says_unknown(answer: Answer) -> bool:
    return is_unknown(int(answer.http), answer.status_code)
