"""What became of each transaction, for the operator, who also decides about those that are held.

GET  /admin/v1/transactions                     the newest first; ?outcome=held for those alone
GET  /admin/v1/transactions/energies            Wh of all that are settled, by what became of it
POST /admin/v1/transactions/{number}/correct    {"start_wh": 1000, "stop_wh": 12000}: so the meter read
POST /admin/v1/transactions/{number}/write_off  {"reason": …}: nobody pays for it
A bill that was sent is taken back by a credit, and replaced where something is still due.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from cpo_adapter.sessions.ends import Correction
from cpo_adapter.sessions.ledger import Became, Ledger
from ocpi.admin.app import read, reply
from ocpi.errors import InvalidParameters, UnknownObject
from ocpi.process.clock import Clock
from ocpi.process.mongo import Document

_ENERGIES: Final = ("billed_wh", "held_wh", "not_billed_wh")
_LARGEST_WH: Final = 10**12

Wh = Annotated[int, Field(ge=0, lt=_LARGEST_WH)]


class _Meter(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    start_wh: Wh
    stop_wh: Wh


class _WriteOff(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class OutcomeRoutes:
    """`touched` hears the number of every transaction that was decided about."""

    def __init__(self, ledger: Ledger, touched: Callable[[int], None], clock: Clock) -> None:
        self._ledger = ledger
        self._touched = touched
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/transactions", self._list),
            web.get("/transactions/energies", self._energies),
            web.post("/transactions/{number}/correct", self._correct),
            web.post("/transactions/{number}/write_off", self._write_off),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        listed = await self._ledger.listed(_outcome(request.query.get("outcome")))
        return reply([_shown(document) for document in listed])

    async def _energies(self, _: web.Request) -> web.Response:
        return reply(await self._ledger.energies())

    async def _correct(self, request: web.Request) -> web.Response:
        meter, number = _Meter.model_validate(await read(request)), _number(request)
        if meter.stop_wh < meter.start_wh:
            raise InvalidParameters("/stop_wh: less than at the start")
        correction = Correction(meter.start_wh, meter.stop_wh, self._clock.now())
        return self._decided(number, is_done=await self._ledger.correct(number, correction))

    async def _write_off(self, request: web.Request) -> web.Response:
        wanted, number = _WriteOff.model_validate(await read(request)), _number(request)
        return self._decided(number, is_done=await self._ledger.write_off(number, wanted.reason))

    def _decided(self, number: int, *, is_done: bool) -> web.Response:
        if not is_done:
            raise UnknownObject(f"no transaction {number} that has ended")
        self._touched(number)
        return reply({"number": number})


def _outcome(written: str | None) -> Became | None:
    if not written:
        return None
    if written.upper() not in set(Became):
        raise InvalidParameters(f"an outcome is one of {', '.join(Became)}")
    return Became(written.upper())


def _number(request: web.Request) -> int:
    written = request.match_info["number"]
    if not (written.isascii() and written.isdigit() and len(written) <= len(str(2**31))):
        raise UnknownObject(f"no transaction {written}")
    return int(written)


def _shown(document: Document) -> dict[str, Any]:
    named = ("session_id", "station", "evse", "began_at", "outcome")
    return {
        "number": document["_id"],
        "reason": document.get("outcome_reason"),
        **{name: document.get(name) for name in named},
        **{name: int(document.get(name) or 0) for name in _ENERGIES},
    }
