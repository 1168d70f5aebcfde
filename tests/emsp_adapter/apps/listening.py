"""Somebody who follows server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse

from schemas import codec
from tests.emsp_adapter.apps.counter import Holder


@dataclass(frozen=True, slots=True)
class Event:
    id: str
    name: str
    data: Any


class Stream:
    def __init__(self, answer: ClientResponse) -> None:
        self.answer = answer

    async def block(self) -> str | None:
        """What stands before the next empty line; None at the end."""
        async with asyncio.timeout(30):
            lines = [await self.answer.content.readline()]
            while lines[-1].strip():
                lines.append(await self.answer.content.readline())
        return b"".join(lines).decode() or None

    async def event(self) -> Event:
        told = await self.block()
        assert told is not None, "the stream has ended"
        fields = dict(line.split(": ", 1) for line in told.splitlines() if line)
        return Event(fields["id"], fields["event"], codec.decode(fields["data"].encode()))


@asynccontextmanager
async def following(app: Holder, path: str, last: str | None = None) -> AsyncIterator[Stream]:
    headers = {**app.headers, **({"Last-Event-ID": last} if last else {})}
    async with app.session.get(app.address(path), headers=headers) as answer:
        yield Stream(answer)
