"""Where rows of contracts are written to; cards that hang on what was changed follow."""

from collections.abc import Mapping, Sequence

from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.contract_office import with_state_of
from emsp_adapter.contracts.importing.comparing import Counts
from emsp_adapter.contracts.importing.reading import Entry
from emsp_adapter.contracts.settling import Settling
from emsp_adapter.contracts.store import ContractChange, Contracts, KeptContract
from ocpi.wire.contract_id import bare

ContractEntry = Entry[Contract]


class ContractLedger:
    def __init__(self, contracts: Contracts, settling: Settling) -> None:
        self._contracts = contracts
        self._settling = settling

    async def compare(self, entries: Sequence[ContractEntry]) -> Counts:
        told = _told(entries)
        return _counts(told, await self._contracts.kept_each(told))

    async def write(self, entries: Sequence[ContractEntry]) -> Counts:
        told = _told(entries)
        held = await self._contracts.kept_each(told)
        if news := {name: each for name, each in told.items() if _is_news(held.get(name), each)}:
            await self._write(news, held)
            owed = any(held[name].is_owed for name in news if name in held)
            await self._settling.contracts(news, tell_all=owed)
        return _counts(told, held)

    async def _write(self, news: Mapping[str, Contract], held: Mapping[str, KeptContract]) -> None:
        changes = [ContractChange(_over(held.get(name), each), held.get(name)) for name, each in news.items()]
        won = await self._contracts.change_each(changes)
        for contract, has_won in zip(news.values(), won, strict=True):
            if not has_won:
                await self._once_more(contract)

    async def _once_more(self, contract: Contract) -> None:
        await self._contracts.change(contract.contract_id, lambda now: with_state_of(now, contract))


def _told(entries: Sequence[ContractEntry]) -> dict[str, Contract]:
    return {bare(each.item.contract_id): each.item for each in entries}


def _over(held: KeptContract | None, contract: Contract) -> Contract:
    return contract if held is None else with_state_of(held.contract, contract)


def _is_news(held: KeptContract | None, contract: Contract) -> bool:
    return held is None or held.contract != _over(held, contract)


def _counts(told: Mapping[str, Contract], held: Mapping[str, KeptContract]) -> Counts:
    news = [name for name, each in told.items() if _is_news(held.get(name), each)]
    created = sum(name not in held for name in news)
    return Counts(created, len(news) - created, len(told) - len(news))
