"""Sessions and bills of a contract, in whatever order they come."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from emsp_adapter.authorization.charges import INDEXES, Charges, Counted
from emsp_adapter.authorization.spending import Spent
from ocpi.objects.intake import Accepted
from ocpi.objects.record import Outcome, Record
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from ocpi.wire.contract_id import bare
from schemas import codec
from schemas.base import OcpiModel
from schemas.kinds import ObjectKey, ObjectKind
from tests import build
from tests.fakes.clock import ManualClock
from tests.platforms import CPO

CONTRACT = "NL-MSP-C12345678-X"
BEGAN = "2026-03-01T07:30:00Z"
FIRST, SECOND = "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"


@dataclass(frozen=True, slots=True)
class Told:
    charges: Charges

    async def session(self, **changes: Any) -> None:
        arrived = _accepted(ObjectKind.SESSION, build.session(total_cost={"before_taxes": 3}, **changes))
        await self.charges.session_arrived(arrived)

    async def bill(self, **changes: Any) -> None:
        told = {"start_date_time": BEGAN, "total_cost": {"before_taxes": 4}, **changes}
        await self.charges.bill_arrived(_accepted(ObjectKind.CDR, build.cdr(**told)))

    async def spent(self) -> Spent:
        return await self.charges.find(Counted(bare(CONTRACT), None))

    async def sums(self) -> tuple[Decimal, int]:
        spent = await self.spent()
        return spent.billed.get("EUR", Decimal(0)), len(spent.unbilled)


def _accepted(kind: ObjectKind, model: OcpiModel) -> Accepted:
    named: Any = model
    record = Record(ObjectKey(kind, CPO, named.id), named.last_updated, codec.dump(model))
    return Accepted(Outcome.CREATED, record)


@pytest.fixture
async def told(mongo: Mongo, clock: ManualClock) -> AsyncIterator[Told]:
    await mongo.declare(INDEXES)
    async with Supervisor(name="tests", clock=clock) as supervisor:
        yield Told(Charges(mongo=mongo, supervisor=supervisor, clock=clock))


async def test_an_older_state_of_a_session_changes_nothing(told: Told) -> None:
    await told.session(status="COMPLETED", last_updated=SECOND)
    await told.session(status="ACTIVE", last_updated=FIRST)
    (charge,) = (await told.spent()).unbilled
    assert not charge.is_running


@pytest.mark.parametrize("named", ["S1", None])
@pytest.mark.parametrize("order", list(permutations(("first", "last", "bill"))))
async def test_a_charge_counts_once_in_whatever_order_it_is_told(
    told: Told, order: tuple[str, ...], named: str | None
) -> None:
    """Without the session's id, as in 2.1.1, by its beginning."""
    for each in (*order, *order):
        if each == "bill":
            await told.bill(session_id=named)
        else:
            await told.session(last_updated=FIRST if each == "first" else SECOND)
    assert await told.sums() == (Decimal(4), 0)


async def test_another_session_stays_without_a_bill(told: Told) -> None:
    await told.session(id="S2")
    await told.bill(session_id="S1")
    assert await told.sums() == (Decimal(4), 1)


async def test_what_is_billed_at_the_same_time_is_told_each_contract_its_own(told: Told) -> None:
    await told.bill()
    await told.bill(id="CDR2", cdr_token={**build.CDR_TOKEN, "contract_id": "NL-MSP-OTHER"})
    other = await told.charges.find(Counted("NLMSPOTHER", None))
    assert await told.sums() == (Decimal(4), 0)
    assert other.billed["EUR"] == 4
