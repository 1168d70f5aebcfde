"""The token of a command: a card of ours, or one that was never listed.

The CPO neither checks it nor needs to know it, so the driver of an app needs no card on any list. What the
contract does not allow is asked of nobody.
Spec: 2.3.0 mod_commands, StartSession object; mod_tokens, TokenType.
"""

from emsp_adapter.authorization.judge import Judge
from emsp_adapter.commands.wanted import Card
from emsp_adapter.contracts import case
from emsp_adapter.contracts.cards import Issuer
from emsp_adapter.contracts.register import Cards
from ocpi.errors import InvalidParameters
from ocpi.process.clock import Clock
from schemas import codec
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import WhitelistType
from schemas.v2_3_0.tokens import LocationReferences, Token


class CommandCards:
    def __init__(self, *, cards: Cards, issuer: Issuer, judge: Judge, clock: Clock) -> None:
        self._cards = cards
        self._issuer = issuer
        self._judge = judge
        self._clock = clock

    async def token(self, wanted: Card, cpo: PartyId, at: LocationReferences) -> Token:
        """Raises InvalidParameters for a card that may not charge there, and for one that nobody can know."""
        token = await self._cards.find(wanted.uid, wanted.type) or self._unlisted(wanted)
        judged = await self._judge.unlisted(case.card_of(token, codec.dump(token)), cpo, at)
        verdict = judged.verdict
        if verdict.reason is not None:
            raise InvalidParameters(
                f"this card may not charge: {verdict.allowed} ({verdict.reason})", pointer="/token"
            )
        return token

    def _unlisted(self, wanted: Card) -> Token:
        if wanted.contract_id is None:
            raise InvalidParameters(
                "this token is on no list: tell its contract_id", pointer="/token/contract_id"
            )
        party = self._issuer.party
        return Token.model_validate(
            {
                "country_code": party.country_code,
                "party_id": party.party_id,
                "uid": wanted.uid,
                "type": wanted.type,
                "contract_id": wanted.contract_id,
                "issuer": self._issuer.name,
                "valid": True,
                "whitelist": WhitelistType.NEVER,
                "last_updated": self._clock.now(),
            }
        )
