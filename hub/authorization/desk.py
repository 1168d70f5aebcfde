"""A card is held against a station of some CPO, which asks whether it may charge: the hub's answer.

Whose card it is, is told by the CPO, by the token that the issuer pushed, by what was learned before; else it
is found. Then the whitelist type says whether the hub answers from the token or asks the issuer.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization), WhitelistType.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, assert_never

from hub.authorization.answers import from_store
from hub.authorization.asking import Asking, says_unknown
from hub.authorization.card import Asked, may_use_cards_of
from hub.authorization.decision import Ask, Say, decide
from hub.authorization.finding import Finding
from hub.authorization.guard import Guard
from hub.authorization.learned import Learned
from hub.authorization.told import ToldCards
from ocpi.errors import DeliveryError, TimedOut, Unreachable
from ocpi.objects.record import Record
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.server.call import Answer, Call
from ocpi.wire.interfaces import Side, serving_roles
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import AllowedType

AUTHORIZE_BUDGET: Final = timedelta(seconds=4)
_NOT_REACHED: Final = frozenset({TimedOut.status_code, Unreachable.status_code})


@dataclass(frozen=True, slots=True)
class Ways:
    """To the issuer of a card."""

    told: ToldCards
    learned: Learned
    asking: Asking
    finding: Finding


class Desk:
    def __init__(self, *, directory: Directory, ways: Ways, guard: Guard, clock: Clock) -> None:
        self._directory = directory
        self._ways = ways
        self._guard = guard
        self._clock = clock

    async def by_issuer(self, call: Call, party: PartyId, issuer: PartyId) -> Answer:
        """The CPO names the issuer. Raises TooManyAttempts, and as Relay."""
        asked = self._asked(call, party)
        record = (await self._ways.told.of(asked.card, party)).get(issuer)
        if record is not None:
            return await self._judged(asked, record)
        ask = partial(self._ways.asking.learning, asked, issuer)
        if self._ways.learned.is_fresh(party, asked.card, issuer):
            self._guard.met(party)
            return await ask()
        return await self._looked_for(party, ask)

    async def by_anybody(self, call: Call, party: PartyId) -> Answer:
        """The hub finds the issuer. Raises TooManyAttempts, and as Finding."""
        asked = self._asked(call, party)
        match self._possible(asked, await self._ways.told.of(asked.card, party)):
            case []:
                return await self._untold(asked)
            case [record]:
                return await self._judged(asked, record)
            case records:
                self._guard.met(party)
                issuers = sorted(record.key.owner for record in records)
                return await self._ways.finding.among(asked, issuers)

    def _asked(self, call: Call, party: PartyId) -> Asked:
        return Asked.of(call, party, self._clock.now() + AUTHORIZE_BUDGET)

    def _possible(self, asked: Asked, told: Mapping[PartyId, Record]) -> list[Record]:
        """Whose card it may be: one that is not good any more may have become somebody else's."""
        usable = [told[issuer] for issuer in told if may_use_cards_of(issuer, asked, self._directory)]
        return [record for record in usable if record.value()["valid"] is True] or usable

    async def _judged(self, asked: Asked, record: Record) -> Answer:
        self._guard.met(asked.party)
        match decide(await self._ways.told.facts(record)):
            case Say(allowed=allowed):
                return self._said(asked, record, allowed)
            case Ask(otherwise=allowed):
                return await self._issuers_word(asked, record, allowed)
            case other:
                assert_never(other)

    async def _issuers_word(self, asked: Asked, record: Record, otherwise: AllowedType | None) -> Answer:
        """Or `otherwise` when it cannot be reached; another hub on the way may be who says so."""
        try:
            answer = await self._ways.asking.of_told(asked, record.key.owner)
        except DeliveryError:
            if otherwise is None:
                raise
            return self._said(asked, record, otherwise)
        if otherwise is None or answer.status_code not in _NOT_REACHED:
            return answer
        return self._said(asked, record, otherwise)

    def _said(self, asked: Asked, record: Record, allowed: AllowedType) -> Answer:
        """No yes is given in the place of an issuer that the operator suspended, or that is gone."""
        if allowed is AllowedType.ALLOWED:
            roles = serving_roles("tokens", Side.SENDER)
            self._directory.route_to(record.key.owner, *roles, remote=asked.party)
        return from_store(asked, record, allowed)

    async def _untold(self, asked: Asked) -> Answer:
        """Whoever was right before is asked first; an issuer that does not know the card was wrong."""
        issuer = await self._ways.learned.issuer(asked.party, asked.card)
        if issuer is not None and may_use_cards_of(issuer, asked, self._directory):
            self._guard.met(asked.party)
            answer = await self._ways.asking.learning(asked, issuer)
            if not says_unknown(answer):
                return answer
        return await self._looked_for(asked.party, partial(self._ways.finding.issuer_of, asked, issuer))

    async def _looked_for(self, party: PartyId, look: Callable[[], Awaitable[Answer]]) -> Answer:
        """Counts as a card that nobody knows, until somebody does or cannot be reached."""
        self._guard.enter(party)
        try:
            answer = await look()
        except DeliveryError:
            self._guard.known(party)
            raise
        if not says_unknown(answer):
            self._guard.known(party)
        return answer
