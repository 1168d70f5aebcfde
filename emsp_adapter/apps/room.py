"""The room as the eMSP adapter furnishes it: a site of its own, and keys for the operator to give out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from aiohttp import web

from emsp_adapter.apps.door import application
from emsp_adapter.apps.keys import store as keys
from emsp_adapter.apps.keys.office import KeyOffice
from emsp_adapter.apps.keys.routes import KeyRoutes
from emsp_adapter.apps.keys.store import KeyStore
from emsp_adapter.apps.operation import Operation
from emsp_adapter.apps.operations.key import key_operations
from emsp_adapter.settings import EmspSettings
from ocpi.process.run import Site
from ocpi.process.settings import variable
from ocpi.service.foundation import Foundation

INDEXES = (*keys.INDEXES,)


@dataclass(frozen=True, slots=True)
class AppRoom:
    """`routes` are for the admin port."""

    site: Site
    routes: list[web.RouteDef]


def app_room(foundation: Foundation, settings: EmspSettings, more: Iterable[Operation] = ()) -> AppRoom:
    """`more` are operations of other rooms."""
    store = KeyStore(foundation.mongo, foundation.key_for("api keys"))
    office = KeyOffice(store, _contracts_of, foundation.clock)
    operations = [*key_operations(), *more]
    api = application(operations, office, settings.api_origins)
    return AppRoom(_site(api, settings), KeyRoutes(office, store).routes())


def _site(api: web.Application, settings: EmspSettings) -> Site:
    setting = variable(EmspSettings, "api_port")
    return Site(name="api", app=api, host=settings.api_host, port=settings.api_port, setting=setting)


async def _contracts_of(_: Collection[str]) -> set[str]:
    return set()
