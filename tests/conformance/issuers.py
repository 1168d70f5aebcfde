"""An issuer of cards of each version before our CPO adapter."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Reply, Request, SimulatedPartner
from tests.conformance import wire
from tests.conformance.far_side import FarSide
from tests.conformance.versions import V1, V2, V3
from tests.conformance.wire import Json
from tests.platforms import CPO, Running, agree, connect

EMSPS: Final[Mapping[str, PartyId]] = {
    V3: PartyId("NL", "MSP"),
    V2: PartyId("NL", "MS2"),
    V1: PartyId("NL", "MS1"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """Of the issuer that speaks `version`; in 2.1.1 sessions and bills tell its contract alone."""

    version: str
    uid: str
    contract: str

    def is_in(self, told: Json) -> bool:
        return self.contract in (told.get("auth_id"), told.get("cdr_token", {}).get("contract_id"))


@dataclass(frozen=True, slots=True)
class Issuer:
    """An eMSP that answers for its cards: ALLOWED, unless `answers` has another reply for a uid."""

    far: FarSide
    answers: dict[str, Reply] = field(default_factory=dict)

    def reply(self, request: Request) -> Reply:
        uid = request.path.split("/")[0]
        return self.answers.get(uid) or self.info(uid)

    def info(self, uid: str, allowed: str = "ALLOWED", **more: Any) -> Reply:
        """An AuthorizationInfo; 2.1.1 repeats no token."""
        if self.far.version == V1:
            return Reply({"allowed": allowed, **more})
        return Reply({"allowed": allowed, "token": self.token(uid), **more})

    def token(self, uid: str, **changes: Any) -> Json:
        named = "auth_id" if self.far.version == V1 else "contract_id"
        return wire.token(
            self.far.version, self.far.party, **{named: contract_of(self.far, uid), "uid": uid, **changes}
        )

    def asked(self, card: Card) -> list[Request]:
        """Real-time authorizations of that card."""
        return [each for each in self.far.partner.heard("tokens", "POST") if each.path.startswith(card.uid)]

    def told(self, module: str, card: Card) -> list[Json]:
        """Sessions or bills of that card, as they arrived."""
        arrived = (each.json() for each in self.far.partner.heard(module) if each.method in ("PUT", "POST"))
        return [each for each in arrived if card.is_in(each)]


async def issuer_of(cpo: Running, version: str, partners: AsyncExitStack) -> Issuer:
    party = EMSPS[version]
    partner = await partners.enter_async_context(SimulatedPartner(("EMSP", party), versions=(version,)))
    issuer = Issuer(FarSide(partner, party, CPO))
    partner.answer("POST", "tokens", Side.SENDER, issuer.reply)
    await connect(cpo, partner, f"emsp-{version}", "EMSP")
    await agree(cpo, CPO, party)
    return issuer


def contract_of(far: FarSide, uid: str) -> str:
    return f"{far.party.country_code}-{far.party.party_id}-{uid}"
