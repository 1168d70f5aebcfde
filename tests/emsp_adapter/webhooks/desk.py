"""A back office with a mailbox, that makes webhooks over the API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from tests.emsp_adapter.apps.counter import Counter, Heard, Holder
from tests.emsp_adapter.webhooks.mailbox import Mailbox, Post
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP

_ROUTING = Routing(to=EMSP, sender=CPO)


@dataclass(slots=True)
class HookDesk:
    counter: Counter
    mailbox: Mailbox
    holder: Holder

    async def made(self, **changes: Any) -> Any:
        """`secret` beside the webhook."""
        heard = await self.holder.post("/webhooks", {"url": self.mailbox.url, **changes})
        assert heard.http == 201, heard.raw
        return heard.body

    async def webhook(self, name: str) -> Any:
        return (await self.holder.get(f"/webhooks/{name}")).body

    async def tested(self, made: Any) -> str:
        heard = await self.holder.post(f"/webhooks/{made['webhook']['id']}/test")
        assert heard.http == 202, heard.raw
        return str(heard.body["id"])

    async def messages(self, made: Any, **query: str) -> Any:
        return (await self.holder.get(f"/webhooks/{made['webhook']['id']}/messages", **query)).body

    async def later(self, **time: float) -> None:
        await self.counter.clock.leap(**time)

    async def received(self, wanted: Callable[[], Any]) -> Any:
        """Once it is there; meanwhile time goes on, a second at a time."""

        async def look() -> Any:
            await self.later(seconds=1.1)
            return wanted()

        for _ in range(20):
            if found := await look():
                return found
        await eventually(wanted)
        return wanted()

    async def one(self, kind: str) -> Post:
        found: list[Post] = await self.received(lambda: self.mailbox.of_type(kind))
        (post,) = found
        return post

    async def push(self, module: str, name: str, body: Any, method: str = "PUT") -> Heard:
        path = () if module == "cdrs" else (CPO.country_code, CPO.party_id, name)
        heard = await self.counter.cpo.call(
            method, module, Side.RECEIVER, *path, routing=_ROUTING, body=codec.encode(body)
        )
        assert heard.is_success, heard.body
        return heard  # type: ignore[return-value]

    async def close(self) -> None:
        for each in (await self.holder.get("/webhooks")).body["webhooks"]:
            await self.holder.ask("DELETE", f"/webhooks/{each['id']}")
