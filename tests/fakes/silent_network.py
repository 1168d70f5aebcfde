"""A network between a client and a server that can go silent: nobody is told, and nothing comes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class SilentNetwork:
    """While it `is_silent` it takes whatever is sent, FIN included, and hands on nothing."""

    port: int
    server: tuple[str, int] = ("", 0)
    is_silent: bool = False
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def carry(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, there = await asyncio.open_connection(*self.server)
        self._writers += [back, there]
        await asyncio.gather(self._pass_on(client, there), self._pass_on(answers, back))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                if not self.is_silent:
                    writer.write(data)
        if not self.is_silent:
            writer.close()

    def tear_down(self) -> None:
        for writer in self._writers:
            writer.transport.abort()


@asynccontextmanager
async def silent_network(host: str, port: int) -> AsyncIterator[SilentNetwork]:
    """In front of a server."""
    network = SilentNetwork(0, (host, port))
    listening = await asyncio.start_server(network.carry, "127.0.0.1", 0)
    async with listening:
        network.port = listening.sockets[0].getsockname()[1]
        try:
            yield network
        finally:
            network.tear_down()
