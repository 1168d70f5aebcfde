"""The room of contracts and cards, furnished: what others ask of it, and its admin routes."""

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from emsp_adapter.api.cards import CardRoutes
from emsp_adapter.api.contracts import ContractRoutes
from emsp_adapter.api.imports import ImportRoutes
from emsp_adapter.contracts import card_store, store
from emsp_adapter.contracts.card_office import CardOffice
from emsp_adapter.contracts.card_store import CardStore
from emsp_adapter.contracts.cards import Card, Issuer
from emsp_adapter.contracts.contract_office import ContractOffice
from emsp_adapter.contracts.importing.card_ledger import CardLedger
from emsp_adapter.contracts.importing.card_rows import CardRows
from emsp_adapter.contracts.importing.contract_ledger import ContractLedger
from emsp_adapter.contracts.importing.contract_rows import ContractRows
from emsp_adapter.contracts.importing.importer import Importer, Wanted
from emsp_adapter.contracts.register import Cards
from emsp_adapter.contracts.settling import Settling
from emsp_adapter.contracts.store import Contracts
from ocpi.authored.flaws import BrokenFile
from ocpi.delivery.announce import Announcer
from ocpi.service.foundation import Foundation

INDEXES = (*store.INDEXES, *card_store.INDEXES)


@dataclass(frozen=True, slots=True)
class ContractRoom:
    contracts: Contracts
    routes: list[web.RouteDef]


@dataclass(frozen=True, slots=True)
class _Stores:
    contracts: Contracts
    cards: CardStore
    settling: Settling


async def contract_room(
    foundation: Foundation,
    *,
    issuer: Issuer,
    announcer: Announcer,
    check_digits: bool,
    cards_file: Path | None,
) -> ContractRoom:
    """Raises BrokenFile."""
    stores = _stores(foundation, issuer, announcer)
    await _load(stores, cards_file)
    foundation.supervisor.start("settle what was left", stores.settling.resume_every, restart=True)
    return ContractRoom(
        contracts=stores.contracts,
        routes=[
            *_offices(foundation, stores, issuer, check_digits=check_digits),
            *_imports(stores, check_digits=check_digits),
        ],
    )


def _stores(foundation: Foundation, issuer: Issuer, announcer: Announcer) -> _Stores:
    contracts = Contracts(foundation.mongo, foundation.clock)
    cards = CardStore(foundation.mongo, foundation.clock)
    settling = Settling(
        store=foundation.store,
        cards=cards,
        contracts=contracts,
        announcer=announcer,
        issuer=issuer,
        clock=foundation.clock,
    )
    return _Stores(contracts, cards, settling)


async def _load(stores: _Stores, file: Path | None) -> None:
    """The file that is read at every start; its contract ids are taken as they are."""
    if file is None:
        return
    importer = _card_importer(stores, check_digits=False)
    checked = await importer.check(file, file)
    if checked.flaws:
        raise BrokenFile(checked.flaws)
    async for _ in importer.run(file, file, Wanted(), checked.rows):
        pass


def _offices(
    foundation: Foundation, stores: _Stores, issuer: Issuer, *, check_digits: bool
) -> list[web.RouteDef]:
    register = Cards(foundation.store, issuer.party)
    cards = CardOffice(
        cards=stores.cards, register=register, settling=stores.settling, clock=foundation.clock
    )
    contracts = ContractOffice(
        contracts=stores.contracts,
        cards=stores.cards,
        store=foundation.store,
        settling=stores.settling,
        issuer=issuer,
    )
    return [
        *CardRoutes(cards, stores.cards, CardRows(check_digits=check_digits)).routes(),
        *ContractRoutes(
            contracts, stores.contracts, stores.cards, ContractRows(check_digits=check_digits)
        ).routes(),
    ]


def _imports(stores: _Stores, *, check_digits: bool) -> list[web.RouteDef]:
    contracts = Importer(
        ContractRows(check_digits=check_digits), ContractLedger(stores.contracts, stores.settling)
    )
    return [
        *ImportRoutes("/cards/import", _card_importer(stores, check_digits=check_digits)).routes(),
        *ImportRoutes("/contracts/import", contracts).routes(),
    ]


def _card_importer(stores: _Stores, *, check_digits: bool) -> Importer[Card]:
    ledger = CardLedger(stores.cards, stores.settling)
    return Importer(CardRows(check_digits=check_digits), ledger, ledger)
