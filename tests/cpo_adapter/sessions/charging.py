"""A CPO with one station, connected to the issuer of one card, all over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import Reply, Request, SimulatedPartner
from tests import build
from tests.cpo_adapter.commands.ordering import BOOT_2, BOOT_16
from tests.cpo_adapter.door import RawStation, basic
from tests.fakes.eventually import PATIENCE_S
from tests.platforms import CPO, EMSP, Running, agree, connect, running_cpo

KEY = "00112233445566778899aabbccddeeff"
UID = "04E2A1B2C3"
STATIONS = f"""
[[sites]]
id = "GARE"
address = "1 place de la Gare"
city = "Paris"
country = "FRA"
latitude = "48.85660"
longitude = "2.35220"
time_zone = "Europe/Paris"

[[sites.stations]]
identity = "CP-1"
key = "{KEY}"

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


class StationWithCache(RawStation):
    """It forgets the cards that it knows whenever it is told to; a test need not hear of that."""

    async def hear(self, within_s: float = PATIENCE_S) -> list[Any]:
        while (frame := await super().hear(within_s))[2:3] == ["ClearCache"]:
            await self.socket.send_json([3, frame[1], {"status": "Accepted"}])
        return frame


@dataclass(frozen=True, slots=True)
class Charging:
    """A CPO with one station, connected to the issuer of one card."""

    cpo: Running
    emsp: SimulatedPartner
    session: ClientSession

    @asynccontextmanager
    async def station(
        self, protocol: str = "ocpp1.6", *, identity: str = "CP-1"
    ) -> AsyncIterator[RawStation]:
        """Connected and booted: it says what a test wants said."""
        url = f"{self.cpo.urls['stations']}/ocpp/{identity}"
        headers = basic(identity.encode(), bytes.fromhex(KEY))
        async with self.session.ws_connect(url, protocols=(protocol,), headers=headers) as socket:
            station = StationWithCache(socket)
            boot = BOOT_16 if protocol == "ocpp1.6" else BOOT_2
            assert (await station.call("BootNotification", boot))[2]["status"] == "Accepted"
            yield station

    def bills(self) -> list[Any]:
        return [post.json() for post in self.emsp.heard("cdrs", "POST")]

    def sessions(self) -> list[Any]:
        return [put.json() for put in self.emsp.heard("sessions", "PUT")]

    async def push_token(self, uid: str = UID, **changes: Any) -> None:
        token = build.token(uid=uid, **changes)
        routing = Routing(to=CPO, sender=EMSP)
        path = (token.country_code, token.party_id, token.uid)
        heard = await self.emsp.call(
            "PUT", "tokens", Side.RECEIVER, *path, routing=routing, body=codec.dump(token)
        )
        assert heard.status == 1000, heard.body

    async def transactions(self) -> list[Any]:
        return await asyncio.to_thread(self.cpo.admin.get, "/transactions")


def answers(allowed: str) -> Callable[[Request], Reply]:
    token = codec.decode(codec.dump(build.token(uid=UID)))
    return lambda _: Reply({"allowed": allowed, "token": token, "authorization_reference": "REF-1"})


@asynccontextmanager
async def running_charging(
    mongo: Mongo,
    tmp_path: Path,
    whitelist: str = "NEVER",
    *,
    version: str = "2.3.0",
    stations: str = STATIONS,
    tariffs: str = TARIFFS,
    **settings: Any,
) -> AsyncIterator[Charging]:
    """`whitelist` is that of the card, `version` the issuer's."""
    (tmp_path / "stations.toml").write_text(stations)
    (tmp_path / "tariffs.toml").write_text(tariffs)
    files = {"inventory": tmp_path / "stations.toml", "tariffs": tmp_path / "tariffs.toml"}
    async with (
        running_cpo(mongo, SystemClock(), tmp_path, **files, **settings) as cpo,
        SimulatedPartner(("EMSP", EMSP), versions=(version,)) as emsp,
        ClientSession() as session,
    ):
        emsp.answer("POST", "tokens", Side.SENDER, answers("ALLOWED"))
        await connect(cpo, emsp, "the-emsp", "EMSP")
        await agree(cpo)
        charging = Charging(cpo, emsp, session)
        await charging.push_token(whitelist=whitelist)
        yield charging


async def until_settled(charging: Charging) -> None:
    """Until every transaction has an outcome."""
    async with asyncio.timeout(PATIENCE_S):
        while any(each["outcome"] is None for each in await charging.transactions()):  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)
