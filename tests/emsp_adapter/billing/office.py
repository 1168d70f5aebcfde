"""One running eMSP for every test of a file, and CPOs of every version that bill it.

A test takes a CPO that nobody had before it, or asks for its own bills by id.
"""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from ocpi.server.operator_auth import issue
from passerelle.admin_client import AdminRefused
from schemas import codec
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR
from simulators.partner import Heard, SimulatedPartner
from tests import build
from tests.conformance.far_side import FarSide
from tests.emsp_adapter.conftest import CARDS
from tests.fakes.clock import ManualClock
from tests.lent import lent
from tests.ocpi.client.connected import told_in
from tests.platforms import EMSP, Running, agree, connect, operate, running_emsp

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
VERSIONS: Final = {
    "2.3.0": PartyId("FR", "C30"),
    "2.2.1": PartyId("FR", "C21"),
    "2.1.1": PartyId("FR", "C11"),
}
PARTIES: Final = [PartyId("DE", f"S{number:02}") for number in range(14)]
NOW: Final = datetime(2026, 4, 2, tzinfo=UTC)
CARD: Final = {**build.EMSP, "uid": "04BB", "type": "RFID", "contract_id": "NL-MSP-C2"}
NET: Final = Decimal(4)
_NO_TLS: Final = httpx.create_ssl_context(verify=False)


def price(net: Any, tax: Any) -> dict[str, Any]:
    return {"before_taxes": net, "taxes": [{"name": "VAT", "percentage": 20, "amount": tax}]}


@dataclass(frozen=True, slots=True)
class Office:
    emsp: Running
    cpos: dict[str, FarSide]
    parties: Iterator[FarSide]
    clock: ManualClock
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def cpo(self) -> FarSide:
        """One that has billed nothing yet; it speaks 2.3.0."""
        return next(self.parties)

    def honest(self, cpo: FarSide, **changes: Any) -> dict[str, Any]:
        """10 kWh in an hour at 0.40: 4.00 and 20 % VAT, at an EVSE of its own; in the version of the CPO."""
        number = next(self.numbers)
        bill = build.cdr(**{**_honest(cpo.party, number), **changes})
        context = Context(owner=cpo.party, counterpart=EMSP, location=build.location())
        return told_in(cpo.version, CDR, bill, context)

    async def send(self, cpo: FarSide, bill: dict[str, Any]) -> Heard:
        heard = await cpo.bill(codec.encode(bill))
        assert heard.is_success, heard.body
        return heard

    async def bill(self, cpo: FarSide, **changes: Any) -> dict[str, Any]:
        """Made, sent and taken."""
        bill = self.honest(cpo, **changes)
        await self.send(cpo, bill)
        return bill

    async def credit(self, cpo: FarSide, bill: dict[str, Any], **changes: Any) -> dict[str, Any]:
        total = bill["total_cost"]
        opposite = price(-total["before_taxes"], -total["taxes"][0]["amount"])
        told = {"credit": True, "credit_reference_id": bill["id"], "total_cost": opposite}
        credit = {**bill, "id": uuid.uuid4().hex, **told, **changes}
        await self.send(cpo, credit)
        return credit

    async def shown(self, bill: dict[str, Any], cpo: FarSide) -> Any:
        return await self.get(f"/bills/{bill['id']}", cpo=str(cpo.party))

    async def listed(self, cpo: FarSide, **query: str) -> list[str]:
        """Ids, the newest first."""
        found = await self.get("/bills", cpo=str(cpo.party), **query)
        return [each["id"] for each in found["bills"]]

    async def places(self, cpo: FarSide, *bills: dict[str, Any]) -> list[str]:
        return [(await self.shown(each, cpo))["place"] for each in bills]

    async def get(self, path: str, **query: str) -> Any:
        return await asyncio.to_thread(self.emsp.admin.get, path, **query)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await operate(self.emsp, path, body)

    async def refusal(self, path: str, body: dict[str, Any]) -> str:
        with pytest.raises(AdminRefused) as refused:
            await self.post(path, body)
        return str(refused.value)

    async def download(self, path: str, **query: str) -> httpx.Response:
        return await asyncio.to_thread(self._download, path, query)

    def _download(self, path: str, query: dict[str, str]) -> httpx.Response:
        admin = self.emsp.admin
        headers = {"Authorization": f"Bearer {issue(admin.key, 'test', admin.clock.now())}"}
        return httpx.get(
            f"{admin.url}/admin/v1{path}",
            params=query,
            headers=headers,
            timeout=60,
            trust_env=False,
            verify=_NO_TLS,
        )


def _honest(party: PartyId, number: int) -> dict[str, Any]:
    owner = {"country_code": party.country_code, "party_id": party.party_id}
    component = {"type": "ENERGY", "price": Decimal("0.40"), "vat": 20, "step_size": 1}
    tariff = build.tariff(**owner, id="T1", elements=[{"price_components": [component]}])
    dimensions = [{"type": "ENERGY", "volume": 10}, {"type": "TIME", "volume": 1}]
    start = "2026-03-15T10:00:00Z"
    return {
        **owner,
        "id": uuid.uuid4().hex,
        "session_id": uuid.uuid4().hex,
        "cdr_token": CARD,
        "cdr_location": {**build.cdr().cdr_location.to_wire(), "evse_uid": f"E{number}"},
        "tariffs": [tariff.to_wire()],
        "charging_periods": [{"start_date_time": start, "dimensions": dimensions, "tariff_id": "T1"}],
        "start_date_time": start,
        "end_date_time": "2026-03-15T11:00:00Z",
        "last_updated": "2026-03-15T11:00:05Z",
        "total_energy": 10,
        "total_time": 1,
        "total_parking_time": 0,
        "total_cost": price(NET, Decimal("0.8")),
    }


def ended(day: str) -> dict[str, Any]:
    """The same charge on another day."""
    period = _honest(PARTIES[0], 0)["charging_periods"][0]
    return {
        "start_date_time": f"{day}T10:00:00Z",
        "end_date_time": f"{day}T11:00:00Z",
        "last_updated": f"{day}T11:00:05Z",
        "charging_periods": [{**period, "start_date_time": f"{day}T10:00:00Z"}],
    }


@asynccontextmanager
async def running_office(mongo_url: str, folder: Path, **more: Any) -> AsyncIterator[Office]:
    """`more` are settings."""
    clock = ManualClock(NOW)
    (folder / "cards.csv").write_text(CARDS)
    async with (
        lent(mongo_url) as mongo,
        running_emsp(mongo, clock, folder, folder / "cards.csv", **more) as emsp,
        AsyncExitStack() as stack,
    ):
        cpos = {version: (await _cpos(emsp, stack, version, [VERSIONS[version]]))[0] for version in VERSIONS}
        several = await _cpos(emsp, stack, "2.3.0", PARTIES)
        yield Office(emsp, cpos, iter(several), clock)


async def _cpos(emsp: Running, stack: AsyncExitStack, version: str, parties: list[PartyId]) -> list[FarSide]:
    roles = [("CPO", party) for party in parties]
    partner = await stack.enter_async_context(SimulatedPartner(*roles, versions=(version,)))
    await connect(emsp, partner, f"cpo-{version}-{len(parties)}", "CPO")
    for party in parties:
        await agree(emsp, party, EMSP)
    return [FarSide(partner, party, EMSP) for party in parties]
