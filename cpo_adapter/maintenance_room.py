"""Where the parts meet that do what an operator orders of stations, and keep the files that travel for it."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from cpo_adapter.files.door import FileDoor
from cpo_adapter.files.shelf import Shelf
from cpo_adapter.files.tickets import Tickets
from cpo_adapter.maintenance.asking import Asking
from cpo_adapter.maintenance.calling import Calling
from cpo_adapter.maintenance.configuration import Configuration
from cpo_adapter.maintenance.errands import Errands
from cpo_adapter.maintenance.job_store import JobStore
from cpo_adapter.maintenance.progress import Progress
from cpo_adapter.maintenance.routes import MaintenanceRoutes
from cpo_adapter.ocpp.client_certificates import ClientCertificates
from cpo_adapter.security_room import SecurityRoom, arrivals_of
from cpo_adapter.settings import CpoSettings
from cpo_adapter.stations.registry import Registry
from ocpi.service.foundation import Foundation


@dataclass(frozen=True, slots=True)
class MaintenanceRoom:
    """`asking` for others that order something; `files` to be mounted where stations come."""

    asking: Asking
    files: FileDoor
    routes: list[web.RouteDef]


def progress_of_jobs(foundation: Foundation) -> Progress:
    progress = Progress(store=JobStore(foundation.mongo), clock=foundation.clock)
    foundation.supervisor.start("jobs of stations", progress.run, restart=True)
    return progress


def maintenance_room(
    foundation: Foundation,
    settings: CpoSettings,
    security: SecurityRoom,
    registry: Registry,
    progress: Progress,
    certificates: ClientCertificates,
) -> MaintenanceRoom:
    """Raises FolderUnusable."""
    clock, ring = foundation.clock, security.ring
    shelf = Shelf(settings.files, limit=settings.files_mb << 20)
    shelf.prepare(clock.now())
    tickets = Tickets(foundation.mongo, clock)
    store = JobStore(foundation.mongo)
    asking = Asking(known=ring, orderly=registry)
    errands = Errands(
        asking=asking, store=store, tickets=tickets, shelf=shelf, url=settings.url_for_files, clock=clock
    )
    files = FileDoor(
        tickets=tickets,
        shelf=shelf,
        waiting=progress,
        arrivals=arrivals_of(settings),
        certificates=certificates,
        certificate_name=_names(security),
        clock=clock,
    )
    routes = MaintenanceRoutes(
        asking=asking,
        calling=Calling(asking=asking, errands=errands),
        configuration=Configuration(asking),
        errands=errands,
        jobs=store,
        shelf=shelf,
    )
    return MaintenanceRoom(asking, files, routes.routes())


def _names(security: SecurityRoom) -> Callable[[str], str]:
    def name(station: str) -> str:
        credentials = security.ring.credentials(station)
        return (credentials.certificate_name if credentials else None) or station

    return name
