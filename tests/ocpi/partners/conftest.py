from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.agreements import Agreement
from ocpi.partners.directory import Directory
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Connection, Partner, PartnerEndpoint, PartnerState, PartyRole
from ocpi.partners.seal import Seal
from ocpi.partners.store import INDEXES, PartnerStore
from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import VersionNumber
from tests.fakes.clock import ManualClock


@dataclass(frozen=True, slots=True)
class Rooms:
    partners: PartnerStore
    agreements: AgreementStore
    directory: Directory
    clock: ManualClock

    async def invited(self, name: str, token: CredentialsToken | None = None) -> Partner:
        partner = Partner(name, PartnerState.INVITED, frozenset({"CPO"}), None, self.clock.now())
        token = token or CredentialsToken.generate()
        ends = self.clock.now() + timedelta(days=1)
        return await self.partners.add(partner, Admission.of(token, Scope.HANDSHAKE, ends))

    async def connected(
        self, name: str, *roles: tuple[str, PartyId], hub_party: PartyId | None = None
    ) -> CredentialsToken:
        """Registered with these roles; the token that it shows to us."""
        seen, token = await self.invited(name), CredentialsToken.generate()
        made = connection(*roles, hub_party=hub_party)
        await self.partners.connect(seen, made, Admission.of(token, Scope.FULL), self.clock.now())
        await self.directory.refresh()
        return token

    async def agreed(
        self, cpo: PartyId, emsp: PartyId, first_day: date, last_day: date | None = None
    ) -> None:
        await self.agreements.put(Agreement(cpo, emsp, first_day, last_day))
        await self.directory.refresh()


def connection(*roles: tuple[str, PartyId], hub_party: PartyId | None = None) -> Connection:
    return Connection(
        version=VersionNumber.V2_3_0,
        versions_url="https://x.example/versions",
        roles=tuple(PartyRole(role, party, "A company") for role, party in roles),
        hub_party=hub_party,
        endpoints=(PartnerEndpoint("credentials", Side.SENDER, "https://x.example/credentials"),),
        token=CredentialsToken.generate(),
    )


@pytest.fixture
async def rooms(mongo: Mongo, clock: ManualClock) -> Rooms:
    await mongo.declare(INDEXES)
    partners = PartnerStore(mongo, Seal(Seal.generate_key()))
    agreements = AgreementStore(mongo, clock)
    directory = Directory(partners=partners, agreements=agreements, clock=clock)
    return Rooms(partners, agreements, directory, clock)
