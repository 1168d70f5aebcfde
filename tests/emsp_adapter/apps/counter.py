"""One running eMSP with its API for apps, and a CPO that obeys, for every test of a file.

Time stands still until a test moves it. Keys are made as an operator makes them.
"""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from yarl import URL

from ocpi.process.mongo import Mongo
from schemas import codec
from simulators.partner import SimulatedPartner
from tests.emsp_adapter.conftest import CARDS, Issuing
from tests.emsp_adapter.obeying import Obeying
from tests.fakes.clock import ManualClock
from tests.lent import lent
from tests.platforms import CPO, Running, agree, connect, operate, running_emsp

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
"""Of every file that uses a counter: it lives longer than a test."""

ALL_SCOPES: Final = ("locations:read", "sessions:read", "sessions:write", "cdrs:read")
OFFICE_SCOPES: Final = (*ALL_SCOPES, "webhooks:manage", "support")


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer of the API."""

    http: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        """With every digit of its numbers."""
        return codec.decode(self.raw)

    @property
    def places(self) -> list[str | None]:
        """Of what a problem complains."""
        assert self.headers["Content-Type"].startswith("application/problem+json"), self.raw
        told = self.body.get("errors", [])
        return [each.get("pointer", each.get("parameter", each.get("header"))) for each in told]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a key, or without one."""

    session: ClientSession
    url: str
    key: str | None

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.key is None else {"Authorization": f"Bearer {self.key}"}

    async def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Heard:
        """`path` as it stands on the wire, below /api/v1; a body of bytes too."""
        raw = body if isinstance(body, bytes | None) else codec.encode(body)
        media = {} if body is None else {"Content-Type": "application/json"}
        sent = {**self.headers, **media, **(headers or {})}
        async with self.session.request(
            method, self.address(path), data=raw, headers=sent, skip_auto_headers=("Content-Type",)
        ) as answer:
            return Heard(answer.status, dict(answer.headers), await answer.read())

    def address(self, path: str) -> URL:
        return URL(f"{self.url}/api/v1{path}", encoded=True)

    async def get(self, path: str, **query: str) -> Heard:
        return await self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    async def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Heard:
        return await self.ask("POST", path, body, headers)


@dataclass(frozen=True, slots=True)
class Counter:
    emsp: Running
    cpo: SimulatedPartner
    obeying: Obeying
    session: ClientSession
    clock: ManualClock
    mongo: Mongo
    numbers: Iterator[int]

    async def made(self, **wanted: Any) -> Any:
        """A key as the operator is told it: of an app, for everything that one may have."""
        default = {"name": f"key-{next(self.numbers)}", "kind": "APP", "scopes": list(ALL_SCOPES)}
        return await operate(self.emsp, "/api_keys", {**default, **wanted})

    async def holder(self, **wanted: Any) -> Holder:
        return self.with_key((await self.made(**wanted))["key"])

    async def office(self) -> Holder:
        return await self.holder(kind="BACK_OFFICE", scopes=list(OFFICE_SCOPES))

    def with_key(self, key: str | None) -> Holder:
        return Holder(self.session, self.emsp.urls["api"], key)


@asynccontextmanager
async def running_counter(
    mongo_url: str, folder: Path, *, ocpi: str = "2.3.0", **more: Any
) -> AsyncIterator[Counter]:
    """`ocpi` is the version of the CPO; `more` are settings."""
    cards = folder / "cards.csv"
    cards.write_text(CARDS)
    clock = ManualClock()
    async with (
        lent(mongo_url) as mongo,
        running_emsp(mongo, clock, folder, cards, **more) as emsp,
        SimulatedPartner(("CPO", CPO), versions=(ocpi,)) as cpo,
        ClientSession() as session,
    ):
        await connect(emsp, cpo, "the-cpo", "CPO")
        await agree(emsp)
        obeying = Obeying(Issuing(emsp, cpo))
        obeying.answers("ACCEPTED")
        yield Counter(emsp, cpo, obeying, session, clock, mongo, itertools.count(1))
