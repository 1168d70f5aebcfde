"""A back office that takes webhooks on a socket, and verifies them with the library of Standard Webhooks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

from ocpi.process.run import Site, listening
from schemas import codec
from tests.platforms import free_port


@dataclass(frozen=True, slots=True)
class Post:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return codec.decode(self.body)

    @property
    def signatures(self) -> list[str]:
        return self.headers["webhook-signature"].split(" ")

    def is_signed_with(self, secret: str) -> bool:
        """By the library of Standard Webhooks; the clock of a test may be another than the machine's."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        return Webhook(secret).sign(self.id, at, self.body.decode()) in self.signatures


@dataclass(slots=True)
class Mailbox:
    """`answers` are statuses in turn; afterwards all is well. With `is_open` cleared nobody is answered."""

    url: str
    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        names = ("webhook-id", "webhook-timestamp", "webhook-signature", "Content-Type")
        told = {name: request.headers[name] for name in names}
        self.posts.append(Post(told, await request.read()))
        await self.is_open.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 204, headers=self.headers)

    def of_type(self, kind: str) -> list[Post]:
        return [post for post in self.posts if post.told["type"] == kind]


@asynccontextmanager
async def open_mailbox() -> AsyncIterator[Mailbox]:
    port = free_port()
    mailbox = Mailbox(f"http://127.0.0.1:{port}/hooks")
    mailbox.is_open.set()
    application = web.Application()
    application.router.add_post("/hooks", mailbox.take)
    site = Site(name="mailbox", app=application, host="127.0.0.1", port=port, setting="")
    async with listening([site]):
        try:
            yield mailbox
        finally:
            mailbox.is_open.set()
