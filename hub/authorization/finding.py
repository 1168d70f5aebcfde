"""Finding the issuer of a card that nobody has told of here: by its contract id, else by asking the willing.

Issuers that are asked openly hear the uid and who asks, and not where; the one that claims the card is then
asked again with the place, and its answer counts. Two that claim it are one too many.
Spec: 2.3.0 transport_and_format, Open routing.
"""

from collections.abc import Collection, Sequence

from hub.authorization.alarms import Alarms
from hub.authorization.asking import Asking, says_unknown
from hub.authorization.card import Asked, may_use_cards_of
from hub.authorization.claims import Claimed, Contested, settle
from hub.authorization.contract_id import provider_of
from hub.authorization.search import Search
from ocpi.errors import SeveralReceivers, UnknownToken
from ocpi.partners.directory import Directory
from ocpi.server.call import Answer
from schemas.kinds import PartyId


class Finding:
    def __init__(self, *, directory: Directory, asking: Asking, search: Search, alarms: Alarms) -> None:
        self._directory = directory
        self._asking = asking
        self._search = search
        self._alarms = alarms

    async def issuer_of(self, asked: Asked, denied: PartyId | None = None) -> Answer:
        """`denied` has just said that the card is not its own. Raises UnknownToken, SeveralReceivers."""
        named = self._named(asked)
        if named is not None and named != denied:
            answer = await self._asking.learning(asked, named)
            if not says_unknown(answer):
                return answer
        return await self._among(asked, self._willing(asked, but_not=(denied, named)))

    async def among(self, asked: Asked, issuers: Sequence[PartyId]) -> Answer:
        """Of several that told of the card. Raises as `issuer_of`, or what kept one from answering."""
        return await self._among(asked, issuers, are_theirs=True)

    async def _among(self, asked: Asked, issuers: Sequence[PartyId], *, are_theirs: bool = False) -> Answer:
        found = await self._search.claims(asked, issuers)
        settled = settle(found.claims)
        if isinstance(settled, Claimed):
            return await self._asking.learning(asked, settled.issuer)
        if isinstance(settled, Contested):
            self._alarms.contested(asked.party, asked.card, settled.issuers)
            raise SeveralReceivers("more than one issuer claims this card: name the one that is meant")
        if are_theirs and found.troubles:
            raise found.troubles[0]
        raise UnknownToken("no issuer of this token is known")

    def _named(self, asked: Asked) -> PartyId | None:
        """Whom the id of the card names, if that is somebody to deal with."""
        named = provider_of(asked.card.uid, is_contract=asked.card.is_contract)
        if named is None or not may_use_cards_of(named, asked, self._directory):
            return None
        return named

    def _willing(self, asked: Asked, but_not: Collection[PartyId | None]) -> list[PartyId]:
        """Issuers that agreed with this CPO to be asked about any card."""
        agreements = self._directory.agreements_of(asked.party)
        willing = {each.emsp for each in agreements if each.cpo == asked.party and each.terms.is_asked}
        usable = (issuer for issuer in willing if may_use_cards_of(issuer, asked, self._directory))
        return sorted(issuer for issuer in usable if issuer not in but_not)
