"""One running CPO with a station for every test of a file, and one issuer that hears of them all.

A test takes stations that nobody had before it, and looks at what the issuer received of those alone.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession

from ocpi.process.clock import Clock, SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import Request, SimulatedPartner
from tests.cpo_adapter.commands.ordering import BOOT_2, BOOT_16
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import KEY, UID, Charging, StationWithCache, answers
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, Running, agree, connect, running_cpo

STATIONS: Final = 80
ENERGY: Final = '{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }'
FLAT: Final = '{ type = "FLAT", price = 2, vat = 20, step_size = 1 }'

_SITE = """
[[sites]]
id = "{identity}"
address = "1 place de la Gare"
city = "Paris"
country = "FRA"
latitude = "48.85660"
longitude = "2.35220"
time_zone = "Europe/Paris"

[[sites.stations]]
identity = "{identity}"
key = "{key}"
evses = [
{evses}
]
"""
_EVSE = """ {{ number = {number}, connectors = [{{ standard = "IEC_62196_T2", format = "SOCKET",\
 power_type = "AC_3_PHASE", max_voltage = 230, max_amperage = 32, tariff_ids = ["{tariff}"] }}] }},"""


def _tariff(name: str, component: str) -> str:
    about = f'id = "{name}"\ncurrency = "EUR"\ntax_included = "NO"'
    return f"[[tariffs]]\n{about}\nelements = [{{ price_components = [{component}] }}]\n"


def identities() -> list[str]:
    return [f"CP-{number:02}" for number in range(1, STATIONS + 1)]


def _sites() -> str:
    """Each of one station, so that little is told at once. EVSE 1 is billed by energy, 2 by the session."""
    evses = "\n".join(_EVSE.format(number=number, tariff=name) for number, name in ((1, "AC"), (2, "ONCE")))
    return "".join(_SITE.format(identity=each, key=KEY, evses=evses) for each in identities())


@dataclass(slots=True)
class Inbox:
    """What the issuer received, each read once: it is looked at over and over."""

    emsp: SimulatedPartner
    _read: int = 0
    _told: dict[tuple[str, str], list[Any]] = field(default_factory=lambda: defaultdict(list))

    def told(self, module: str, method: str) -> list[Any]:
        """In order."""
        for request in self.emsp.received[self._read :]:
            if request.body:
                self._told[request.module, request.method].append(request.json())
        self._read = len(self.emsp.received)
        return self._told[module, method]


@dataclass(frozen=True, slots=True)
class Place:
    """One station, what the issuer heard of it, and what the operator sees."""

    identity: str
    yard: "Yard"

    @asynccontextmanager
    async def line(self, protocol: str = "ocpp1.6") -> AsyncIterator[RawStation]:
        """Connected and booted."""
        url = f"{self.yard.cpo.urls['stations']}/ocpp/{self.identity}"
        headers = basic(self.identity.encode(), bytes.fromhex(KEY))
        async with self.yard.session.ws_connect(url, protocols=(protocol,), headers=headers) as socket:
            station = StationWithCache(socket)
            boot = BOOT_16 if protocol == "ocpp1.6" else BOOT_2
            assert (await station.call("BootNotification", boot))[2]["status"] == "Accepted"
            yield station

    def bills(self) -> list[Any]:
        """As the issuer received them, credits among them."""
        told = self.yard.inbox.told("cdrs", "POST")
        return [bill for bill in told if self._is_here(bill["cdr_location"]["evse_uid"])]

    def sessions(self) -> list[Any]:
        told = self.yard.inbox.told("sessions", "PUT")
        return [session for session in told if self._is_here(session["evse_uid"])]

    def statuses(self, evse: int = 1) -> list[str | None]:
        """Of an EVSE, in every location that the issuer was told of it."""
        told = [each for each in self.yard.inbox.told("locations", "PUT") if each["id"] == self.identity]
        names = [{each["uid"]: each["status"] for each in location["evses"]} for location in told]
        return [each.get(f"{self.identity}-{evse}") for each in names]

    def status(self, evse: int = 1) -> str | None:
        """As the issuer was told last."""
        return (self.statuses(evse) or [None])[-1]

    def told(self) -> list[tuple[str, Any]]:
        """Sessions and bills with their modules, in the order in which the issuer received them."""
        ours = {"sessions": self.sessions(), "cdrs": self.bills()}
        arrived = [each for each in self.yard.emsp.received if each.module in ours and each.body]
        told = [(each.module, each.json()) for each in arrived]
        return [(module, each) for module, each in told if each in ours[module]]

    def asked(self) -> list[Request]:
        """What the issuer was asked about cards that were held up here."""
        asked = self.yard.emsp.heard("tokens", "POST")
        return [each for each in asked if self._is_here(each.json()["evse_uids"][0])]

    async def transactions(self) -> list[Any]:
        """The newest first."""
        listed = await asyncio.to_thread(self.yard.cpo.admin.get, "/transactions")
        return [each for each in listed if each["station"] == self.identity]

    async def settled(self) -> list[Any]:
        """Once each has an outcome; the operator, who is shown those of all stations, looks only then."""

        async def are_all() -> bool:
            found = self.yard.mongo.collection("transactions").find({"station": self.identity})
            outcomes = [each["outcome"] async for each in found]
            return bool(outcomes) and all(outcomes)

        await eventually_so(are_all)
        return await self.transactions()

    async def bill(self) -> Any:
        """The one that leaves for the only charge here."""
        await eventually(self.bills)
        await self.settled()
        (bill,) = self.bills()
        return bill

    async def strays(self) -> list[str]:
        found = self.yard.mongo.collection("stray_frames").find({"station": self.identity})
        return [each["reason"] async for each in found]

    def _is_here(self, evse_uid: str) -> bool:
        return evse_uid.startswith(f"{self.identity}-")


@dataclass(frozen=True, slots=True)
class Yard:
    cpo: Running
    emsp: SimulatedPartner
    session: ClientSession
    mongo: Mongo
    free: Iterator[str]
    inbox: Inbox

    def place(self) -> Place:
        return Place(next(self.free), self)

    @contextmanager
    def issuer_says(self, allowed: str) -> Iterator[None]:
        """Of every card that it is asked about meanwhile."""
        self.emsp.answer("POST", "tokens", Side.SENDER, answers(allowed))
        try:
            yield
        finally:
            self.emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))

    async def push_card(self, uid: str, **changes: Any) -> None:
        await Charging(self.cpo, self.emsp, self.session).push_token(uid, **changes)

    async def push_token(self, token: Mapping[str, Any]) -> None:
        """As it stands."""
        path = (EMSP.country_code, EMSP.party_id, token["uid"])
        routing = Routing(to=CPO, sender=EMSP)
        heard = await self.emsp.call(
            "PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=codec.encode(dict(token))
        )
        assert heard.is_success, heard.body


@asynccontextmanager
async def running_yard(
    mongo: Mongo,
    folder: Path,
    *,
    clock: Clock | None = None,
    ocpi: str = "2.3.0",
    card: Mapping[str, Any] | None = None,
    whitelist: str = "ALWAYS",
    **more: Any,
) -> AsyncIterator[Yard]:
    """`more` are settings; `card` as the issuer's version of OCPI spells it, else one of that `whitelist`."""
    (folder / "stations.toml").write_text(_sites())
    (folder / "tariffs.toml").write_text(_tariff("AC", ENERGY) + _tariff("ONCE", FLAT))
    files = {"inventory": folder / "stations.toml", "tariffs": folder / "tariffs.toml"}
    async with (
        running_cpo(mongo, clock or SystemClock(), folder, **files, **more) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=[ocpi]) as emsp,
        ClientSession() as session,
    ):
        emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        yard = Yard(cpo, emsp, session, mongo, iter(identities()), Inbox(emsp))
        if card is None:
            await yard.push_card(UID, whitelist=whitelist)
        else:
            await yard.push_token(card)
        yield yard
