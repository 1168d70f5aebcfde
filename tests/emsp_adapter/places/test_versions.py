"""Places of CPOs that speak older versions, found like all others."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from ocpi.process.mongo import Mongo
from tests.emsp_adapter.apps.counter import Holder
from tests.emsp_adapter.bench import Bench
from tests.fakes.clock import ManualClock
from tests.platforms import operate

CONNECTOR = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE"}
STAMP = {"last_updated": "2026-03-01T08:00:00Z"}
PLACE = {
    "id": "LOC1",
    "name": "Gare",
    "address": "1 place de la Gare",
    "city": "Paris",
    "postal_code": "75010",
    "country": "FRA",
    "coordinates": {"latitude": "48.880948", "longitude": "2.355314"},
    **STAMP,
}


def _evse(plug: dict[str, Any]) -> dict[str, Any]:
    return {"uid": "E1", "status": "AVAILABLE", "connectors": [plug], **STAMP}


def _of_2_1_1() -> dict[str, Any]:
    plug = {**CONNECTOR, "voltage": 230, "amperage": 32, "tariff_id": "T1", **STAMP}
    return {**PLACE, "type": "ON_STREET", "evses": [_evse(plug)]}


def _of_2_2_1() -> dict[str, Any]:
    plug = {**CONNECTOR, "max_voltage": 230, "max_amperage": 32, "tariff_ids": ["T1"], **STAMP}
    whole = {"country_code": "FR", "party_id": "CPO", "publish": True, "time_zone": "Europe/Paris"}
    return {**PLACE, **whole, "evses": [_evse(plug)]}


@pytest.mark.parametrize(("version", "body"), [("2.1.1", _of_2_1_1()), ("2.2.1", _of_2_2_1())])
async def test_what_an_older_version_tells_is_found_with_its_status(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, version: str, body: dict[str, Any]
) -> None:
    async with Bench(mongo, clock, tmp_path).obeying(version) as obeying, ClientSession() as session:
        emsp = obeying.issuing.emsp
        wanted = {"name": "app", "kind": "APP", "scopes": ["locations:read"]}
        app = Holder(session, emsp.urls["api"], (await operate(emsp, "/api_keys", wanted))["key"])
        path = ("locations", "FR", "CPO", "LOC1")
        assert (await obeying.issuing.push("PUT", *path, body=body)).is_success
        (found,) = await _found(app)
        connector = found["evses"][0]["connectors"][0]
        assert (connector["power_w"], connector["tariff_ids"]) == (230 * 32 * 3, ["T1"])
        change = {"status": "CHARGING", "last_updated": "2026-03-01T09:00:00Z"}
        assert (await obeying.issuing.push("PATCH", *path, "E1", body=change)).is_success
        (found,) = await _found(app)
        assert found["evses"][0]["status"] == "CHARGING"


async def _found(holder: Holder) -> Any:
    return (await holder.get("/locations/near", latitude="48.88", longitude="2.355")).body["locations"]
