"""Asking the issuer: directly, through the hub that reaches it, or through the hub that finds it.

Spec: 2.3.0 mod_tokens, POST method (real-time authorization); transport_and_format, Open routing.
"""

from datetime import timedelta

from ocpi.client.authorize import authorize
from ocpi.client.lines import Lines
from ocpi.errors import UnknownToken
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import CPO, EMSP
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.enums import TokenType
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token


class Issuers:
    def __init__(self, *, party: PartyId, directory: Directory, lines: Lines, clock: Clock) -> None:
        self._party = party
        self._directory = directory
        self._lines = lines
        self._clock = clock

    async def ask(
        self, card: Token | str, at: LocationReferences | None, within: timedelta
    ) -> AuthorizationInfo:
        """A card that is only a uid is of whoever claims it. Raises UnknownToken, DeliveryError."""
        token = None if isinstance(card, str) else card
        owner = None if token is None else PartyId(token.country_code, token.party_id)
        partner = self._directory.route_to(owner, EMSP) if owner else self._hub()
        line = self._lines.to(partner, Routing(to=owner, sender=self._party), self._clock.now() + within)
        facts = Context(owner=owner or self._party, token=token)
        info = await authorize(line, token.uid if token else str(card), TokenType.RFID, at, facts)
        self._check_issuer(info)
        return info

    def is_agreed(self, issuer: PartyId) -> bool:
        return self._directory.agreed(self._party, CPO, issuer, "tokens")

    def _hub(self) -> Partner:
        hub = next((each for each in self._directory.active_partners() if each.hub_party), None)
        if hub is None:
            raise UnknownToken("nobody here can find the issuer of an unknown card")
        return hub

    def _check_issuer(self, info: AuthorizationInfo) -> None:
        issuer = PartyId(info.token.country_code, info.token.party_id)
        if not self.is_agreed(issuer):
            raise UnknownToken(f"{self._party} and {issuer} have no agreement")
