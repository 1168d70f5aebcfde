"""A station that says exactly what a test wants said, in frames over a real socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from tests.conformance.sites import KEY
from tests.cpo_adapter.door import RawStation, basic
from tests.platforms import Running

_CALLRESULT: Final = 3


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
