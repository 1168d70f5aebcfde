"""A CPO with simulated stations and an eMSP that orders things of them, all over real sockets.

CP-1 can do everything, on two EVSEs. CP-2 was built simply, although the inventory promises all of it; EVSE
CP-3-1 is promised nothing, and CP-4 never comes. Where tests share a CPO, each has such stations of its own.
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession
from ocpp.v16.enums import UnlockStatus

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.charge import Charge, PowerProfile
from simulators.obeying import Abilities
from simulators.partner import Heard, Request, SimulatedPartner
from simulators.station import SimulatedStation, StationSettings
from tests import build
from tests.cpo_adapter.door import RawStation, basic
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP, Running, agree, connect, running_cpo

KEY: Final = "00112233445566778899aabbccddeeff"
OTHER: Final = PartyId("DE", "XYZ")
ALL: Final = (
    "RFID_READER REMOTE_START_STOP_CAPABLE UNLOCK_CAPABLE RESERVABLE CHARGING_PROFILE_CAPABLE "
    "CHARGING_PREFERENCES_CAPABLE"
)
_COLUMNS: Final = (
    "site_id,address,city,country,latitude,longitude,time_zone,station,key,evse,capabilities,connector,"
    "standard,format,power_type,max_voltage,max_amperage,tariff_ids"
)
_SITE: Final = "1 place de la Gare,Paris,FRA,48.85660,2.35220,Europe/Paris"
_PLUG: Final = "1,IEC_62196_T2,SOCKET,AC_3_PHASE,230,32,GREEN AC"
_ROWS: Final = (
    ("GARE", "CP-1", 1, ALL),
    ("GARE", "CP-1", 2, ALL),
    ("PORT", "CP-2", 1, ALL),
    ("PARC", "CP-3", 1, "RFID_READER"),
    ("PARC", "CP-4", 1, f"{ALL} START_SESSION_CONNECTOR_REQUIRED"),
)
TARIFFS: Final = """
[[tariffs]]
id = "AC"
type = "REGULAR"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }] }]

[[tariffs]]
id = "GREEN"
type = "PROFILE_GREEN"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.20, vat = 20, step_size = 1 }] }]
"""

_NAME: Final = re.compile(r"GARE|PORT|PARC|CP-\d|[Rr]-\d")
_NAMED: Final = ("location_id", "evse_uid", "reservation_id")
_SHARES: Final = 50

BOOT_16: Final = {"chargePointVendor": "V", "chargePointModel": "M"}
BOOT_2: Final = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}
_OF_2_1_1: Final = {
    "type": "OTHER",
    "auth_id": "C-7",
    "issuer": "MSP",
    "valid": True,
    "whitelist": "NEVER",
    "last_updated": "2026-01-01T00:00:00Z",
}

# Three seconds at 21.6 kW, 18 Wh, in real time: what is told of it lies between orders, not long before them.
CHARGE: Final = Charge(
    uid="",
    profile=PowerProfile.constant(power_w=21_600, duration_s=3),
    duration_s=3,
    sample_every_s=1,
    speed=1,
)
LONG: Final = replace(CHARGE, profile=PowerProfile.constant(power_w=21_600, duration_s=600), duration_s=600)
"""Until somebody ends it."""


@dataclass(slots=True)
class Ordering:
    """The names of its sites, stations and reservations go on with `mark`, of which a test knows nothing: it
    is put in and taken out here. The first requests that the eMSP received, `since` of them, are of others.
    """

    cpo: Running
    emsp: SimulatedPartner
    stations: dict[str, SimulatedStation]
    http: ClientSession
    party: PartyId = EMSP
    mark: str = ""
    since: int = 0

    def named(self, name: str) -> str:
        """What it is called outside."""
        found = _NAME.match(name)
        return f"{found[0]}{self.mark}{name[found.end() :]}" if found else name

    def heard(self, module: str, method: str = "PUT") -> list[Any]:
        """What the eMSP was told or asked of these stations, in order."""
        mark = self.mark.encode()
        bodies = [each.body for each in self._arrived(module, method) if mark in each.body]
        return [json.loads(body.replace(mark, b"")) for body in bodies]

    def _arrived(self, module: str, method: str) -> list[Request]:
        arrived = self.emsp.received[self.since :]
        return [each for each in arrived if (each.module, each.method) == (module, method)]

    def url(self, module: str = "commands") -> str:
        """An address of the eMSP's that nobody can guess."""
        return f"{self.emsp.url_of(module, Side.SENDER)}/{secrets.token_hex(8)}"

    async def order(self, command: str, *, response_url: str | None = None, **told: Any) -> tuple[Heard, str]:
        """The answer, and the address that the result will come to."""
        url = response_url or self.url()
        names = {key: self.named(told[key]) for key in _NAMED if isinstance(told.get(key), str)}
        heard = await self.emsp.call(
            "POST",
            "commands",
            Side.RECEIVER,
            command,
            routing=Routing(to=CPO, sender=self.party),
            body=codec.encode({"response_url": url, **told, **names}),
            ids=MessageIds.fresh("CORRELATION"),
        )
        return heard, url

    async def profile(
        self, method: str, session_id: str, *, url: str | None = None, **told: Any
    ) -> tuple[Heard, str]:
        """As `order`, for charging profiles; `told` is a body for PUT, else more of the query."""
        url = url or self.url("chargingprofiles")
        is_told_in_body = method == "PUT"
        heard = await self.emsp.call(
            method,
            "chargingprofiles",
            Side.RECEIVER,
            session_id,
            routing=Routing(to=CPO, sender=self.party),
            body=codec.encode({"response_url": url, **told}) if is_told_in_body else None,
            query=None if is_told_in_body else {"response_url": url, **told},
        )
        return heard, url

    async def profiled(self, method: str, session_id: str, **told: Any) -> Any:
        """Have it accepted, and wait: the result."""
        heard, url = await self.profile(method, session_id, **told)
        assert (heard.status, heard.data["result"]) == (1000, "ACCEPTED"), heard.body
        return await self.result(url)

    async def accepted(self, command: str, **told: Any) -> str:
        """Order it, and have it accepted; the address of the result."""
        heard, url = await self.order(command, **told)
        assert (heard.http, heard.status) == (200, 1000), heard.body
        assert heard.data["result"] == "ACCEPTED", heard.body
        return url

    async def result(self, url: str) -> Any:
        """The one result that comes to an address."""
        await eventually(lambda: self.told(url))
        (only,) = self.told(url)
        return only.json()

    async def ordered(self, command: str, **told: Any) -> str:
        """Order it, and wait: what became of it."""
        told_back = await self.result(await self.accepted(command, **told))
        return str(told_back["result"])

    def told(self, url: str) -> list[Request]:
        """What came to an address of ours."""
        module, path = url.split("/")[-2:]
        return [each for each in self._arrived(module, "POST") if each.path == path]

    def limits(self, session_id: str) -> list[Any]:
        """What the eMSP was told of a session's, in order."""
        puts = [each for each in self._arrived("chargingprofiles", "PUT") if each.path == session_id]
        return [put.json()["charging_profile"] for put in puts]

    def token(self, uid: str = "APP-7", kind: str = "APP_USER", **more: Any) -> Any:
        owner = {"country_code": self.party.country_code, "party_id": self.party.party_id}
        if self.emsp.version == "2.1.1":
            return {**_OF_2_1_1, "uid": uid}
        told = build.token(uid=uid, type=kind, whitelist="NEVER", **{**owner, **more})
        return codec.decode(codec.dump(told))

    async def push_card(self, uid: str) -> None:
        """One that may charge everywhere, without anybody being asked."""
        heard = await self.put_card(uid)
        assert heard.is_success, heard.body

    async def put_card(self, uid: str) -> Heard:
        """As `push_card`, for one who is not sure that it is taken."""
        card = self.token(uid, "RFID")
        return await self.emsp.call(
            "PUT",
            "tokens",
            Side.RECEIVER,
            *(self.party.country_code, self.party.party_id, uid),
            routing=Routing(to=CPO, sender=self.party),
            body=codec.encode({**card, "whitelist": "ALWAYS"}),
        )

    def sessions(self) -> list[Any]:
        return self.heard("sessions")

    def bills(self) -> list[Any]:
        return self.heard("cdrs", "POST")

    async def session(self, *states: str) -> Any:
        """The first session that was told of in one of these states, or else as one that has begun."""
        wanted = states or ("ACTIVE", "COMPLETED")
        await eventually(lambda: any(each["status"] in wanted for each in self.sessions()))
        return next(each for each in self.sessions() if each["status"] in wanted)

    async def charging(self, **changes: Any) -> str:
        """The id of a session of ours that has begun."""
        where = {"location_id": "GARE", "evse_uid": "CP-1-1", **changes}
        assert await self.ordered("START_SESSION", token=self.token(), **where) == "ACCEPTED"
        return str((await self.session())["id"])

    @asynccontextmanager
    async def raw_station(self, ocpp: str = "1.6") -> AsyncIterator[RawStation]:
        """CP-4 after all, which says what a test wants said."""
        identity = self.named("CP-4")
        async with self.http.ws_connect(
            f"{self.cpo.urls['stations']}/ocpp/{identity}",
            protocols=(f"ocpp{ocpp}",),
            headers=basic(identity.encode(), bytes.fromhex(KEY)),
        ) as socket:
            station = RawStation(socket)
            await station.call("BootNotification", BOOT_16 if ocpp == "1.6" else BOOT_2)
            yield station

    async def charging_at(self, station: RawStation) -> tuple[str, int]:
        """A session at CP-4: its id, and the number of its transaction."""
        there = {"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}
        url = await self.accepted("START_SESSION", token=self.token(), **there)
        asked = await station.hear()
        await station.socket.send_json([3, asked[1], {"status": "Accepted"}])
        await self.result(url)
        begun = {"connectorId": 1, "idTag": asked[3]["idTag"], "meterStart": 0, "timestamp": later()}
        answer = await station.call("StartTransaction", begun)
        return (await self.session())["id"], answer[2]["transactionId"]

    async def listed(self, path: str) -> Any:
        """What the operator is shown of these stations."""
        bodies = map(codec.encode, await asyncio.to_thread(self.cpo.admin.get, path))
        mark = self.mark.encode()
        return [codec.decode(body.replace(mark, b"")) for body in bodies if mark in body]


def later(**time: float) -> str:
    return (SystemClock().now() + timedelta(**time)).isoformat().replace("+00:00", "Z")


@asynccontextmanager
async def ordering(
    mongo: Mongo,
    folder: Path,
    *,
    version: str = "2.3.0",
    ocpp: str = "1.6",
    charge: Charge = CHARGE,
    **more: Any,
) -> AsyncIterator[Ordering]:
    """`more` are settings."""
    async with (
        SimulatedPartner(("EMSP", EMSP), versions=(version,)) as emsp,
        running_cpo(mongo, SystemClock(), folder, **written(folder), **more) as cpo,
        ClientSession() as session,
        Supervisor(name="stations", clock=SystemClock()) as supervisor,
    ):
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        stations = await plugged_in(cpo, session, supervisor, charge, ocpp)
        yield Ordering(cpo, emsp, stations, session)


@dataclass(slots=True)
class Service:
    """A CPO and an eMSP for many tests, one after the other."""

    cpo: Running
    emsp: SimulatedPartner
    http: ClientSession
    free: Iterator[str]

    @asynccontextmanager
    async def share(
        self, *, ocpp: str = "1.6", charge: Charge = CHARGE, are_there: bool = True
    ) -> AsyncIterator[Ordering]:
        """Stations that nobody had before; unless they `are_there`, none of them has come."""
        orders = Ordering(self.cpo, self.emsp, {}, self.http, mark=next(self.free))
        orders.since = len(self.emsp.received)
        async with Supervisor(name="stations", clock=SystemClock()) as supervisor:
            if are_there:
                it = self.cpo, self.http, supervisor, charge, ocpp, orders.mark
                orders.stations = await plugged_in(*it)
            yield orders


@asynccontextmanager
async def serving(mongo: Mongo, folder: Path) -> AsyncIterator[Service]:
    marks = [f"-N{number:02}" for number in range(_SHARES)]
    async with (
        SimulatedPartner(("EMSP", EMSP)) as emsp,
        running_cpo(mongo, SystemClock(), folder, **written(folder, marks)) as cpo,
        ClientSession() as session,
    ):
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        yield Service(cpo, emsp, session, iter(marks))


def written(folder: Path, marks: Sequence[str] = ("",)) -> dict[str, Path]:
    """The operator's files."""
    rows = [
        f"{site}{mark},{_SITE},{station}{mark},{KEY},{evse},{capabilities},{_PLUG}"
        for mark in marks
        for site, station, evse, capabilities in _ROWS
    ]
    (folder / "stations.csv").write_text("\n".join([_COLUMNS, *rows]))
    (folder / "tariffs.toml").write_text(TARIFFS)
    return {"inventory": folder / "stations.csv", "tariffs": folder / "tariffs.toml"}


async def plugged_in(
    cpo: Running,
    session: ClientSession,
    supervisor: Supervisor,
    charge: Charge,
    ocpp: str = "1.6",
    mark: str = "",
) -> dict[str, SimulatedStation]:
    """Connected, booted, and shown to partners as what they are."""
    simple = Abilities(reserves=False, limits=False, unlocking=UnlockStatus.not_supported)
    settings = StationSettings(
        identity="CP-1", key=KEY, connectors=2, reconnect_s=0.1, retry_s=0.1, remote_charge=charge
    )
    made = [
        settings,
        StationSettings(identity="CP-2", key=KEY, abilities=simple),
        StationSettings(identity="CP-3", key=KEY),
    ]
    stations = {
        each.identity: SimulatedStation(
            replace(each, identity=f"{each.identity}{mark}", ocpp=ocpp),
            url=f"{cpo.urls['stations']}/ocpp",
            session=session,
            supervisor=supervisor,
            clock=SystemClock(),
        )
        for each in made
    }
    for station in stations.values():
        station.start()
    await asyncio.gather(*(station.ready() for station in stations.values()))
    return stations
