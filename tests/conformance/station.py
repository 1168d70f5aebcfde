"""The charging station of the first site of a CPO's stage."""

from aiohttp import ClientSession

from tests.conformance.stages import STATION_KEY, Stage
from tests.cpo_adapter.door import RawStation, basic
from tests.fakes.eventually import eventually_so

_SEEN = {"Faulted": "OUTOFORDER", "Unavailable": "INOPERATIVE"}


async def changed_status(stage: Stage) -> str:
    """The station boots and says that it is in another state; returns when partners can read of it."""
    before = await shown_status(stage)
    said = next(status for status, seen in _SEEN.items() if seen != before)
    url = f"{stage.platform.urls['stations']}/ocpp/CP-Gare1"
    headers = basic(b"CP-Gare1", bytes.fromhex(STATION_KEY))
    async with (
        ClientSession() as session,
        session.ws_connect(url, protocols=("ocpp1.6",), headers=headers) as socket,
    ):
        station = RawStation(socket)
        await station.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
        told = {"connectorId": 1, "status": said, "errorCode": "OtherError"}
        await station.call("StatusNotification", told)

        async def is_told() -> bool:
            return await shown_status(stage) == _SEEN[said]

        await eventually_so(is_told)
    return _SEEN[said]


async def shown_status(stage: Stage) -> str:
    """Of its EVSE, as the CPO publishes it."""
    (site,) = [each for each in (await stage.target.pull("locations")).data if each["id"] == "Gare1"]
    return str(site["evses"][0]["status"])
