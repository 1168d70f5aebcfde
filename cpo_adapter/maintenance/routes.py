"""What an operator has stations do. All bodies name the station: {"identity": …}; see `bodies` for the rest.

POST /admin/v1/stations/{reset, availability, trigger, unlock, clear_cache, data_transfer, cost, priority}
POST /admin/v1/stations/call: any other message of 2.1 that stations hear; unpublish_firmware
POST /admin/v1/stations/certificates/{list, install, delete}, …/display/{show, clear}
POST /admin/v1/stations/monitoring/{base, level, add, clear}, …/configuration/{get, set}
POST /admin/v1/stations/{diagnostics, log, firmware, publish_firmware, report, customer, profiles},
     …/display/list, …/monitoring/report: each begins a job
GET  /admin/v1/stations/jobs[?station=…], …/jobs/{number}, …/jobs/{number}/report, …/jobs/{number}/file
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final, cast

from aiohttp import web

from cpo_adapter.files.shelf import Shelf
from cpo_adapter.maintenance import bodies, shown
from cpo_adapter.maintenance.asking import Asking
from cpo_adapter.maintenance.calling import Calling
from cpo_adapter.maintenance.configuration import Configuration
from cpo_adapter.maintenance.errands import Begun, Errands
from cpo_adapter.maintenance.job_store import JobStore
from cpo_adapter.maintenance.jobs import Job
from cpo_adapter.ocpp.flaws import Unfitting
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.stations.security_routes import OfStation
from ocpi.admin.app import read
from ocpi.admin.problems import problem
from ocpi.errors import UnknownObject
from schemas import codec

_MOST: Final = 200
Asked = Callable[[Any], Awaitable[Begun]]

SIMPLE: Final[Mapping[str, type[OfStation]]] = {
    "reset": bodies.Reset,
    "availability": bodies.Availability,
    "trigger": bodies.Trigger,
    "unlock": bodies.Unlock,
    "clear_cache": bodies.ClearCache,
    "data_transfer": bodies.Transfer,
    "cost": bodies.Cost,
    "priority": bodies.Priority,
    "unpublish_firmware": bodies.UnpublishFirmware,
    "certificates/list": bodies.ListCertificates,
    "certificates/install": bodies.InstallCertificate,
    "certificates/delete": bodies.DeleteCertificate,
    "display/show": bodies.ShowMessage,
    "display/clear": bodies.ClearMessage,
    "monitoring/base": bodies.MonitoringBase,
    "monitoring/level": bodies.MonitoringLevel,
    "monitoring/add": bodies.Monitor,
    "monitoring/clear": bodies.ClearMonitors,
}
"""One order and its answer: the body's `order()`."""


class MaintenanceRoutes:
    def __init__(
        self,
        *,
        asking: Asking,
        calling: Calling,
        configuration: Configuration,
        errands: Errands,
        jobs: JobStore,
        shelf: Shelf,
    ) -> None:
        self._asking = asking
        self._calling = calling
        self._configuration = configuration
        self._errands = errands
        self._jobs = jobs
        self._shelf = shelf

    def routes(self) -> list[web.RouteDef]:
        return [
            *(web.post(f"/stations/{path}", self._ordered(body)) for path, body in SIMPLE.items()),
            *(web.post(f"/stations/{path}", self._begun(*each)) for path, each in self._lasting().items()),
            web.post("/stations/call", self._call),
            web.post("/stations/configuration/get", self._read),
            web.post("/stations/configuration/set", self._change),
            web.get("/stations/jobs", self._list),
            web.get("/stations/jobs/{number}", self._job),
            web.get("/stations/jobs/{number}/report", self._report),
            web.get("/stations/jobs/{number}/file", self._file),
        ]

    def _lasting(self) -> dict[str, tuple[type[OfStation], Asked]]:
        errands = self._errands
        return {
            "diagnostics": (
                bodies.Diagnostics,
                lambda body: errands.diagnostics(body.identity, body.period()),
            ),
            "log": (bodies.Log, lambda body: errands.log(body.identity, body.kind, body.period())),
            "firmware": (bodies.Firmware, lambda body: errands.firmware(body.identity, body.wanted())),
            "publish_firmware": (
                bodies.PublishFirmware,
                lambda body: errands.publication(body.identity, body.file),
            ),
            "report": (bodies.Report, lambda body: errands.report(body.identity, body.about, body.names)),
            "customer": (
                bodies.Customer,
                lambda body: errands.customer(
                    body.identity, body.uid, is_reported=body.report, is_erased=body.erase
                ),
            ),
            "profiles": (OfStation, lambda body: errands.profiles(body.identity)),
            "display/list": (OfStation, lambda body: errands.messages(body.identity)),
            "monitoring/report": (OfStation, lambda body: errands.monitors(body.identity)),
        }

    def _ordered(self, body: type[Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            wanted = body.model_validate(await read(request))
            heard = await self._asking.order(wanted.identity, wanted.order())
            return _reply({"identity": wanted.identity, **shown.heard(heard)})

        return handle

    def _begun(self, body: type[Any], ask: Asked) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            begun = await ask(body.model_validate(await read(request)))
            return _reply(shown.begun(begun), HTTPStatus.ACCEPTED)

        return handle

    async def _call(self, request: web.Request) -> web.Response:
        wanted = bodies.Call.model_validate(await read(request))
        try:
            called = await self._calling.call(wanted.identity, wanted.action, cast(Payload, wanted.payload))
        except Unfitting as error:
            return _unfitting(error)
        return _reply({"identity": wanted.identity, "action": wanted.action, **shown.called(called)})

    async def _read(self, request: web.Request) -> web.Response:
        wanted = bodies.ReadConfiguration.model_validate(await read(request))
        heard, settings = await self._configuration.read(wanted.identity, wanted.names)
        told = {"outcome": heard.status, "reason": heard.reason, **shown.settings(settings)}
        return _reply({"identity": wanted.identity, **told})

    async def _change(self, request: web.Request) -> web.Response:
        wanted = bodies.ChangeConfiguration.model_validate(await read(request))
        change = await self._configuration.change(wanted.identity, wanted.name, wanted.value)
        return _reply({"identity": wanted.identity, "name": wanted.name, **shown.change(change)})

    async def _list(self, request: web.Request) -> web.Response:
        return _reply(
            [shown.job(each) for each in await self._jobs.newest(request.query.get("station"), _MOST)]
        )

    async def _job(self, request: web.Request) -> web.Response:
        return _reply(shown.job(await self._found(request)))

    async def _report(self, request: web.Request) -> web.Response:
        job = await self._found(request)
        return _reply({**shown.job(job), **shown.report(await self._jobs.parts(job.number))})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        job = await self._found(request)
        if job.file is None:
            raise UnknownObject(f"no file has come of job {job.number}")
        path = self._shelf.folder / job.file.path
        if not await asyncio.to_thread(path.is_file):
            raise UnknownObject(f"the file of job {job.number} is not in the folder of this machine")
        headers = {
            "Content-Disposition": f'attachment; filename="{job.file.name}"',
            "Content-Type": "application/octet-stream",
        }
        return web.FileResponse(path, headers=headers)

    async def _found(self, request: web.Request) -> Job:
        number = request.match_info["number"]
        job = await self._jobs.job(int(number)) if number.isdecimal() and len(number) < 11 else None  # noqa: PLR2004
        if job is None:
            raise UnknownObject(f"there is no job {number}")
        return job


def _unfitting(error: Unfitting) -> web.Response:
    found = [{"pointer": f"/payload{flaw.pointer}", "detail": flaw.text} for flaw in error.flaws]
    detail = "the payload is not what the message wants"
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=found)


def _reply(value: Any, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """What stations say may hold fractions, whose digits are kept."""
    return web.Response(status=status, body=codec.encode(value), content_type="application/json")
