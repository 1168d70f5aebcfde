"""A card of our eMSP at a station of our CPO: what the reader says, within the limits of a contract."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from ocpi.process.clock import SystemClock
from tests.cpo_adapter.commands.ordering import BOOT_16, KEY, written
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import StationWithCache
from tests.fakes.eventually import eventually_so
from tests.flows.test_orders import Both, introduce
from tests.lent import lent
from tests.platforms import CPO, EMSP, agree, operate, running_cpo, running_emsp

pytestmark = pytest.mark.asyncio(loop_scope="session")
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Tapping:
    """CP-4 with a card reader; its CPO and the issuer of the cards are connected directly."""

    both: Both
    station: RawStation

    async def card(self, **limits: Any) -> str:
        number = next(_numbers)
        contract_id, uid = f"NL-MSP-C{number:08}", f"04F{number:05}"
        await self.do("/contracts", contract_id=contract_id, limits=limits)
        await self.do("/cards", uid=uid, contract_id=contract_id)
        return uid

    async def do(self, path: str, **body: Any) -> Any:
        return await operate(self.both.emsp, path, body)

    async def tap(self, uid: str) -> str:
        answer = await self.station.call("Authorize", {"idTag": uid})
        return str(answer[2]["idTagInfo"]["status"])

    async def taps_until_accepted(self, uid: str) -> None:
        """A driver who is told no because the answer was too late taps once more."""

        async def is_accepted() -> bool:
            return await self.tap(uid) == "Accepted"

        await eventually_so(is_accepted)

    async def charge(self, uid: str, wh: int) -> None:
        """An hour of the past."""
        begun = {"connectorId": 1, "idTag": uid, "meterStart": 0, "timestamp": _ago(60)}
        answer = await self.station.call("StartTransaction", begun)
        ended = {"transactionId": answer[2]["transactionId"], "meterStop": wh, "timestamp": _ago(1)}
        await self.station.call("StopTransaction", ended)

    async def bills(self, uid: str) -> list[Any]:
        bills = await self.both.read("/objects/cdrs")
        return [each for each in bills if each["cdr_token"]["uid"] == uid]


def _ago(minutes: float) -> str:
    return (SystemClock().now() - timedelta(minutes=minutes)).isoformat(timespec="seconds")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tapping(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tapping]:
    folder, clock = tmp_path_factory.mktemp("tapping"), SystemClock()
    async with AsyncExitStack() as stack:
        ours, theirs = [await stack.enter_async_context(lent(mongo_url)) for _ in range(2)]
        emsp = await stack.enter_async_context(running_emsp(ours, clock, folder / "emsp"))
        cpo = await stack.enter_async_context(running_cpo(theirs, clock, folder / "cpo", **written(folder)))
        for service in (emsp, cpo):
            await agree(service, CPO, EMSP)
        await introduce(cpo, "CPO", to=emsp, role="EMSP")
        session = await stack.enter_async_context(ClientSession())
        url, headers = f"{cpo.urls['stations']}/ocpp/CP-4", basic(b"CP-4", bytes.fromhex(KEY))
        socket = await stack.enter_async_context(
            session.ws_connect(url, protocols=("ocpp1.6",), headers=headers)
        )
        station = StationWithCache(socket)
        await station.call("BootNotification", BOOT_16)
        both = Both(emsp, cpo)
        await eventually_so(lambda: _knows_the_place(both))
        yield Tapping(both, station)


async def _knows_the_place(both: Both) -> bool:
    return "PARC" in [each["id"] for each in await both.read("/objects/locations")]


@pytest.mark.parametrize(
    ("limits", "allowed", "status"),
    [
        ({}, "ALLOWED", "Accepted"),
        (
            {"countries": ["FRA"], "cpos": ["FR*CPO"], "valid_until": "2100-01-01T00:00:00Z"},
            "ALLOWED",
            "Accepted",
        ),
        ({"valid_until": "2026-01-01T00:00:00Z"}, "EXPIRED", "Expired"),
        ({"countries": ["DEU"]}, "NOT_ALLOWED", "Invalid"),
        ({"cpos": ["DE*XYZ"]}, "NOT_ALLOWED", "Invalid"),
        ({"credit": 0, "currency": "EUR"}, "NO_CREDIT", "Invalid"),
    ],
)
async def test_the_reader_says_what_the_contract_allows(
    tapping: Tapping, limits: dict[str, Any], allowed: str, status: str
) -> None:
    uid = await tapping.card(**limits)

    async def is_said() -> bool:
        return await tapping.tap(uid) == status

    await eventually_so(is_said)
    answers = await tapping.both.read("/authorizations/answers")
    assert {each["allowed"] for each in answers if each["uid"] == uid} == {allowed}


async def test_a_card_that_is_blocked_is_refused_at_the_next_tap(tapping: Tapping) -> None:
    uid = await tapping.card()
    await tapping.taps_until_accepted(uid)
    await tapping.do("/cards/block", uid=uid)
    assert await tapping.tap(uid) == "Blocked"


async def test_a_bill_uses_up_the_credit(tapping: Tapping) -> None:
    """4.80 EUR of 4."""
    uid = await tapping.card(credit=4, currency="EUR")
    await tapping.taps_until_accepted(uid)
    await tapping.charge(uid, wh=10_000)
    await eventually_so(lambda: tapping.bills(uid))
    (bill,) = await tapping.bills(uid)
    answers = await tapping.both.read("/authorizations/answers")
    references = [each["authorization_reference"] for each in answers if each["uid"] == uid]
    assert bill["authorization_reference"] in references
    assert await tapping.tap(uid) == "Invalid"


async def test_a_session_that_runs_uses_up_charges_at_once(tapping: Tapping) -> None:
    uid = await tapping.card(at_once=1)
    begun = {"connectorId": 1, "idTag": uid, "meterStart": 0, "timestamp": _ago(0)}
    number = (await tapping.station.call("StartTransaction", begun))[2]["transactionId"]

    async def is_known() -> bool:
        sessions = await tapping.both.read("/objects/sessions")
        return any(each["cdr_token"]["uid"] == uid for each in sessions)

    await eventually_so(is_known)
    command = {"command": "START_SESSION", "token": {"uid": uid}, "location_id": "GARE"}
    with pytest.raises(Exception, match="TOO_MANY_AT_ONCE"):
        await tapping.do("/commands", **command)
    ended = {"transactionId": number, "meterStop": 100, "timestamp": _ago(0)}
    await tapping.station.call("StopTransaction", ended)
