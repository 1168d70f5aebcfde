"""The platforms that the conformance tests play against: one of each kind and version for a whole run.

Tests share them, so each uses ids of its own (`stage.target.fresh_id()`) and leaves switches as they were.
A test that needs a platform for itself starts one with `staged`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from passerelle.conformance.catalogue import catalogue
from passerelle.conformance.opening import discover, introduce
from passerelle.conformance.runner import look
from passerelle.conformance.samples import location
from passerelle.conformance.target import Target
from passerelle.conformance.verdict import Colour, Verdict
from schemas.kinds import PartyId
from simulators.partner import Heard, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.lent import lent
from tests.platforms import (
    CPO,
    EMSP,
    HUB,
    Running,
    agree,
    connect,
    invited,
    running_cpo,
    running_emsp,
    running_hub,
)

_ALL: Final = ("2.1.1", "2.2.1", "2.3.0")
VERSIONS: Final = {"hub": ("2.2.1", "2.3.0"), "cpo": _ALL, "emsp": _ALL}
_NEWCOMERS: Final = count(1)
CASES: Final = {case.number: case for case in catalogue()}

CARDS = """uid,contract_id,visual_number,whitelist,valid
04AA,NL-MSP-C1,0001,NEVER,true
04BB,NL-MSP-C2,0002,ALLOWED,true
04CC,NL-MSP-C3,0003,NEVER,false
"""
STATION_KEY: Final = "00112233445566778899aabbccddeeff"
SITE = """
[[sites]]
id = "{id}"
address = "1 place de la Gare"
city = "Paris"
postal_code = "75001"
country = "FRA"
latitude = "48.856600"
longitude = "2.352200"
time_zone = "Europe/Paris"

[[sites.stations]]
identity = "CP-{id}"
key = "{key}"

[[sites.stations.evses]]
number = 1
connectors = [{{ standard = "IEC_62196_T2", format = "SOCKET", power_type = "AC_3_PHASE", max_voltage = 230,\
 max_amperage = 32, tariff_ids = ["AC"] }}]
"""
TARIFFS = """
[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }] }]
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """A platform, and the partner that `target` calls with: the CPO of an eMSP or a hub, the eMSP of a CPO.

    At a hub `reader` is an eMSP that may read what the CPO tells; elsewhere it is the same as `target`.
    """

    kind: str
    version: str
    platform: Running
    clock: ManualClock
    target: Target
    reader: Target

    @property
    def far(self) -> SimulatedPartner:
        return self.target.us

    @property
    def emsp(self) -> SimulatedPartner:
        """Beside the CPO at a hub."""
        return self.reader.us

    async def holds(self, number: str) -> Verdict:
        """The case as `passerelle conformance` looks at it; anything but green is a failure."""
        return await green(number, self.reader if CASES[number].writes is False else self.target)

    @asynccontextmanager
    async def newcomer(self, role: str | None = None, **more: Any) -> AsyncIterator[Target]:
        """A partner that holds a TOKEN_A, and no more yet. Afterwards the platform is rid of it."""
        played = role or self.far.roles[0][0]
        party = PartyId("DE", f"{next(_NEWCOMERS):03}")
        name = f"newcomer-{party.party_id}"
        async with SimulatedPartner((played, party), **{"versions": (self.version,), **more}) as us:
            token_a = await invited(self.platform, name, played)
            target = Target(
                us,
                self.platform.versions_url,
                own=party,
                role=self.target.role,
                party=self.target.party,
                token_a=token_a,
            )
            await discover(target, self.version)
            try:
                yield target
            finally:
                with suppress(AdminRefused):  # it has left by itself
                    await asyncio.to_thread(self.platform.admin.delete, f"/partners/{name}")

    async def push(
        self, module: str, *path: str, body: Any, to: PartyId | None, method: str = "PUT"
    ) -> Heard:
        """By the far side, to a receiver side."""
        routing = Routing(to=to, sender=self.target.own)
        return await self.far.call(method, module, Side.RECEIVER, *path, routing=routing, body=body)

    async def pull(self, module: str, *path: str, to: PartyId | None, **query: str) -> Heard:
        """By the eMSP at a hub, from a sender side."""
        routing = Routing(to=to, sender=EMSP)
        return await self.emsp.call("GET", module, Side.SENDER, *path, routing=routing, query=query)


async def green(number: str, target: Target) -> Verdict:
    verdict = await look(CASES[number], target)
    assert verdict.colour is Colour.GREEN, f"{verdict.asks}\n{verdict.text}\n{verdict.exchanges}"
    return verdict


SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
"""Of every file that uses `on`: the platforms live longer than a test."""


def on(*kinds: str, versions: tuple[str, ...] = ("2.1.1", "2.2.1", "2.3.0")) -> pytest.MarkDecorator:
    """The `stage` of a test, for each of these kinds in each of these versions that it has."""
    played = [(kind, version) for kind in kinds for version in VERSIONS[kind] if version in versions]
    marks = [pytest.param(each, id="-".join(each)) for each in played]
    return pytest.mark.parametrize("stage", marks, indirect=True)


@asynccontextmanager
async def staged(kind: str, version: str, mongo_url: str, folder: Path) -> AsyncIterator[Stage]:
    """A platform of its own on a database of its own, with something to show and somebody to show it to."""
    async with lent(mongo_url) as mongo, _STAGES[kind](mongo, ManualClock(), version, folder) as stage:
        yield stage


@asynccontextmanager
async def _hub(mongo: Mongo, clock: ManualClock, version: str, folder: Path) -> AsyncIterator[Stage]:
    async with (
        running_hub(mongo, clock, folder) as hub,
        SimulatedPartner(("CPO", CPO), versions=(version,)) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=(version,)) as emsp,
    ):
        await connect(hub, cpo, "the-cpo", "CPO")
        await connect(hub, emsp, "the-emsp", "EMSP")
        await agree(hub)
        target, reader = await _target(cpo, hub, CPO, "HUB"), await _target(emsp, hub, EMSP, "HUB")
        stage = Stage("hub", version, hub, clock, target, reader)
        for number in (1, 2, 3):
            body = location(version, CPO, f"L{number}")
            assert (await stage.push("locations", "FR", "CPO", body["id"], body=body, to=HUB)).is_success
        yield stage


@asynccontextmanager
async def _cpo(mongo: Mongo, clock: ManualClock, version: str, folder: Path) -> AsyncIterator[Stage]:
    inventory, tariffs = folder / "sites.toml", folder / "tariffs.toml"
    inventory.write_text("".join(SITE.format(id=f"Gare{number}", key=STATION_KEY) for number in (1, 2, 3)))
    tariffs.write_text(TARIFFS)
    async with (
        running_cpo(mongo, clock, folder, inventory=inventory, tariffs=tariffs) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=(version,)) as emsp,
    ):
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        target = await _target(emsp, cpo, EMSP, "CPO")
        yield Stage("cpo", version, cpo, clock, target, target)


@asynccontextmanager
async def _emsp(mongo: Mongo, clock: ManualClock, version: str, folder: Path) -> AsyncIterator[Stage]:
    cards = folder / "cards.csv"
    cards.write_text(CARDS)
    async with (
        running_emsp(mongo, clock, folder, cards) as emsp,
        SimulatedPartner(("CPO", CPO), versions=(version,)) as cpo,
    ):
        await connect(emsp, cpo, "the-cpo", "CPO")
        await agree(emsp)
        target = await _target(cpo, emsp, CPO, "EMSP")
        yield Stage("emsp", version, emsp, clock, target, target)


async def _target(us: SimulatedPartner, platform: Running, own: PartyId, role: str) -> Target:
    target = Target(us, platform.versions_url, own=own, role=role)
    await discover(target, us.version)
    await introduce(target, role)
    return target


_STAGES: Final[dict[str, Callable[[Mongo, ManualClock, str, Path], AbstractAsyncContextManager[Stage]]]] = {
    "hub": _hub,
    "cpo": _cpo,
    "emsp": _emsp,
}
