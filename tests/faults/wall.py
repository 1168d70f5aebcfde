"""A partner behind a wall: no packet that is sent to it is answered, so no connection comes about."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

from yarl import URL

from tests.faults.partners import Hub, Player


@contextmanager
def unanswered() -> Iterator[int]:
    """A port whose queue is full: the system drops whoever knocks."""
    with socket.socket() as full, ExitStack() as knocking:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(2):
            knock = knocking.enter_context(socket.socket())
            knock.setblocking(False)  # noqa: FBT003 - the socket's own signature
            knock.connect_ex(full.getsockname())
        yield int(full.getsockname()[1])


@asynccontextmanager
async def behind_a_wall(hub: Hub, player: Player) -> AsyncIterator[None]:
    """The hub learns addresses of the partner that are of no use, and afterwards the good ones again."""
    with unanswered() as port:
        player.partner.endpoints_offered = [_moved(each, port) for each in player.partner.offered()]
        await hub.operate(f"/partners/{player.name}/rotate", {})
        yield
    player.partner.endpoints_offered = None
    await hub.operate(f"/partners/{player.name}/rotate", {})


def _moved(endpoint: dict[str, str], port: int) -> dict[str, str]:
    """But for the credentials, which are needed to come back."""
    if endpoint["identifier"] == "credentials":
        return endpoint
    return {**endpoint, "url": str(URL(endpoint["url"]).with_port(port))}
