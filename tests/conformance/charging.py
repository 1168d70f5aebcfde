"""Our CPO adapter with real stations, and an issuer of cards of each version before it.

Times are real: a simulated station plays an hour in a moment, ending now.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession

from cpo_adapter.bootstrap import INDEXES, build
from cpo_adapter.settings import CpoSettings
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.charge import Charge, Charged, PowerProfile
from simulators.partner import Reply, Request, SimulatedPartner
from simulators.station import SimulatedStation, StationSettings
from tests.conformance import wire
from tests.conformance.far_side import FarSide
from tests.conformance.issuing import database
from tests.conformance.versions import V1, V2, V3
from tests.conformance.wire import Json
from tests.cpo_adapter.door import RawStation, basic
from tests.fakes.eventually import eventually
from tests.platforms import CPO, Running, agree, connect, free_port, running

EMSPS: Final[Mapping[str, PartyId]] = {
    V3: PartyId("NL", "MSP"),
    V2: PartyId("NL", "MS2"),
    V1: PartyId("NL", "MS1"),
}
KEY: Final = "00112233445566778899aabbccddeeff"
IDENTITY: Final = "CP-1"
_SITE: Final = """
[[sites]]
id = "{id}"
publish = {publish}
address = "1 place de la Gare"
city = "Paris"
postal_code = "75010"
country = "FRA"
latitude = "48.856600"
longitude = "2.352200"
time_zone = "Europe/Paris"

[[sites.stations]]
identity = "{station}"
key = "{key}"
"""
_EVSE: Final = """
[[sites.stations.evses]]
number = {number}
{more}
connectors = [{{ standard = "IEC_62196_T2", format = "SOCKET", power_type = "AC_3_PHASE", max_voltage = 230,\
 max_amperage = 32, tariff_ids = [{tariffs}] }}]
"""
TARIFFS: Final = """
[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }] }]
"""
_CALLRESULT: Final = 3
A_MOMENT: Final = PowerProfile.constant(power_w=6000, duration_s=60)  # 100 Wh


def site(
    site_id: str, station: str, *tariffs: Sequence[str], publish: bool = True, capabilities: str = ""
) -> str:
    """With one station, and an EVSE on it for each list of tariffs, numbered from 1.

    `capabilities` with blanks between them; without, the EVSEs have the usual ones.
    """
    able = f"capabilities = {capabilities.split()}" if capabilities else ""
    first = _SITE.format(id=site_id, publish=str(publish).lower(), station=station, key=KEY)
    evses = (
        _EVSE.format(number=number, more=able, tariffs=", ".join(f'"{each}"' for each in named))
        for number, named in enumerate(tariffs, start=1)
    )
    return first + "".join(evses)


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
    answers: dict[str, Reply | Callable[[Request], Reply]] = field(default_factory=dict)

    def reply(self, request: Request) -> Reply:
        uid = request.path.split("/")[0]
        found = self.answers.get(uid) or self.info(uid)
        return found(request) if callable(found) else found

    def info(self, uid: str, allowed: str = "ALLOWED", **more: Any) -> Reply:
        """An AuthorizationInfo; 2.1.1 repeats no token."""
        if self.far.version == V1:
            return Reply({"allowed": allowed, **more})
        return Reply({"allowed": allowed, "token": self.token(uid), **more})

    def token(self, uid: str, **changes: Any) -> Json:
        named = "auth_id" if self.far.version == V1 else "contract_id"
        return wire.token(
            self.far.version, self.far.party, **{named: _contract(self.far, uid), "uid": uid, **changes}
        )

    def asked(self, card: Card) -> list[Request]:
        """Real-time authorizations of that card."""
        return [each for each in self.far.partner.heard("tokens", "POST") if each.path.startswith(card.uid)]

    def told(self, module: str, card: Card) -> list[Json]:
        """Sessions or bills of that card, as they arrived."""
        arrived = (each.json() for each in self.far.partner.heard(module) if each.method in ("PUT", "POST"))
        return [each for each in arrived if card.is_in(each)]


@dataclass(frozen=True, slots=True)
class ToldStation:
    """Says what a test wants said, at connector 1, about charges that end `now`, when it connected."""

    raw: RawStation
    now: datetime

    async def charge(self, uid: str, *, minutes: int, wh: int) -> int:
        """Its number, once it is over."""
        number = await self.begin(uid, minutes_ago=minutes)
        await self.stop(number, uid, wh=wh)
        return number

    async def begin(self, uid: str, *, minutes_ago: float) -> int:
        await self.say("Authorize", {"idTag": uid})
        told = {"connectorId": 1, "idTag": uid, "meterStart": 0, "timestamp": self.ago(minutes_ago)}
        return int((await self.say("StartTransaction", told))["transactionId"])

    async def meter(self, number: int, *, wh: int, minutes_ago: float = 0, power_w: int = 6000) -> None:
        """What a station measures: energy, power, current of each phase, and the state of the battery."""
        sampled = [
            {"value": str(wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            {"value": str(power_w), "measurand": "Power.Active.Import", "unit": "W"},
            *(
                {"value": str(power_w // 690), "measurand": "Current.Import", "unit": "A", "phase": phase}
                for phase in ("L1", "L2", "L3")
            ),
            {"value": "40", "measurand": "SoC", "unit": "Percent"},
        ]
        value = {"timestamp": self.ago(minutes_ago), "sampledValue": sampled}
        await self.say("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [value]})

    async def status(self, status: str, *, minutes_ago: float) -> None:
        told = {
            "connectorId": 1,
            "errorCode": "NoError",
            "status": status,
            "timestamp": self.ago(minutes_ago),
        }
        await self.say("StatusNotification", told)

    async def stop(self, number: int, uid: str, *, wh: int) -> None:
        told = {"transactionId": number, "idTag": uid, "meterStop": wh, "timestamp": self.ago(0)}
        await self.say("StopTransaction", told)

    def ago(self, minutes: float) -> str:
        return (self.now - timedelta(minutes=minutes)).isoformat()

    async def say(self, action: str, payload: Any) -> Any:
        """What is answered, whatever else the platform says meanwhile."""
        frame = await self.raw.call(action, payload)
        while frame[0] != _CALLRESULT:
            frame = await self.raw.hear()
        return frame[2]


@dataclass(frozen=True, slots=True)
class Charging:
    """`station` is the one that plays charges by itself."""

    cpo: Running
    issuers: Mapping[str, Issuer]
    station: SimulatedStation | None = None

    async def card(self, version: str, **token: Any) -> Card:
        """A new one, whose token its issuer has told."""
        issuer = self.issuers[version]
        uid = f"04{secrets.token_hex(6).upper()}"
        told = issuer.token(uid, **token)
        heard = await issuer.far.push("PUT", "tokens", uid, body=told)
        assert heard.http == 201, heard.body
        return Card(version, uid, _contract(issuer.far, uid))

    def stranger(self, version: str) -> Card:
        """A card that its issuer has not told."""
        uid = f"04{secrets.token_hex(6).upper()}"
        return Card(version, uid, _contract(self.issuers[version].far, uid))

    async def charge(self, card: Card, *, connector: int = 1, **more: Any) -> Charged:
        """A minute, unless told otherwise; the station keeps what it was answered."""
        assert self.station is not None
        told: Json = {"profile": A_MOMENT, "duration_s": 60, "speed": 6000, **more}
        async with asyncio.timeout(20):
            return await self.station.charge(Charge(uid=card.uid, connector=connector, **told))

    async def bill(self, card: Card) -> Any:
        """The one that its issuer gets."""
        issuer = self.issuers[card.version]
        await eventually(lambda: issuer.told("cdrs", card), within_s=10)
        (bill,) = issuer.told("cdrs", card)
        return bill

    async def ended(self, card: Card) -> Any:
        """Its session as it was told last, once that is over."""
        issuer = self.issuers[card.version]

        def is_over() -> bool:
            told = issuer.told("sessions", card)
            return bool(told) and told[-1]["status"] == "COMPLETED"

        await eventually(is_over, within_s=10)
        return issuer.told("sessions", card)[-1]

    @asynccontextmanager
    async def raw_station(self, identity: str) -> AsyncIterator[ToldStation]:
        async with raw_station(self.cpo, identity) as station:
            yield station

    async def outcome(self, number: int | None) -> Any:
        """What became of the transaction of that number, as the operator is shown it."""
        async with asyncio.timeout(10):
            while True:
                for each in await asyncio.to_thread(self.cpo.admin.get, "/transactions"):
                    if each["number"] == number and each["outcome"] is not None:
                        return each
                await asyncio.sleep(0.05)


@asynccontextmanager
async def charging_on(
    mongo_url: str,
    folder: Path,
    *,
    sites: str,
    tariffs: str = TARIFFS,
    **station: Any,
) -> AsyncIterator[Charging]:
    """`station` is how the one that plays charges is made."""
    async with (
        database(mongo_url) as mongo,
        running_stations(mongo, folder, sites, tariffs) as cpo,
        AsyncExitStack() as partners,
        simulated_station(cpo, **station) as playing,
    ):
        issuers = {version: await issuer_of(cpo, version, partners) for version in EMSPS}
        yield Charging(cpo, issuers, playing)


@asynccontextmanager
async def running_stations(
    mongo: Mongo, folder: Path, sites: str, tariffs: str = TARIFFS, *, port: int | None = None
) -> AsyncIterator[Running]:
    """On a port that it had before, it is the same process come back, and goes on where that left off."""
    inventory, prices = folder / "stations.toml", folder / "tariffs.toml"
    inventory.write_text(sites)
    prices.write_text(tariffs)
    settings = CpoSettings(
        port=port or free_port(),
        admin_port=free_port(),
        stations_port=free_port(),
        party=str(CPO),
        data_folder=folder,
        allow_private=True,
        inventory=inventory,
        tariffs=prices,
    )
    async with running(settings, mongo, SystemClock(), build, INDEXES) as cpo:
        yield cpo


@asynccontextmanager
async def simulated_station(
    cpo: Running, identity: str = IDENTITY, **more: Any
) -> AsyncIterator[SimulatedStation]:
    """Connected and booted; its clock begins so far back that what it plays is news."""
    clock = SystemClock()
    made: Json = {"connectors": 9, "clock_behind_s": 86_400, **more}
    settings = StationSettings(identity=identity, key=KEY, **made)
    async with ClientSession() as session, Supervisor(name="stations", clock=clock) as supervisor:
        station = SimulatedStation(
            settings,
            url=f"{cpo.urls['stations']}/ocpp",
            session=session,
            supervisor=supervisor,
            clock=clock,
        )
        station.start()
        async with asyncio.timeout(10):
            await station.ready()
        yield station


@asynccontextmanager
async def raw_station(cpo: Running, identity: str) -> AsyncIterator[ToldStation]:
    url, headers = f"{cpo.urls['stations']}/ocpp/{identity}", basic(identity.encode(), bytes.fromhex(KEY))
    async with (
        ClientSession() as session,
        session.ws_connect(url, protocols=("ocpp1.6",), headers=headers) as socket,
    ):
        station = ToldStation(RawStation(socket), SystemClock().now().replace(microsecond=0))
        await station.say("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
        yield station


async def issuer_of(cpo: Running, version: str, partners: AsyncExitStack) -> Issuer:
    party = EMSPS[version]
    partner = await partners.enter_async_context(SimulatedPartner(("EMSP", party), versions=(version,)))
    issuer = Issuer(FarSide(partner, party, CPO))
    partner.answer("POST", "tokens", Side.SENDER, issuer.reply)
    await connect(cpo, partner, f"emsp-{version}", "EMSP")
    await agree(cpo, CPO, party)
    return issuer


def _contract(far: FarSide, uid: str) -> str:
    return f"{far.party.country_code}-{far.party.party_id}-{uid}"
