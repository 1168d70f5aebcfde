"""Gathers the facts on which a card is judged, and lets the rules speak.

Used for whoever asks: a CPO before whose station a card is held, and our own back office before it orders a
charge.
"""

from dataclasses import dataclass

from emsp_adapter.authorization.charges import Charges
from emsp_adapter.authorization.holders import Holders
from emsp_adapter.authorization.places import KnownPlaces
from emsp_adapter.authorization.policy import Policy
from emsp_adapter.authorization.spending import account, spots
from emsp_adapter.contracts import rules
from emsp_adapter.contracts.case import EMPTY, Account, Card, Case
from emsp_adapter.contracts.contract import Contract
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
    def __init__(
        self, *, holders: Holders, places: KnownPlaces, charges: Charges, policy: Policy, clock: Clock
    ) -> None:
        self._holders = holders
        self._places = places
        self._charges = charges
        self._policy = policy
        self._clock = clock

    async def card(self, uid: str, token_type: str) -> Card | None:
        return await self._holders.card(uid, token_type)

    async def judge(self, card: Card, cpo: PartyId, at: LocationReferences | None) -> Judged:
        """What speaks for and against it at this place, and now; the other uses of the card apart."""
        contract = await self._holders.contract(card.contract_id)
        case = Case(
            card=card,
            contract=contract,
            cpo=cpo,
            place=await self._places.of(cpo, at.location_id) if at else None,
            account=await self._account(contract, cpo, at),
            now=self._clock.now(),
        )
        verdict = Verdict(rules.refusal(case))
        return Judged(case, self._policy.weigh(verdict, rules.remarks(case)))

    async def _account(
        self, contract: Contract | None, cpo: PartyId, at: LocationReferences | None
    ) -> Account:
        """Looked up where there is a limit that it could exceed."""
        if contract is None or (contract.limits.credit is None and contract.limits.at_once is None):
            return EMPTY
        spent = await self._charges.of(contract.contract_id, contract.limits.credit_at)
        here = spots(cpo, at.location_id, at.evse_uids) if at else ()
        return account(spent, here, self._clock.now())
