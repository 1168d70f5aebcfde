"""What changes at a station is at its partners within a second."""

from functools import partial
from pathlib import Path
from typing import Any

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.sessions.charging import Charging, running_charging
from tests.fakes.eventually import eventually

SEEN = (("Available", "AVAILABLE"), ("Faulted", "OUTOFORDER"), ("Unavailable", "INOPERATIVE"))


def shown(charging: Charging) -> Any:
    told = charging.emsp.heard("locations", "PUT")
    return told[-1].json()["evses"][0]["status"] if told else None


def shows(charging: Charging, status: str) -> bool:
    return bool(shown(charging) == status)


async def test_a_new_status_reaches_partners_within_a_second(mongo: Mongo, tmp_path: Path) -> None:
    """Timed from its sending by the station to its arrival at the eMSP, over real sockets, by the median."""
    clock, took_s = SystemClock(), []
    async with running_charging(mongo, tmp_path) as charging, charging.station() as station:
        for said, seen in (
            ("Available", "AVAILABLE"),
            ("Faulted", "OUTOFORDER"),
            ("Unavailable", "INOPERATIVE"),
        ):
            began_s = clock.monotonic()
            told = {"connectorId": 1, "errorCode": "NoError", "status": said}
            await station.call("StatusNotification", told)
            await eventually(partial(shows, charging, seen))
            took_s.append(clock.monotonic() - began_s)
    assert sorted(took_s)[1] < 1
