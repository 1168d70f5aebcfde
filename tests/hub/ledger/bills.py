"""Bills of yesterday, right or doubtful, and what is asked about them."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ocpi.partners.agreements import Agreement, Terms
from schemas.kinds import PartyId
from simulators.partner import Heard
from tests import build
from tests.platforms import CPO, EMSP
from tests.roaming import Roaming

BEGAN, ENDED = "2025-12-31T07:00:00Z", "2025-12-31T08:00:00Z"
TOO_MUCH = {"before_taxes": Decimal("9.00"), "taxes": [{"name": "VAT", "amount": Decimal("1.80")}]}


def bill(bill_id: str = "CDR1", **changes: Any) -> dict[str, Any]:
    """On the wire; of a session of its own unless told."""
    period = {"start_date_time": BEGAN, "dimensions": [{"type": "ENERGY", "volume": 8}], "tariff_id": "T1"}
    default = {
        "id": bill_id,
        "session_id": f"S-{bill_id}",
        "start_date_time": BEGAN,
        "end_date_time": ENDED,
        "last_updated": ENDED,
        "tariffs": [build.tariff(last_updated="2025-12-01T00:00:00Z")],
        "charging_periods": [period],
    }
    return build.cdr(**{**default, **changes}).to_wire()


def credit(of: str, credit_id: str, **changes: Any) -> dict[str, Any]:
    total = {"before_taxes": Decimal("-2.00"), "taxes": [{"name": "VAT", "amount": Decimal("-0.40")}]}
    taken = {"session_id": f"S-{of}", "credit": True, "credit_reference_id": of, "total_cost": total}
    return bill(credit_id, **{**taken, **changes})


def card_of(party: PartyId) -> dict[str, Any]:
    return {**build.CDR_TOKEN, "country_code": party.country_code, "party_id": party.party_id}


async def post(roaming: Roaming, body: Any, to: PartyId = EMSP) -> Heard:
    return await roaming.push("cdrs", body=body, to=to, method="POST")


async def hold(roaming: Roaming, *codes: str, cpo: PartyId = CPO, emsp: PartyId = EMSP) -> None:
    """Let the agreement say that bills with these findings stay at the hub."""
    foundation = roaming.hub.foundation
    today = foundation.clock.now().date()
    terms = Terms(holds=frozenset(codes))
    await foundation.agreements.put(Agreement(cpo, emsp, today - timedelta(days=9), terms=terms))
    await foundation.directory.refresh()


async def ask(roaming: Roaming, path: str, **query: str) -> Any:
    """As the operator."""
    return await asyncio.to_thread(roaming.hub.admin.get, path, **query)


async def state_of(roaming: Roaming, bill_id: str) -> str:
    return str((await ask(roaming, f"/ledger/{bill_id}"))["bill"]["state"])


async def quarantined(roaming: Roaming) -> list[Any]:
    return list((await ask(roaming, "/ledger", state="quarantined"))["bills"])
