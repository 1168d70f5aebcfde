"""A running CPO adapter with two stations, its operator at the admin port, and stations of either kind."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from ocpi.server.operator_auth import issue
from passerelle.admin_client import AdminRefused
from simulators.servicing import USUAL, Habits
from simulators.station import SimulatedStation, StationSettings
from tests.cpo_adapter.certificates import Authority, client_context
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.rooms import KEY
from tests.cpo_adapter.stations.authored_files import TOML
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import PATIENCE_S, eventually_so
from tests.platforms import Running, free_port, running_cpo

INVENTORY = TOML.replace('identity = "CP-2"\nin_service = false', f'identity = "CP-2"\nkey = "{KEY}"')
_BOOT_2 = {"chargingStation": {"vendorName": "V", "model": "M"}, "reason": "PowerUp"}
BOOTS: dict[str, dict[str, Any]] = {
    "ocpp1.6": {"chargePointVendor": "V", "chargePointModel": "M"},
    "ocpp2.0.1": _BOOT_2,
    "ocpp2.1": _BOOT_2,
}


@dataclass
class Workshop:
    cpo: Running
    session: ClientSession
    supervisor: Supervisor
    folder: Path

    async def told(self, path: str, **body: Any) -> Any:
        """What the operator hears of an order."""
        return await asyncio.to_thread(self.cpo.admin.post, f"/stations/{path}", body)

    async def refused(self, path: str, **body: Any) -> str:
        with pytest.raises(AdminRefused) as caught:
            await self.told(path, **body)
        return str(caught.value)

    async def seen(self, path: str) -> Any:
        return await asyncio.to_thread(self.cpo.admin.get, f"/stations/{path}")

    async def fetched(self, job: int) -> tuple[int, bytes]:
        """The file that came of a job, as curl gets it."""
        admin = self.cpo.admin
        token = issue(admin.key, "operator", admin.clock.now())
        url = f"{admin.url}/admin/v1/stations/jobs/{job}/file"
        async with self.session.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
            return answer.status, await answer.read()

    async def ended(self, job: int) -> Any:
        """A job, once it has an end."""
        found: dict[str, Any] = {}

        async def is_over() -> bool:
            found.update(await self.seen(f"jobs/{job}"))
            return bool(found["state"] != "going on")

        await eventually_so(is_over)
        return found

    async def asked(
        self, station: RawStation, path: str, *answers: Any, **body: Any
    ) -> tuple[list[Any], Any]:
        """The frames that an order became, each answered in turn; and what the operator heard."""
        frames = []
        async with asyncio.TaskGroup() as tasks:
            told = tasks.create_task(self.told(path, **body))
            for answer in answers:
                frame = await station.hear()
                frames.append(frame)
                payload = answer(frame[3]) if callable(answer) else answer
                await station.say(json.dumps([3, frame[1], payload]))
        return frames, told.result()

    @asynccontextmanager
    async def raw(
        self, identity: str = "CP-1", protocol: str = "ocpp1.6", *, port: str = "stations"
    ) -> AsyncIterator[RawStation]:
        """One that has booted and says what a test wants said."""
        socket = await self.session.ws_connect(
            f"{self.cpo.urls[port]}/ocpp/{identity}",
            protocols=(protocol,),
            headers=basic(identity.encode(), KEY.encode()),
        )
        async with socket:
            station = RawStation(socket)
            await station.call("BootNotification", BOOTS[protocol])
            yield station

    async def simulated(
        self, identity: str, ocpp: str, habits: Habits = USUAL, session: ClientSession | None = None
    ) -> SimulatedStation:
        """A good one, by TLS; `session` as whom it comes."""
        station = SimulatedStation(
            StationSettings(identity=identity, key=KEY, ocpp=ocpp, habits=habits, reconnect_s=0.05),
            url=f"{self.cpo.urls['stations_tls']}/ocpp",
            session=session or self.session,
            supervisor=self.supervisor,
            clock=SystemClock(),
        )
        station.start()
        await asyncio.wait_for(station.ready(), PATIENCE_S)
        return station


@asynccontextmanager
async def working(mongo: Mongo, clock: ManualClock, folder: Path, **more: Any) -> AsyncIterator[Workshop]:
    authority = Authority()
    inventory = folder / "stations.toml"
    inventory.write_text(INVENTORY)
    certificate = authority.server("rsa").written(folder / "rsa.pem")
    connector = TCPConnector(ssl=client_context(authority))
    async with (
        running_cpo(
            mongo,
            clock,
            folder,
            inventory=inventory,
            stations_tls_port=free_port(),
            stations_tls_certificates=(certificate,),
            files_folder=folder / "files",
            **more,
        ) as cpo,
        ClientSession(connector=connector) as session,
        Supervisor(name="stations", clock=SystemClock()) as supervisor,
    ):
        yield Workshop(cpo, session, supervisor, folder / "files")
