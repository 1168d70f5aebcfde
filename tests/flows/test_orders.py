"""Our eMSP and our CPO, directly and through our hub: what the one orders the stations of the other do."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from tests.cpo_adapter.commands.ordering import CHARGE, later, plugged_in, written
from tests.emsp_adapter.apps.counter import Holder
from tests.emsp_adapter.apps.listening import following
from tests.fakes.eventually import eventually_so
from tests.lent import lent
from tests.platforms import (
    CPO,
    EMSP,
    Running,
    agree,
    invited,
    operate,
    running_cpo,
    running_emsp,
    running_hub,
)

APP = {"uid": "app-7", "type": "APP_USER", "contract_id": "NL-MSP-C777"}
GARE = {"location_id": "GARE", "evse_uid": "CP-1-1"}


@dataclass(frozen=True, slots=True)
class Both:
    emsp: Running
    cpo: Running

    async def order(self, command: str, **wanted: Any) -> Any:
        """Without naming the CPO: what it told us says whose things are."""
        return await operate(self.emsp, "/commands", {"command": command, **wanted})

    async def read(self, path: str, service: Running | None = None) -> Any:
        return await asyncio.to_thread((service or self.emsp).admin.get, path)

    async def outcome(self, command: Any) -> str:
        """The result, once it has come."""

        async def has_come() -> bool:
            return bool((await self.read(f"/commands/{command['id']}"))["result"])

        await eventually_so(has_come)
        return str((await self.read(f"/commands/{command['id']}"))["result"]["result"])

    async def joined(self, command: Any) -> str:
        """The session that it led to."""

        async def is_there() -> bool:
            return bool((await self.read(f"/commands/{command['id']}"))["sessions"])

        await eventually_so(is_there)
        (session_id,) = (await self.read(f"/commands/{command['id']}"))["sessions"]
        return str(session_id)

    async def bill(self) -> Any:
        async def has_come() -> bool:
            return bool(await self.read("/objects/cdrs"))

        await eventually_so(has_come)
        (bill,) = await self.read("/objects/cdrs")
        return bill

    async def judged(self, bill: Any) -> Any:
        """The bill with its verdict, once it has one."""

        async def is_judged() -> bool:
            return [each["audit"] for each in (await self.read("/bills"))["bills"]] == ["DONE"]

        await eventually_so(is_judged)
        return await self.read(f"/bills/{bill['id']}")


@pytest.fixture(params=["directly", "through our hub"])
async def both(
    request: pytest.FixtureRequest, mongo: Mongo, mongo_url: str, tmp_path: Path
) -> AsyncIterator[Both]:
    """Each with a database of its own; the CPO with its stations, and its locations told."""
    clock = SystemClock()
    async with (
        lent(mongo_url) as of_the_cpo,
        lent(mongo_url) as of_the_hub,
        running_hub(of_the_hub, clock, tmp_path / "hub") as hub,
        running_emsp(mongo, clock, tmp_path / "emsp") as emsp,
        running_cpo(of_the_cpo, clock, tmp_path / "cpo", **written(tmp_path)) as cpo,
        ClientSession() as session,
        Supervisor(name="stations", clock=clock) as supervisor,
    ):
        for service in (hub, emsp, cpo):
            await agree(service, CPO, EMSP)
        if request.param == "directly":
            await introduce(cpo, "CPO", to=emsp, role="EMSP")
        else:
            await introduce(cpo, "CPO", to=hub, role="HUB")
            await introduce(emsp, "EMSP", to=hub, role="HUB")
        await plugged_in(cpo, session, supervisor, replace(CHARGE, duration_s=2))
        both = Both(emsp, cpo)
        await eventually_so(lambda: knows_the_location(both))
        yield both


async def introduce(
    newcomer: Running, as_role: str, *, to: Running, role: str, version: str | None = None
) -> None:
    """The operators invite and register; `role` is what the newcomer may find there."""
    token = await invited(to, as_role.lower(), as_role)
    told = {"name": role.lower(), "versions_url": to.versions_url, "token": token.reveal()}
    roles = [role] if role != "HUB" else ["HUB", "CPO", "EMSP"]
    await operate(newcomer, "/partners", {**told, "roles": roles, "version": version})


async def knows_the_location(both: Both) -> bool:
    return "GARE" in [each["id"] for each in await both.read("/objects/locations")]


async def test_a_started_session_is_joined_and_billed(both: Both) -> None:
    command = await both.order("START_SESSION", token=APP, **GARE)
    assert command["state"] == "PROMISED"
    assert await both.outcome(command) == "ACCEPTED"
    session_id = await both.joined(command)
    bill = await both.bill()
    assert bill["session_id"] == session_id
    assert bill["authorization_reference"] == command["about"]["authorization_reference"]
    assert (bill["cdr_token"]["uid"], bill["cdr_token"]["contract_id"]) == ("app-7", "NL-MSP-C777")
    assert bill["auth_method"] == "COMMAND"
    shown = await both.judged(bill)
    assert (shown["place"], shown["clean"]) == ("LIVE", True), shown["verdict"]
    assert shown["theirs"] == shown["ours"]


async def test_a_running_session_is_stopped(both: Both) -> None:
    started = await both.order("START_SESSION", token=APP, **GARE)
    session_id = await both.joined(started)
    stopped = await both.order("STOP_SESSION", session_id=session_id)
    assert await both.outcome(stopped) == "ACCEPTED"
    assert (await both.bill())["session_id"] == session_id


async def test_a_reservation_is_made_and_canceled(both: Both) -> None:
    """C-123."""
    reserved = await both.order("RESERVE_NOW", token=APP, expiry_date=later(hours=1), **GARE)
    assert await both.outcome(reserved) == "ACCEPTED"
    named = reserved["about"]["reservation_id"]
    canceled = await both.order("CANCEL_RESERVATION", reservation_id=named)
    assert await both.outcome(canceled) == "ACCEPTED"
    unknown = await both.order("CANCEL_RESERVATION", reservation_id="12345", cpo=str(CPO))
    assert await both.outcome(unknown) == "UNKNOWN_RESERVATION"


async def test_a_connector_is_unlocked(both: Both) -> None:
    unlocked = await both.order("UNLOCK_CONNECTOR", connector_id="1", **GARE)
    assert await both.outcome(unlocked) == "ACCEPTED"


@pytest.mark.parametrize("both", ["through our hub"], indirect=True)
async def test_an_app_starts_follows_and_gets_its_receipt(both: Both) -> None:
    made = {"name": "app", "kind": "APP", "contracts": [APP["contract_id"]]}
    scopes = ["sessions:read", "sessions:write", "cdrs:read"]
    key = (await operate(both.emsp, "/api_keys", {**made, "scopes": scopes}))["key"]
    async with ClientSession() as session:
        app = Holder(session, both.emsp.urls["api"], key)
        command = (await app.post("/sessions", {**GARE, "token": APP})).body
        async with following(app, f"/commands/{command['id']}/events") as stream:
            while not (sessions := (await stream.event()).data["sessions"]):
                pass
        async with following(app, f"/sessions/{sessions[0]}/events") as stream:
            while (await stream.event()).data["status"] != "COMPLETED":
                pass
        await both.bill()
        (receipt,) = (await app.get(f"/sessions/{sessions[0]}/receipts")).body["receipts"]
    assert receipt["contract_id"] == APP["contract_id"]
    assert receipt["session_id"] == sessions[0]
    assert sum(Decimal(each["before_taxes"]) for each in receipt["lines"]) == Decimal(receipt["before_taxes"])
