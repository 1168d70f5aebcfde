"""Requests over a few connections that stay open, as fast as answers come, at next to no cost of its own."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from yarl import URL


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class Taken:
    """What some requests took: the whole in wall-clock seconds, and each of them."""

    seconds: float = 0
    each_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.each_s) / self.seconds


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> Self:
        where = URL(url)
        return cls(*await asyncio.open_connection(where.host, where.port, limit=2**22))

    async def ask(self, request: bytes) -> Answer:
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.split(": ", 1) for line in head[1:] if line)
        body = await self._reader.readexactly(int(fields.get("Content-Length", "0")))
        return Answer(int(head[0].split(" ", 2)[1]), fields, body)

    def close(self) -> None:
        self._writer.close()


def request(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    where = URL(url, encoded=True)
    told = {"Host": f"{where.host}:{where.port}", **headers, "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{method} {where.raw_path_qs} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


async def answers_to(url: str, requests: Iterable[bytes], connections: int, marker: bytes) -> Taken:
    """Raises RuntimeError for an answer without success and `marker` in its body."""
    waiting = deque(requests)
    lines = [await Connection.to(url) for _ in range(connections)]
    taken = Taken()

    async def work(line: Connection) -> None:
        while waiting:
            asked = waiting.popleft()
            began = time.perf_counter()
            answer = await line.ask(asked)
            taken.each_s.append(time.perf_counter() - began)
            if answer.status not in (200, 201) or marker not in answer.body:
                raise RuntimeError(f"{answer.status}: {answer.body[:500]!r}")

    began = time.perf_counter()
    async with asyncio.TaskGroup() as workers:
        for line in lines:
            workers.create_task(work(line))
    taken.seconds = time.perf_counter() - began
    for line in lines:
        line.close()
    return taken
