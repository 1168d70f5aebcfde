"""Asking the issuer: directly, through the hub that reaches it, or through the hub that finds it.

Spec: 2.3.0 mod_tokens, POST method (real-time authorization); transport_and_format, Open routing.
"""

from datetime import datetime

from ocpi.client.authorize import Question, TokenAuthorizer
from ocpi.errors import UnknownToken
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.logs import current_correlation
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import CPO, EMSP
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences


class Issuers:
    def __init__(self, *, party: PartyId, directory: Directory, authorizer: TokenAuthorizer) -> None:
        self._party = party
        self._directory = directory
        self._authorizer = authorizer

    async def ask(
        self, uid: str, owner: PartyId | None, at: LocationReferences, deadline: datetime
    ) -> AuthorizationInfo:
        """`owner` of None: whoever claims the card. Raises UnknownToken, DeliveryError."""
        partner = self._directory.route_to(owner, EMSP) if owner else self._hub()
        question = Question(
            uid=uid,
            token_type="RFID",  # noqa: S106 - a kind of card
            at=at,
            routing=Routing(to=owner, sender=self._party),
            deadline=deadline,
            correlation_id=current_correlation(),
        )
        info = await self._authorizer.ask(partner, question)
        self._check_issuer(info)
        return info

    def is_agreed(self, issuer: PartyId) -> bool:
        return self._directory.agreed(self._party, CPO, issuer)

    def _hub(self) -> Partner:
        hub = next((each for each in self._directory.active_partners() if each.hub_party), None)
        if hub is None:
            raise UnknownToken("nobody here can find the issuer of an unknown card")
        return hub

    def _check_issuer(self, info: AuthorizationInfo) -> None:
        issuer = PartyId(info.token.country_code, info.token.party_id)
        if not self.is_agreed(issuer):
            raise UnknownToken(f"{self._party} and {issuer} have no agreement")
