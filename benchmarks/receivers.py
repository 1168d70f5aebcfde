"""Many partners in one process that answer at next to no cost, so that what is measured is who calls them.

    python -m benchmarks.receivers PORT

/p{n}/…            partner n: what was put under /static is served, every push is answered by 1000
/static/{path}     PUT: what a GET of that path is answered
/hang/{n}/{s}      POST: partner n answers s seconds late from now on
/reset             POST: nothing has arrived yet
/ignore/{n}        POST: what arrives at partner n does not count
/await/{count}     GET: answered when so many pushes have been answered
/arrivals          GET: [partner, when] of each of them, in wall-clock seconds
/last              GET: the body that came last
"""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import cast

import orjson

from ocpi.process.run import main

_DONE = b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'
_PUSHES = ("PUT", "PATCH", "POST", "DELETE")


@dataclass(slots=True)
class Arrivals:
    static: dict[str, bytes] = field(default_factory=dict)
    hanging: dict[str, float] = field(default_factory=dict)
    ignored: set[str] = field(default_factory=set)
    at: list[tuple[str, float]] = field(default_factory=list)
    last: bytes = b""
    waiting: list[tuple[int, "Receiver"]] = field(default_factory=list)

    def arrived(self, partner: str, body: bytes) -> None:
        self.at.append((partner, time.time()))
        self.last = body or self.last
        ready = [each for each in self.waiting if each[0] <= len(self.at)]
        self.waiting = [each for each in self.waiting if each[0] > len(self.at)]
        for _, receiver in ready:
            receiver.reply(b"{}")


class Receiver(asyncio.Protocol):
    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end]
            length = _length(head)
            if len(self._buffer) < end + 4 + length:
                return
            body = self._buffer[end + 4 : end + 4 + length]
            self._buffer = self._buffer[end + 4 + length :]
            method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            self._take(method, path.partition("?")[0], body)

    def _take(self, method: str, path: str, body: bytes) -> None:
        _, first, *rest = path.split("/")
        if first.startswith("p") and first[1:].isdigit() and method in _PUSHES:
            self._pushed(first[1:], body, counts="hubclientinfo" not in rest)
        else:
            self._control(path, first, rest, body)

    def _pushed(self, partner: str, body: bytes, *, counts: bool) -> None:
        late_s = self._arrivals.hanging.get(partner)
        if late_s:
            asyncio.get_running_loop().call_later(late_s, self.reply, _DONE)
            return
        if counts and partner not in self._arrivals.ignored:
            self._arrivals.arrived(partner, body)
        self.reply(_DONE)

    def _control(self, path: str, first: str, rest: list[str], body: bytes) -> None:
        found = self._arrivals
        match first:
            case "static":
                found.static["/" + "/".join(rest)] = body
            case "hang":
                found.hanging[rest[0]] = float(rest[1])
            case "ignore":
                found.ignored.add(rest[0])
            case "reset":
                found.at.clear()
            case "await" if int(rest[0]) > len(found.at):
                found.waiting.append((int(rest[0]), self))
                return
        answers = {"arrivals": orjson.dumps(found.at), "last": found.last}
        self.reply(answers.get(first) or found.static.get(path) or b"{}")

    def reply(self, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % len(body) + body)


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return 0 if at < 0 else int(head[at + 15 :].split(b"\r\n", 1)[0])


async def serve(port: int) -> None:
    arrivals = Arrivals()
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(arrivals), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(main(lambda: serve(int(sys.argv[1]))))
