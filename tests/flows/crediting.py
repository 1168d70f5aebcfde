"""Charges at our CPO that are billed through our hub to our eMSP, and what comes after their bills.

Three stations tell four charges: one whose last reading comes after the next car has gone and its bill was
sent, that next car, one that the operator corrects, and one that he writes off.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import ClientSession

from cpo_adapter.sessions import gaps, settlement
from ocpi.process.clock import SystemClock
from tests.cpo_adapter.commands.ordering import BOOT_16, KEY, written
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import StationWithCache
from tests.fakes.eventually import eventually_so
from tests.flows.test_orders import introduce
from tests.hub.virtual.meeting import OLDEST, virtual
from tests.lent import lent
from tests.platforms import CPO, EMSP, Running, agree, operate, running_cpo, running_emsp, running_hub

UID: Final = "04F00001"
CONTRACT: Final = "NL-MSP-C00000001"
A_KWH: Final = Decimal("0.40")
"""Before taxes."""
WRONG_KWH: Final = {"late": Decimal("5.001"), "corrected": Decimal("11.117"), "written off": Decimal("4.449")}
RIGHT_KWH: Final = {"late": Decimal("8.334"), "corrected": Decimal("7.333"), "next": Decimal("2.223")}
"""What is owed in the end; nothing of what is written off."""
_SOON: Final = timedelta(seconds=0.3)


@dataclass(frozen=True, slots=True)
class Played:
    """`sessions`: the id of each charge, by what became of it."""

    hub: Running
    emsp: Running
    cpo: Running
    sessions: dict[str, str]

    async def chain(self, session_id: str) -> list[Any]:
        """The bills of a session as its issuer has them, the first first; the first has its id."""
        if session_id not in {each["id"] for each in (await read(self.emsp, "/bills"))["bills"]}:
            return []
        chain: list[Any] = (await read(self.emsp, f"/bills/{session_id}"))["chain"]
        return chain

    async def until_placed(self, session_id: str, *places: str) -> None:
        async def are_there() -> bool:
            return [each["place"] for each in await self.chain(session_id)] == list(places)

        await eventually_so(are_there)

    async def ledger(self) -> list[Any]:
        """Of the hub, in the order in which they came."""
        bills: list[Any] = (await read(self.hub, "/ledger", limit="100"))["bills"]
        return sorted(bills, key=lambda bill: bill["seq"])

    async def decided(self, charge: str, decision: str, body: dict[str, Any]) -> None:
        """By the CPO's operator."""
        listed = await read(self.cpo, "/transactions")
        (number,) = [each["number"] for each in listed if each["session_id"] == self.sessions[charge]]
        await operate(self.cpo, f"/transactions/{number}/{decision}", body)


async def read(service: Running, path: str, **query: str) -> Any:
    return await asyncio.to_thread(service.admin.get, path, **query)


@asynccontextmanager
async def playing(mongo_url: str, folder: Path, version: str) -> AsyncIterator[Played]:
    """Everything was told; what comes of it may be on its way. With 2.1.1 only the eMSP speaks that."""
    async with AsyncExitStack() as stack:
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        patched.setattr(gaps, "EVERY_S", 0.1)
        patched.setattr(settlement, "CALM", _SOON)
        hub, emsp, cpo = await _services(stack, mongo_url, folder)
        await _meet(hub, emsp, cpo, version)
        session = await stack.enter_async_context(ClientSession())
        lines = [await stack.enter_async_context(_line(cpo, session, f"CP-{each}")) for each in (1, 2, 3)]
        played = Played(hub, emsp, cpo, {})
        await _play(played, *lines, takes_credits=version != OLDEST)
        yield played


async def _services(stack: AsyncExitStack, mongo_url: str, folder: Path) -> tuple[Running, Running, Running]:
    clock = SystemClock()
    ours, theirs, between = [await stack.enter_async_context(lent(mongo_url)) for _ in range(3)]
    hub = await stack.enter_async_context(running_hub(between, clock, folder / "hub"))
    emsp = await stack.enter_async_context(running_emsp(ours, clock, folder / "emsp"))
    files = written(folder)
    cpo = await stack.enter_async_context(
        running_cpo(theirs, clock, folder / "cpo", unended_hours=0, **files)
    )
    return hub, emsp, cpo


async def _meet(hub: Running, emsp: Running, cpo: Running, version: str) -> None:
    for service in (hub, emsp, cpo):
        await agree(service, CPO, EMSP)
    if version == OLDEST:
        await introduce(cpo, "CPO", to=hub, role="HUB")
        (registration,) = await virtual(hub, "old", EMSP, "EMSP")
        told = {name: registration[name] for name in ("versions_url", "token")}
        await operate(emsp, "/partners", {"name": "cpo", "roles": ["CPO"], **told})
    else:
        await introduce(cpo, "CPO", to=hub, role="HUB", version=version)
        await introduce(emsp, "EMSP", to=hub, role="HUB", version=version)
    await operate(emsp, "/contracts", {"contract_id": CONTRACT, "whitelist": "ALWAYS"})
    await operate(emsp, "/cards", {"uid": UID, "contract_id": CONTRACT})


@asynccontextmanager
async def _line(cpo: Running, session: ClientSession, identity: str) -> AsyncIterator[RawStation]:
    url, headers = f"{cpo.urls['stations']}/ocpp/{identity}", basic(identity.encode(), bytes.fromhex(KEY))
    async with session.ws_connect(url, protocols=("ocpp1.6",), headers=headers) as socket:
        station = StationWithCache(socket)
        assert (await station.call("BootNotification", BOOT_16))[2]["status"] == "Accepted"
        yield station


async def _play(
    played: Played, one: RawStation, other: RawStation, third: RawStation, *, takes_credits: bool
) -> None:
    await _until_accepted(one)
    wrong, right = WRONG_KWH, RIGHT_KWH
    numbers = {"late": await _begin(one, 300)}
    await _read(one, numbers["late"], 200, wrong["late"])
    numbers["next"] = await _begin(one, 90, wrong["late"])
    await _end(one, numbers["next"], wrong["late"] + right["next"])
    for station, charge in ((other, "corrected"), (third, "written off")):
        numbers[charge] = await _begin(station, 200)
        await _end(station, numbers[charge], wrong[charge])
    sessions = {each["number"]: each["session_id"] for each in await read(played.cpo, "/transactions")}
    played.sessions.update({charge: sessions[number] for charge, number in numbers.items()})
    for session_id in played.sessions.values():
        await played.until_placed(session_id, "LIVE")
    await _read(one, numbers["late"], 150, right["late"])
    meter = {"start_wh": 0, "stop_wh": int(right["corrected"] * 1000)}
    await played.decided("corrected", "correct", meter)
    await played.decided("written off", "write_off", {"reason": "a fault of ours"})
    if takes_credits:
        await _until_placed_anew(played)


async def _until_placed_anew(played: Played) -> None:
    for charge in ("late", "corrected"):
        await played.until_placed(played.sessions[charge], "CREDITED", "CREDIT", "LIVE")
    await played.until_placed(played.sessions["written off"], "CREDITED", "CREDIT")


async def _until_accepted(station: RawStation) -> None:
    """Once the CPO has the card."""

    async def is_accepted() -> bool:
        answer = await station.call("Authorize", {"idTag": UID})
        return bool(answer[2]["idTagInfo"]["status"] == "Accepted")

    await eventually_so(is_accepted)


async def _begin(station: RawStation, minutes_ago: float, register_kwh: Decimal = Decimal(0)) -> int:
    begun = {"connectorId": 1, "idTag": UID, "meterStart": _wh(register_kwh), "timestamp": _ago(minutes_ago)}
    return int((await station.call("StartTransaction", begun))[2]["transactionId"])


async def _read(station: RawStation, number: int, minutes_ago: float, register_kwh: Decimal) -> None:
    told = {"timestamp": _ago(minutes_ago), "sampledValue": [{"value": str(_wh(register_kwh))}]}
    await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [told]})


async def _end(station: RawStation, number: int, register_kwh: Decimal) -> None:
    ended = {"transactionId": number, "meterStop": _wh(register_kwh), "timestamp": _ago(5)}
    await station.call("StopTransaction", ended)


def _wh(kwh: Decimal) -> int:
    return int(kwh * 1000)


def _ago(minutes: float) -> str:
    return (SystemClock().now() - timedelta(minutes=minutes)).isoformat(timespec="seconds")


def excl_tax(chain: Iterable[Any]) -> Decimal:
    return sum((each["theirs"]["excl_tax"] for each in chain), Decimal(0))
