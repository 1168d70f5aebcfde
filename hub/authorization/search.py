"""Asking several issuers at once whose card it is, without telling them where it is.

A few at a time, within a budget that nobody can use up alone: whoever does not answer in its share is left.
Spec: 2.3.0 transport_and_format, Open routing; mod_tokens, POST method (real-time authorization).
"""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from pydantic import ValidationError

from hub.authorization.card import Asked
from hub.authorization.claims import Claim, claim_of
from hub.routing.relay import Relay
from ocpi.errors import DeliveryError, NotSpeakable
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.server.call import Call
from schemas.kinds import PartyId

log = logger(__name__)
_ROUNDS: Final = 1.5
"""Of at least so many the budget is thought to be for: the last third is for whoever else waits."""


@dataclass(slots=True)
class Found:
    """`troubles` are what kept issuers from answering."""

    claims: dict[PartyId, Claim] = field(default_factory=dict)
    troubles: list[DeliveryError | NotSpeakable] = field(default_factory=list)


class Search:
    def __init__(self, *, relay: Relay, clock: Clock, budget: timedelta, at_once: int) -> None:
        self._relay = relay
        self._clock = clock
        self._budget = budget
        self._at_once = at_once

    async def claims(self, asked: Asked, issuers: Sequence[PartyId]) -> Found:
        """Of everybody who answered within the budget."""
        found, places = Found(), asyncio.Semaphore(self._at_once)
        share = self._budget / max(_ROUNDS, math.ceil(len(issuers) / self._at_once))
        question = asked._replace(call=_without_location(asked.call))

        async def ask(issuer: PartyId) -> None:
            async with places:
                await self._ask(question, issuer, share, found)

        async with asyncio.TaskGroup() as asking:
            for issuer in issuers:
                asking.create_task(ask(issuer))
        return found

    async def _ask(self, asked: Asked, issuer: PartyId, share: timedelta, found: Found) -> None:
        until = min(asked.until, self._clock.now() + share)
        try:
            leg = self._relay.leg(asked.call, asked.party, issuer)
            answer = await self._relay.pass_on(asked.call, leg, until)
        except (DeliveryError, NotSpeakable) as error:
            log.info("did not say whether a card is theirs", issuer=str(issuer), error=error.text)
            found.troubles.append(error)
        except ValidationError:
            log.warning("answered about a card what cannot be read", issuer=str(issuer))
        else:
            found.claims[issuer] = claim_of(int(answer.http), answer.status_code, answer.relayed or b"")


def _without_location(call: Call) -> Call:
    """The type of the card is all that is left beside its uid."""
    query = {name: value for name, value in call.query.items() if name == "type"}
    return replace(call, body=b"", query=query, url=call.url.with_query(query or None))
