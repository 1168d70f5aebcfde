"""One running CPO with a station for every test of a file, and one issuer that hears of them all.

A test takes stations that nobody had before it, and looks at what the issuer received of those alone.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession

from ocpi.process.clock import Clock, SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import SimulatedPartner
from tests.cpo_adapter.commands.ordering import BOOT_2, BOOT_16
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import KEY, UID, Charging, StationWithCache, answers
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, Running, agree, connect, running_cpo

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
"""Of every file that uses a yard: it lives longer than a test."""

STATIONS: Final = 80
ENERGY: Final = '{ type = "ENERGY", price = 0.40, vat = 20, step_size = 1 }'
FLAT: Final = '{ type = "FLAT", price = 2, vat = 20, step_size = 1 }'

_SITE = """
[[sites]]
id = "GARE"
address = "1 place de la Gare"
city = "Paris"
country = "FRA"
latitude = "48.85660"
longitude = "2.35220"
time_zone = "Europe/Paris"
"""
_STATION = """
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


def _stations() -> str:
    """EVSE 1 is billed by energy, EVSE 2 by the session."""
    evses = "\n".join(_EVSE.format(number=number, tariff=name) for number, name in ((1, "AC"), (2, "ONCE")))
    return _SITE + "".join(_STATION.format(identity=each, key=KEY, evses=evses) for each in identities())


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
        told = (post.json() for post in self.yard.emsp.heard("cdrs", "POST"))
        return [bill for bill in told if self._is_here(bill["cdr_location"]["evse_uid"])]

    def sessions(self) -> list[Any]:
        told = (put.json() for put in self.yard.emsp.heard("sessions", "PUT"))
        return [session for session in told if self._is_here(session["evse_uid"])]

    def status(self, evse: int = 1) -> str | None:
        """Of an EVSE, as the issuer was told last."""
        told = self.yard.emsp.heard("locations", "PUT")
        statuses = {each["uid"]: each["status"] for each in told[-1].json()["evses"]} if told else {}
        return statuses.get(f"{self.identity}-{evse}")

    async def transactions(self) -> list[Any]:
        """The newest first."""
        listed = await asyncio.to_thread(self.yard.cpo.admin.get, "/transactions")
        return [each for each in listed if each["station"] == self.identity]

    async def settled(self) -> list[Any]:
        """Once each has an outcome."""

        async def are_all() -> bool:
            listed = await self.transactions()
            return bool(listed) and all(each["outcome"] for each in listed)

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

    def place(self) -> Place:
        return Place(next(self.free), self)

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
    mongo_url: str,
    folder: Path,
    *,
    clock: Clock | None = None,
    ocpi: str = "2.3.0",
    card: Mapping[str, Any] | None = None,
    **more: Any,
) -> AsyncIterator[Yard]:
    """`more` are settings; `card` as the issuer's version of OCPI spells it. It may charge unasked."""
    (folder / "stations.toml").write_text(_stations())
    (folder / "tariffs.toml").write_text(_tariff("AC", ENERGY) + _tariff("ONCE", FLAT))
    mongo = await Mongo.connect(mongo_url, f"test_{uuid.uuid4().hex}")
    files = {"inventory": folder / "stations.toml", "tariffs": folder / "tariffs.toml"}
    try:
        async with (
            running_cpo(mongo, clock or SystemClock(), folder, **files, **more) as cpo,
            SimulatedPartner(("EMSP", EMSP), versions=[ocpi]) as emsp,
            ClientSession() as session,
        ):
            emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))
            await connect(cpo, emsp, "the-emsp", "EMSP")
            await agree(cpo)
            yard = Yard(cpo, emsp, session, mongo, iter(identities()))
            if card is None:
                await yard.push_card(UID, whitelist="ALWAYS")
            else:
                await yard.push_token(card)
            yield yard
    finally:
        await mongo.drop()
        mongo.close()
