"""Contracts, for the back office: open one, change it, block it with all its cards, unblock it, end it.

GET  /admin/v1/contracts?contract_id   one with its cards; without an id all, by page, from behind `after`
POST /admin/v1/contracts               a new one, or other terms; without a contract_id it is given one
POST /admin/v1/contracts/block         {"contract_id": …, "reason": …}
POST /admin/v1/contracts/unblock       {"contract_id": …}
POST /admin/v1/contracts/end           {"contract_id": …, "reason": …}
"""

from http import HTTPStatus
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from emsp_adapter.api.cards import kept
from emsp_adapter.api.commands import told
from emsp_adapter.contracts.card_store import CardStore
from emsp_adapter.contracts.contract import Contract, ContractState
from emsp_adapter.contracts.contract_office import ContractOffice
from emsp_adapter.contracts.importing.contract_rows import ContractRows
from emsp_adapter.contracts.store import Contracts, KeptContract
from ocpi.admin.bodies import Request
from ocpi.errors import InvalidParameters
from schemas import codec

MOST_CARDS: Final = 1000


class _Named(Request):
    contract_id: str


class _Reasoned(_Named):
    reason: Annotated[str, Field(max_length=200)] = ""


class _Listed(Request):
    """`after` is the id of the last contract of the page before."""

    after: str = ""
    state: ContractState | None = None
    limit: Annotated[int, Field(gt=0, le=1000)] = 100


class ContractRoutes:
    def __init__(
        self, office: ContractOffice, contracts: Contracts, cards: CardStore, rules: ContractRows
    ) -> None:
        self._office = office
        self._contracts = contracts
        self._cards = cards
        self._rules = rules

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/contracts", self._get),
            web.post("/contracts", self._put),
            web.post("/contracts/block", self._block),
            web.post("/contracts/unblock", self._unblock),
            web.post("/contracts/end", self._end),
        ]

    async def _get(self, request: web.Request) -> web.Response:
        if "contract_id" in request.query:
            return await self._one(_Named.model_validate(dict(request.query)).contract_id)
        listed = _Listed.model_validate(dict(request.query))
        found = await self._contracts.page(after=listed.after, limit=listed.limit, state=listed.state)
        return told([_dumped(each) for each in found])

    async def _put(self, request: web.Request) -> web.Response:
        """Its state is not told here: it stays, and a new contract is active."""
        contract = self._read(await request.read())
        is_new = await self._office.put(contract)
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return told(await self._shown(contract.contract_id), status)

    async def _block(self, request: web.Request) -> web.Response:
        wanted = _Reasoned.model_validate(codec.decode(await request.read()))
        await self._office.block(wanted.contract_id, wanted.reason)
        return told(await self._shown(wanted.contract_id))

    async def _unblock(self, request: web.Request) -> web.Response:
        wanted = _Named.model_validate(codec.decode(await request.read()))
        await self._office.unblock(wanted.contract_id)
        return told(await self._shown(wanted.contract_id))

    async def _end(self, request: web.Request) -> web.Response:
        wanted = _Reasoned.model_validate(codec.decode(await request.read()))
        await self._office.end(wanted.contract_id, wanted.reason)
        return told(await self._shown(wanted.contract_id))

    async def _one(self, contract_id: str) -> web.Response:
        return told([await self._shown(contract_id)])

    def _read(self, body: bytes) -> Contract:
        """Numbers with their digits. Raises ValidationError, InvalidParameters."""
        wanted = codec.decode(body)
        if isinstance(wanted, dict):
            wanted.setdefault("contract_id", self._office.new_id())
        contract = Contract.model_validate(wanted)
        if contract.state is not ContractState.ACTIVE or contract.reason is not None:
            raise InvalidParameters("a contract is blocked and ended by itself", pointer="/state")
        if objection := self._rules.objection(contract):
            raise InvalidParameters(f"{objection.column}: {objection.text}", pointer=f"/{objection.column}")
        return contract

    async def _shown(self, contract_id: str) -> dict[str, Any]:
        found: KeptContract = await self._office.find(contract_id)
        cards = await self._cards.of_contract(found.bare_id, MOST_CARDS)
        times = {"created_at": found.created_at, "changed_at": found.changed_at}
        return {**_dumped(found.contract), **times, "cards": [kept(each) for each in cards]}


def _dumped(contract: Contract) -> dict[str, Any]:
    return contract.model_dump(mode="json", exclude_none=True)
