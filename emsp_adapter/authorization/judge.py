"""Gathers the facts on which a card is judged, and lets the rules speak.

Used for whoever asks: a CPO before whose station a card is held, and our own back office before it orders a
charge.
"""

from dataclasses import dataclass

from emsp_adapter.authorization.holders import Held, Holders
from emsp_adapter.authorization.places import KnownPlaces
from emsp_adapter.authorization.policy import Policy
from emsp_adapter.authorization.spending import account, spots
from emsp_adapter.contracts import rules
from emsp_adapter.contracts.case import Card, Case
from emsp_adapter.contracts.verdict import Verdict
from ocpi.process.clock import Clock
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import LocationReferences


@dataclass(frozen=True, slots=True)
class Judged:
    case: Case
    verdict: Verdict

    @property
    def languages(self) -> tuple[str | None, ...]:
        """Those that the driver may read, the best first."""
        contract = self.case.contract
        return self.case.card.language, contract.language if contract else None


class Judge:
    def __init__(self, *, holders: Holders, places: KnownPlaces, policy: Policy, clock: Clock) -> None:
        self._holders = holders
        self._places = places
        self._policy = policy
        self._clock = clock

    async def listed(
        self, uid: str, token_type: str, cpo: PartyId, at: LocationReferences | None
    ) -> Judged | None:
        """What speaks for and against one of our cards at this place, and now; its other uses apart."""
        held = await self._holders.find(uid, token_type)
        return None if held is None else await self._judged(held, cpo, at)

    async def unlisted(self, card: Card, cpo: PartyId, at: LocationReferences) -> Judged:
        """As `listed`, for a card that nobody has to know."""
        return await self._judged(await self._holders.of(card), cpo, at)

    async def _judged(self, held: Held, cpo: PartyId, at: LocationReferences | None) -> Judged:
        now = self._clock.now()
        here = spots(cpo, at.location_id, at.evse_uids) if at else ()
        case = Case(
            card=held.card,
            contract=held.contract,
            cpo=cpo,
            place=await self._places.of(cpo, at.location_id) if at else None,
            account=account(held.spent, here, now),
            now=now,
        )
        verdict = Verdict(rules.refusal(case))
        return Judged(case, self._policy.weigh(verdict, rules.remarks(case)))
