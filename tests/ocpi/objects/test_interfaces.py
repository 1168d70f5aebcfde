"""Receiver and sender sides as an adapter mounts them, over real sockets. C-030 … C-036."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.ocpi.objects.conftest import at
from tests.platforms import CPO, EMSP, agree, connect, running_emsp

RECEIVER = Side.RECEIVER
OWN = ("FR", "CPO")


@pytest.fixture
async def caller(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, cpo: SimulatedPartner
) -> AsyncIterator[SimulatedPartner]:
    """A CPO in agreement with the eMSP that it calls."""
    async with running_emsp(mongo, clock, tmp_path) as service:
        await connect(service, cpo, "the-cpo", "CPO")
        await agree(service)
        yield cpo


async def call(caller: SimulatedPartner, method: str, module: str, *path: str, body: Any = None) -> Heard:
    return await caller.call(method, module, RECEIVER, *path, routing=Routing(EMSP, CPO), body=body)


async def test_an_object_is_put_changed_read_and_kept_to_the_byte(caller: SimulatedPartner) -> None:
    """C-032, C-034, C-035."""
    body = codec.dump(build.session())
    assert (await call(caller, "PUT", "sessions", *OWN, "S1", body=body)).http == 201
    assert (await call(caller, "PUT", "sessions", *OWN, "S1", body=body)).http == 200
    assert b'{"data":' + body in (await call(caller, "GET", "sessions", *OWN, "s1")).body
    change = {"kwh": 9, "last_updated": at(9)}
    assert (await call(caller, "PATCH", "sessions", *OWN, "S1", body=change)).status == 1000
    assert (await call(caller, "GET", "sessions", *OWN, "S1")).data["kwh"] == 9


async def test_parts_have_addresses_of_their_own(caller: SimulatedPartner) -> None:
    """C-036."""
    await call(caller, "PUT", "locations", *OWN, "LOC1", body=codec.dump(build.location()))
    evse = codec.dump(build.evse(status="CHARGING", last_updated=at(10)))
    assert (await call(caller, "PUT", "locations", *OWN, "LOC1", "E1", body=evse)).status == 1000
    assert (await call(caller, "GET", "locations", *OWN, "LOC1")).data["last_updated"] == at(10)
    assert (await call(caller, "GET", "locations", *OWN, "LOC1", "E1")).data["status"] == "CHARGING"
    assert (await call(caller, "GET", "locations", *OWN, "LOC1", "E1", "1")).data["id"] == "1"
    assert (await call(caller, "GET", "locations", *OWN, "LOC1", "E9")).http == 404
    broken = codec.encode({**build.evse().to_wire(), "status": "SLEEPING"})
    refused = await call(caller, "PUT", "locations", *OWN, "LOC1", "E1", body=broken)
    assert refused.envelope["status_message"].startswith("/status:")


async def test_a_tariff_is_deleted_and_then_is_not_there(caller: SimulatedPartner) -> None:
    await call(caller, "PUT", "tariffs", *OWN, "T1", body=codec.dump(build.tariff()))
    assert (await call(caller, "DELETE", "tariffs", *OWN, "T1")).status == 1000
    missing = await call(caller, "GET", "tariffs", *OWN, "T1")
    assert (missing.http, missing.status) == (404, 2001)


async def test_a_bill_comes_once_and_stays_readable(caller: SimulatedPartner) -> None:
    body = codec.dump(build.cdr())
    first = await call(caller, "POST", "cdrs", body=body)
    again = await call(caller, "POST", "cdrs", body=body)
    assert (first.http, again.http) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"]
    assert caller.their_token is not None
    read = await caller.send("GET", first.headers["Location"], caller.their_token, routing=Routing(EMSP, CPO))
    assert b'{"data":' + body in read.body
    other = await call(caller, "POST", "cdrs", body=codec.dump(build.cdr(total_energy=9)))
    assert (other.http, other.status) == (200, 2001)


@pytest.mark.parametrize(
    ("method", "module", "path", "http", "status"),
    [
        ("GET", "sessions", (*OWN, "NONE"), 404, 2001),
        ("PATCH", "sessions", (*OWN, "NONE"), 404, 2001),
        ("PUT", "sessions", ("FR", "C|O", "S1"), 404, 2001),
        ("PUT", "sessions", OWN, 404, 2000),
        ("PUT", "sessions", (*OWN, "S2"), 200, 2001),
        ("DELETE", "sessions", (*OWN, "S1"), 405, 2000),
        ("PATCH", "tariffs", (*OWN, "T1"), 405, 2000),
        ("PUT", "cdrs", (*OWN, "C1"), 405, 2000),
        ("GET", "cdrs", (), 405, 2000),
    ],
)
async def test_what_cannot_be_done_is_told_by_status(
    caller: SimulatedPartner, method: str, module: str, path: tuple[str, ...], http: int, status: int
) -> None:
    """C-038 and the table of HTTP and OCPI statuses."""
    body = {**build.session().to_wire(), "last_updated": at(9)}
    heard = await call(caller, method, module, *path, body=None if method == "GET" else body)
    assert (heard.http, heard.status) == (http, status)
