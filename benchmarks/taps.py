"""Cards held up as fast as answers come: through the whole chain, and at the eMSP alone."""

import base64
import json
import shlex
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise

from aiohttp import ClientSession, ClientWebSocketResponse

from passerelle.demo.run import Demo

UID = "04A3B2C1D0E9F8"


async def tap_cards(demo: Demo, count: int) -> list[float]:
    """Seconds from each Authorize to its answer, one at a time, over one station's own socket."""
    identity, key = next(iter(demo.keys.items()))
    basic = base64.b64encode(f"{identity}:{key}".encode()).decode()
    url = f"ws://127.0.0.1:{demo.services.ports.stations}/ocpp/{identity}"
    headers = {"Authorization": f"Basic {basic}"}
    async with (
        ClientSession() as session,
        session.ws_connect(url, protocols=["ocpp1.6"], headers=headers) as socket,
    ):
        await _ask(
            socket, "boot", "BootNotification", {"chargePointVendor": "bench", "chargePointModel": "bench"}
        )
        return await _timed(count, lambda n: _tap(socket, n))


async def bare_authorizations(demo: Demo, count: int) -> list[float]:
    """The same question put to the eMSP as the hub puts it, with nothing in between."""
    hub = demo.services.hub.admin()
    line = hub.post("/partners/emsp/curl", {"module": "tokens", "to": "NL*MSP", "sender": "FR*CPO"})["curl"]
    words = shlex.split(line)
    headers = dict(word.split(": ", 1) for flag, word in pairwise(words) if flag == "-H")
    url = f"{words[-1]}/{UID}/authorize?type=RFID"
    body = json.dumps({"location_id": "DEMO"}).encode()
    headers["Content-Type"] = "application/json"
    async with ClientSession(headers=headers) as session:

        async def ask(_: int) -> None:
            async with session.post(url, data=body) as response:
                answer = await response.json()
                if answer["data"]["allowed"] != "ALLOWED":
                    raise RuntimeError(f"the eMSP refuses: {answer}")

        return await _timed(count, ask)


async def _timed(count: int, work: Callable[[int], Awaitable[None]]) -> list[float]:
    await work(-1)  # connections are made before the clock runs
    taken: list[float] = []
    for number in range(count):
        began = time.perf_counter()
        await work(number)
        taken.append(time.perf_counter() - began)
    return taken


async def _tap(socket: ClientWebSocketResponse, number: int) -> None:
    answer = await _ask(socket, f"tap-{number}", "Authorize", {"idTag": UID})
    if answer["idTagInfo"]["status"] != "Accepted":
        raise RuntimeError(f"the card is refused: {answer}")


async def _ask(
    socket: ClientWebSocketResponse, message_id: str, action: str, payload: dict[str, str]
) -> dict[str, dict[str, str]]:
    """What the central system asks in between is not answered: this is a stopwatch, not a station."""
    await socket.send_json([2, message_id, action, payload])
    while True:
        frame = await socket.receive_json()
        if frame[0] == 3 and frame[1] == message_id:  # noqa: PLR2004 - CALLRESULT
            answer: dict[str, dict[str, str]] = frame[2]
            return answer
