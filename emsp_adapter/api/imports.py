"""A file of cards, or of contracts, for the back office.

    POST /admin/v1/cards/import?file=cards.csv&dry_run&good_rows&block_missing      the CSV as the body
    POST /admin/v1/contracts/import?file=contracts.csv&dry_run&good_rows

A file with mistakes is refused with 422, each of them with line and column in `flaws`. Else the answer is a
stream of lines of JSON that tell how far it is; without a last one that `is_done` it was broken off, and the
same file can be sent again.
"""

import tempfile
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from aiohttp import web

from emsp_adapter.contracts.importing.importer import Checked, Importer, Progress, Wanted
from ocpi.admin.bodies import Request
from ocpi.admin.problems import problem
from ocpi.authored.flaws import BrokenFile, Flaw
from ocpi.errors import OcpiError
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError
from schemas import codec

log = logger(__name__)
MOST_BYTES: Final = 512 * 1024 * 1024
_PIECE: Final = 256 * 1024

Item = TypeVar("Item")


class _Asked(Request):
    """`file` is what the mistakes are told of."""

    file: str = "file.csv"
    dry_run: bool = False
    good_rows: bool = False
    block_missing: bool = False

    def wanted(self) -> Wanted:
        return Wanted(dry_run=self.dry_run, good_rows=self.good_rows, block_missing=self.block_missing)


class ImportRoutes(Generic[Item]):
    def __init__(self, path: str, importer: Importer[Item]) -> None:
        self._path = path
        self._importer = importer

    def routes(self) -> list[web.RouteDef]:
        return [web.post(self._path, self._import)]

    async def _import(self, request: web.Request) -> web.StreamResponse:
        asked = _Asked.model_validate(dict(request.query))
        with tempfile.NamedTemporaryFile(suffix=".csv") as spool:
            await _receive(request, Path(spool.name))
            return await self._imported(request, Path(spool.name), asked)

    async def _imported(self, request: web.Request, file: Path, asked: _Asked) -> web.StreamResponse:
        called = Path(asked.file)
        try:
            checked = await self._importer.check(file, called)
        except BrokenFile as broken:
            return _refused(broken.flaws, len(broken.flaws), 0)
        if checked.flaws and not asked.good_rows and not asked.dry_run:
            return _refused(checked.flaws, checked.refused, checked.rows)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        try:
            async for progress in self._importer.run(file, called, asked.wanted(), checked.rows):
                await response.write(codec.encode(_shown(progress, checked)) + b"\n")
        except (OcpiError, DriverError, ConnectionError) as error:  # too late for another status
            log.warning("import broken off", path=request.path, error=str(error))
        await response.write_eof()
        return response


async def _receive(request: web.Request, file: Path) -> None:
    size = 0
    with file.open("wb") as spool:
        async for piece in request.content.iter_chunked(_PIECE):
            size += len(piece)
            if size > MOST_BYTES:
                raise web.HTTPRequestEntityTooLarge(MOST_BYTES, size)
            spool.write(piece)


def _refused(flaws: Sequence[Flaw], refused: int, rows: int) -> web.Response:
    detail = f"{refused} of {rows} rows cannot be taken" if rows else "the file cannot be read as it is"
    shown = [_flaw(each) for each in flaws]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, rows=rows, refused=refused, flaws=shown)


def _shown(progress: Progress, checked: Checked) -> dict[str, Any]:
    """With the last line come the mistakes of the rows that were left out."""
    counts = progress.counts
    return {
        "total": progress.total,
        "rows": progress.rows,
        "created": counts.created,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "refused": progress.refused,
        "missing": progress.missing,
        "blocked": progress.blocked,
        "is_done": progress.is_done,
        **({"flaws": [_flaw(each) for each in checked.flaws]} if progress.is_done else {}),
    }


def _flaw(flaw: Flaw) -> dict[str, Any]:
    return {"line": flaw.place.line, "column": flaw.place.column, "text": flaw.text}
