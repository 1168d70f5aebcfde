"""A CPO adapter that may die at any time, and stations that tell it what they count until it is answered."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar, Final

from cpo_adapter.sessions.store import TRANSACTIONS
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.times import datetime_text
from simulators.lean import Gone, Identity, LeanStation, Refused
from simulators.partner import SimulatedPartner
from tests import build
from tests.faults.forms import form
from tests.faults.supervisor import HubProcess, Nursery, database_name
from tests.platforms import CPO, EMSP, free_port

KEY: Final = bytes.fromhex("00112233445566778899aabbccddeeff")
CARD: Final = "CARD"
LASTS: Final = timedelta(minutes=30)
_APART: Final = timedelta(minutes=31)
_MOST_WH: Final = 8_000
_AGAIN_AFTER_S: Final = 0.05
_ANSWERED_WITHIN_S: Final = 15.0
_COLUMNS: Final = (
    "site_id,address,city,country,latitude,longitude,time_zone,station,key,evse,connector,standard,format,"
    "power_type,max_voltage,max_amperage,tariff_ids"
)
_SITE: Final = "1 place de la Gare,Paris,FRA,48.85660,2.35220,Europe/Paris"
_PLUG: Final = "1,1,IEC_62196_T2,SOCKET,AC_3_PHASE,230,32,AC"
_TARIFFS: Final = """
[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }] }]
"""


@dataclass(slots=True)
class AdapterProcess(HubProcess):
    """As a hub, but with stations."""

    service: ClassVar[str] = "cpo"
    stations_port: int = field(default_factory=free_port)

    @property
    def stations_url(self) -> str:
        return f"http://127.0.0.1:{self.stations_port}/ocpp"

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "PASSERELLE_MONGO_URL": self.mongo_url,
            "PASSERELLE_DATA_FOLDER": str(self.folder),
            "PASSERELLE_ALLOW_PRIVATE": "true",
            "PASSERELLE_LOG_LEVEL": "WARNING",
            "CPO_PORT": str(self.port),
            "CPO_ADMIN_PORT": str(self.admin_port),
            "CPO_STATIONS_PORT": str(self.stations_port),
            "CPO_DATABASE": self.database,
            "CPO_PARTY": str(CPO),
            "CPO_INVENTORY": str(self.folder / "stations.csv"),
            "CPO_TARIFFS": str(self.folder / "tariffs.toml"),
        }


@asynccontextmanager
async def adapter(
    nursery: Nursery, mongo_url: str, folder: Path, stations: int
) -> AsyncIterator[tuple[AdapterProcess, SimulatedPartner]]:
    """Ready, with the issuer of one card that may charge everywhere; gone with its database afterwards."""
    _write(folder, stations)
    process = AdapterProcess(nursery, database_name(), mongo_url, folder)
    await process.begin()
    async with SimulatedPartner(("EMSP", EMSP)) as issuer:
        await _registered(process, issuer)
        try:
            yield process, issuer
        finally:
            await process.end()
            database = await Mongo.connect(mongo_url, process.database)
            await database.drop()
            database.close()


def _write(folder: Path, stations: int) -> None:
    rows = [f"SITE-{number // 4},{_SITE},CP-{number},{KEY.hex()},{_PLUG}" for number in range(stations)]
    (folder / "stations.csv").write_text("\n".join([_COLUMNS, *rows]))
    (folder / "tariffs.toml").write_text(_TARIFFS)


async def _registered(process: AdapterProcess, issuer: SimulatedPartner) -> None:
    invited = await process.operate("/partners/invitations", {"name": "issuer", "roles": ["EMSP"]})
    heard = await issuer.register(process.versions_url, CredentialsToken(invited["token"]))
    assert heard.is_success, heard.body
    await process.operate("/agreements", {"cpo": str(CPO), "emsp": str(EMSP)})
    card = codec.dump(build.token(uid=CARD, whitelist="ALWAYS"))
    path = (EMSP.country_code, EMSP.party_id, CARD)
    told = await issuer.call(
        "PUT", "tokens", Side.RECEIVER, *path, routing=Routing(to=CPO, sender=EMSP), body=card
    )
    assert told.is_success, told.body


@dataclass(slots=True)
class Told:
    """What all stations counted: Wh by the start of each transaction, which has all been told to its end."""

    counted: dict[tuple[str, str], int] = field(default_factory=dict)
    repeated: int = 0


class Car:
    """One station that charges cars one after the other, and says everything until it is answered."""

    def __init__(self, number: int, url: str, told: Told, chance: Random) -> None:
        self.is_new = number % 2 == 1
        self._who = Identity(f"CP-{number}", KEY, "ocpp2.0.1" if self.is_new else "ocpp1.6")
        self._url = url
        self._told = told
        self._chance = chance
        self._line: LeanStation | None = None
        self._has_booted = False
        self._register_wh = chance.randint(0, 10**6)

    async def charge(self, times: int, until: datetime) -> None:
        for turn in range(times):
            began = until - _APART * (times - turn)
            energy_wh = self._chance.randint(1, _MOST_WH)
            await (self._charge_201(began, energy_wh) if self.is_new else self._charge_16(began, energy_wh))
            self._register_wh += energy_wh
            self._told.counted[self._who.name, datetime_text(began)] = energy_wh
        self._cut()

    async def _charge_16(self, began: datetime, energy_wh: int) -> None:
        first = self._register_wh
        begun = {"connectorId": 1, "idTag": CARD, "meterStart": first, "timestamp": datetime_text(began)}
        number = (await self.say("StartTransaction", begun))["transactionId"]
        await self.say("MeterValues", _read_16(number, began + LASTS / 2, first + energy_wh // 2))
        ended = {
            "transactionId": number,
            "meterStop": first + energy_wh,
            "timestamp": datetime_text(began + LASTS),
        }
        await self._perhaps_twice("StopTransaction", ended)

    async def _charge_201(self, began: datetime, energy_wh: int) -> None:
        name, first = str(uuid.UUID(int=self._chance.getrandbits(128))), self._register_wh
        steps = (("Started", 0), ("Updated", energy_wh // 2), ("Ended", energy_wh))
        for seq, (moment, wh) in enumerate(steps):
            event = _event(name, seq, moment, began + LASTS / 2 * seq, first + wh)
            await self._perhaps_twice("TransactionEvent", event)

    async def _perhaps_twice(self, action: str, payload: dict[str, Any]) -> None:
        """As a station does whose answer was lost."""
        await self.say(action, payload)
        if self._chance.random() < 0.2:
            self._told.repeated += 1
            await self.say(action, payload)

    async def say(self, action: str, payload: dict[str, Any]) -> Any:
        """Until it is answered, on as many connections as that takes."""
        while True:
            try:
                line = await self._connected()
                async with asyncio.timeout(_ANSWERED_WITHIN_S):
                    return await line.call(action, payload)
            except (Gone, Refused, OSError, TimeoutError):
                self._cut()
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def _connected(self) -> LeanStation:
        if self._line is None:
            self._line = await LeanStation.connect(self._url, self._who)
        if not self._has_booted:
            station = {"vendorName": "V", "model": "M"}
            new = {"reason": "PowerUp", "chargingStation": station}
            old = {"chargePointVendor": "V", "chargePointModel": "M"}
            await self._line.call("BootNotification", new if self.is_new else old)
            self._has_booted = True
        return self._line

    def _cut(self) -> None:
        if self._line is not None:
            self._line.cut()
        self._line = None


def _read_16(number: int, at: datetime, register_wh: int) -> dict[str, Any]:
    value = {"value": str(register_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    values = [{"timestamp": datetime_text(at), "sampledValue": [value]}]
    return {"connectorId": 1, "transactionId": number, "meterValue": values}


def _event(name: str, seq: int, moment: str, at: datetime, register_wh: int) -> dict[str, Any]:
    value = {
        "value": register_wh,
        "measurand": "Energy.Active.Import.Register",
        "unitOfMeasure": {"unit": "Wh"},
    }
    triggers = {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "EVDeparted"}
    return {
        "eventType": moment,
        "timestamp": datetime_text(at),
        "triggerReason": triggers[moment],
        "seqNo": seq,
        "transactionInfo": {"transactionId": name},
        "evse": {"id": 1, "connectorId": 1},
        "idToken": {"idToken": CARD, "type": "ISO14443"},
        "meterValue": [{"timestamp": datetime_text(at), "sampledValue": [value]}],
    }


def bills_of(issuer: SimulatedPartner) -> dict[str, list[Any]]:
    """What came, by the id of the bill."""
    found: dict[str, list[Any]] = {}
    for post in issuer.heard("cdrs", "POST"):
        bill = post.json()
        found.setdefault(bill["id"], []).append(bill)
    return found


def broken(told: Told, bills: dict[str, list[Any]], kills: int) -> list[str]:
    """A line for what does not hold: every transaction has one bill, over what its station counted."""
    once = [each[0] for each in bills.values()]
    billed_wh = {key_of(bill): round(float(bill["total_energy"]) * 1000) for bill in once}
    lines = [f"{key} was told and has no bill" for key in told.counted.keys() - billed_wh.keys()]
    lines += [f"{key} has a bill, and was never told" for key in billed_wh.keys() - told.counted.keys()]
    if len(once) != len(billed_wh):
        lines.append(f"{len(once)} bills for {len(billed_wh)} transactions")
    for key, energy_wh in told.counted.items():
        if billed_wh.get(key, energy_wh) != energy_wh:
            lines.append(f"{key} counted {energy_wh} Wh, billed are {billed_wh[key]}")
    lines += [
        f"{name} came with several bodies" for name, sent in bills.items() if any(x != sent[0] for x in sent)
    ]
    again = sum(len(sent) - 1 for sent in bills.values())
    if again > 8 * kills:
        lines.append(f"{again} bills were sent once more, after {kills} kills")
    return lines


async def billed(told: Told, issuer: SimulatedPartner, *, quiet_s: float) -> dict[str, list[Any]]:
    """The bills, once all are there, or none came for so long.

    A look at thousands takes time from whoever sends them and takes them: that is not done all the time.
    """
    clock, came, since_s = SystemClock(), -1, 0.0
    while len(bills := bills_of(issuer)) < len(told.counted):
        if len(bills) > came:
            came, since_s = len(bills), clock.monotonic()
        if clock.monotonic() - since_s > quiet_s:
            break
        await asyncio.sleep(form(0.1, 5.0))
    return bills


async def whereabouts(process: AdapterProcess, told: Told, bills: dict[str, list[Any]]) -> list[str]:
    """What the adapter has kept of each transaction that has no bill, for whoever has to find out why."""
    unbilled = told.counted.keys() - {key_of(each[0]) for each in bills.values()}
    database = await Mongo.connect(process.mongo_url, process.database)
    try:
        return [await _kept_of(database, station, began) for station, began in sorted(unbilled)]
    finally:
        database.close()


async def _kept_of(database: Mongo, station: str, began: str) -> str:
    wanted = {"station": station, "began_at": datetime.fromisoformat(began)}
    kept = await database.collection(TRANSACTIONS).find_one(wanted, {"frame": 0, "tariffs": 0})
    return f"{station} {began}: {kept or 'no transaction'}"


def key_of(bill: Any) -> tuple[str, str]:
    station = str(bill["cdr_location"]["evse_uid"]).rpartition("-")[0]
    return station, str(bill["start_date_time"])


def cars_of(process: AdapterProcess, stations: int, told: Told, chance: Random) -> Sequence[Car]:
    """Of both versions in turn."""
    urls = itertools.repeat(process.stations_url, stations)
    return [Car(number, url, told, Random(chance.random())) for number, url in enumerate(urls)]  # noqa: S311


def now() -> datetime:
    """Whole seconds: that is what bills count."""
    return SystemClock().now().replace(microsecond=0)
