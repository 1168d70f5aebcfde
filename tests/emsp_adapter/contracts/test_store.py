"""Contracts as they are kept: found however they are spelled, changed by one at a time."""

import asyncio
from decimal import Decimal

import pytest

from emsp_adapter.contracts.contract import Contract, ContractState, Hours, Limits
from emsp_adapter.contracts.store import Contracts
from ocpi.errors import UnknownObject
from ocpi.process.mongo import Mongo
from schemas.v2_3_0.enums import DayOfWeek, WhitelistType
from tests.fakes.clock import ManualClock

ID = "NL-TNM-C00122045-K"


@pytest.fixture
def contracts(mongo: Mongo, clock: ManualClock) -> Contracts:
    return Contracts(mongo, clock)


@pytest.mark.parametrize("spelled", [ID, "nl*tnm*c00122045*k", "NLTNMC00122045K"])
async def test_a_contract_is_found_however_it_is_spelled(contracts: Contracts, spelled: str) -> None:
    kept = Contract(contract_id="nl-tnm-c00122045-k", driver="D1")
    await contracts.put(kept)
    assert await contracts.find(spelled) == kept


async def test_all_of_a_contract_is_kept(contracts: Contracts, clock: ManualClock) -> None:
    told = Contract(
        contract_id=ID,
        driver="fleet 7",
        state=ContractState.BLOCKED,
        reason="unpaid",
        whitelist=WhitelistType.ALLOWED,
        language="nl",
        group_id="VANS",
        limits=Limits(
            valid_until=clock.now(),
            credit=Decimal("10.50"),
            currency="EUR",
            cpos=("FR*CPO",),
            countries=("NLD",),
            hours=(Hours.model_validate({"days": [DayOfWeek.MONDAY], "since": "08:00", "until": "20:00"}),),
            time_zone="Europe/Amsterdam",
            at_once=2,
        ),
    )
    await contracts.put(told)
    assert await contracts.find(ID) == told


async def test_there_is_one_contract_of_an_id(contracts: Contracts) -> None:
    assert await contracts.add(Contract(contract_id=ID))
    assert not await contracts.add(Contract(contract_id=ID.lower().replace("-", "*")))


async def test_changes_at_the_same_moment_are_all_made(contracts: Contracts) -> None:
    await contracts.put(Contract(contract_id=ID))
    block = {"state": ContractState.BLOCKED}
    speak = {"language": "fr"}
    await asyncio.gather(
        contracts.change(ID, lambda held: held.model_copy(update=block)),
        contracts.change(ID, lambda held: held.model_copy(update=speak)),
    )
    found = await contracts.find(ID)
    assert found is not None
    assert (found.state, found.language) == (ContractState.BLOCKED, "fr")


async def test_a_contract_that_is_not_there_cannot_change(contracts: Contracts) -> None:
    with pytest.raises(UnknownObject):
        await contracts.change(ID, lambda held: held)


async def test_contracts_are_listed_page_by_page(contracts: Contracts) -> None:
    for name in ("NL-MSP-3", "nl-msp-1", "NLMSP2"):
        await contracts.put(Contract(contract_id=name))
    first = await contracts.page(limit=2)
    rest = await contracts.page(after=first[-1].contract_id, limit=2)
    assert [each.contract_id for each in (*first, *rest)] == ["nl-msp-1", "NLMSP2", "NL-MSP-3"]
    assert await contracts.page(limit=2, state=ContractState.BLOCKED) == []


async def test_a_change_leaves_a_contract_to_be_settled(contracts: Contracts, clock: ManualClock) -> None:
    await contracts.put(Contract(contract_id=ID))
    (name,) = await contracts.unsettled(clock.now(), 10)
    seen = await contracts.revisions([name])
    await contracts.change(ID, lambda held: held.model_copy(update={"language": "fr"}))
    await contracts.settled(seen)
    assert await contracts.unsettled(clock.now(), 10) == [name]
    await contracts.settled(await contracts.revisions([name]))
    assert await contracts.unsettled(clock.now(), 10) == []
