"""A question of a CPO about a card, and what is kept of the answer to it."""

from dataclasses import dataclass
from datetime import datetime

from emsp_adapter.authorization.velocity import Use
from emsp_adapter.contracts.case import Position
from emsp_adapter.contracts.verdict import Verdict
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import LocationReferences


@dataclass(frozen=True, slots=True)
class Question:
    """`at` is None when the CPO does not say where."""

    uid: str
    token_type: str
    cpo: PartyId
    at: LocationReferences | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """`reference` names it for the session and the bill that follow, if any do."""

    reference: str
    uid: str
    token_type: str
    contract_id: str
    cpo: PartyId
    location_id: str | None
    position: Position | None
    at: datetime
    verdict: Verdict

    @property
    def card(self) -> str:
        """By what its questions are found: type and uid, in lower case."""
        return f"{self.token_type}/{self.uid}".lower()

    @property
    def use(self) -> Use:
        return Use(self.at, self.position)
