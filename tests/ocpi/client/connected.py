"""Lines to simulated partners, as if the handshake had been."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final, cast

from ocpi.client.line import Line
from ocpi.partners.model import Connection, Partner, PartnerEndpoint, PartnerState, PartyRole
from ocpi.process.clock import SystemClock
from ocpi.process.egress import Egress
from ocpi.versions import messages
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk, effective
from schemas import codec
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.translation.context import Context, Policy
from schemas.v2_3_0.enums import VersionNumber
from simulators import dialect
from simulators.partner import SimulatedPartner
from tests.platforms import CPO, EMSP

CLOCK: Final = SystemClock()
VERSIONS: Final = ("2.3.0", "2.2.1", "2.1.1")
OF_THE_CPO: Final = Context(owner=CPO, counterpart=EMSP)
OF_THE_EMSP: Final = Context(owner=EMSP)
TO_THE_CPO: Final = Routing(to=CPO, sender=EMSP)
USUAL: Final = Policy()


def told_in(version: str, kind: type[OcpiModel], model: OcpiModel, context: Context) -> dict[str, Any]:
    """An object of 2.3.0 as a partner of that version would write it."""
    return cast("dict[str, Any]", codec.decode(messages.down(kind, model, VersionNumber(version), context)))


@asynccontextmanager
async def speaking(version: str, role: str = "CPO", party: PartyId = CPO) -> AsyncIterator[SimulatedPartner]:
    async with SimulatedPartner((role, party), versions=(version,)) as far:
        yield far


def partner_at(far: SimulatedPartner, *quirks: Quirk, policy: Policy = USUAL) -> Partner:
    version = VersionNumber(far.version)
    endpoints = [
        PartnerEndpoint(module, Side(side), url)
        for (module, side), url in dialect.by_side(far.offered()).items()
    ]
    connection = Connection(
        version=version,
        versions_url=far.versions_url,
        roles=tuple(PartyRole(role, party, str(party)) for role, party in far.roles),
        hub_party=None,
        endpoints=tuple(endpoints),
        token=far.invite(),
        quirks=effective(frozenset(quirks), version),
    )
    return Partner(
        name="far",
        state=PartnerState.REGISTERED,
        allowed_roles=frozenset({"CPO", "EMSP"}),
        connection=connection,
        created_at=CLOCK.now(),
        translation=policy,
        quirks=frozenset(quirks),
    )


def line_to(
    far: SimulatedPartner,
    egress: Egress,
    *quirks: Quirk,
    policy: Policy = USUAL,
    routing: Routing = TO_THE_CPO,
    within_s: float = 5,
) -> Line:
    return Line(
        egress=egress,
        clock=CLOCK,
        partner=partner_at(far, *quirks, policy=policy),
        deadline=CLOCK.now() + timedelta(seconds=within_s),
        routing=routing,
        correlation_id="c-1",
    )
