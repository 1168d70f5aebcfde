"""How much of a bare reverse proxy's throughput is left when a hub passes on authorizations.

A CPO asks for cards of an eMSP through the hub: who asks is checked, who may ask whom, headers and ids are
made new, everything is counted and recorded. The same bodies go through aiohttp alone to the same receiver.
Each is a process of its own; both are timed in turn, in pairs, and the median of the pairs counts.
"""

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.hub_stage import CPO, DATABASE, EMSP, HUB
from benchmarks.keep_alive import answers_to, request
from benchmarks.processes import a_child, a_hub, register, shown_by
from benchmarks.processor import processor_s
from ocpi.process.embedded_mongo import database_url
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.demo.services import free_ports
from simulators.partner import SimulatedPartner

PROMISE: Final = 0.5
AT_ONCE: Final = 32
REQUESTS: Final = 4000
PAIRS: Final = 5
_BODY: Final = b'{"location_id":"LOC1","evse_uids":["LOC1-1"]}'


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        return asyncio.run(measured(Path(folder), url))


async def measured(folder: Path, mongo_url: str) -> int:
    port, admin_port, proxy_port, issuer_port = free_ports(4)
    issuer_url = f"http://127.0.0.1:{issuer_port}"
    with (
        a_child(folder, "bare_proxy", "issuer", str(issuer_port)),
        a_child(folder, "bare_proxy", "proxy", str(proxy_port), issuer_url) as proxy_pid,
        a_hub(folder, mongo_url, (port, admin_port), HUB, DATABASE) as hub,
    ):
        async with SimulatedPartner(("CPO", CPO)) as cpo, SimulatedPartner(("EMSP", EMSP)) as emsp:
            emsp.endpoints_offered = [_elsewhere(each, issuer_url) for each in emsp.offered()]
            versions_url = f"http://127.0.0.1:{port}/ocpi/versions"
            await register(hub, versions_url, cpo, "CPO")
            await register(hub, versions_url, emsp, "EMSP")
            hub.admin().post("/agreements", {"cpo": str(CPO), "emsp": str(EMSP)})
            return await _compared(cpo, proxy_port, hub.child.pid, proxy_pid)


def _elsewhere(endpoint: dict[str, str], issuer_url: str) -> dict[str, str]:
    is_asked = (endpoint["identifier"], endpoint.get("role")) == ("tokens", "SENDER")
    return {**endpoint, "url": f"{issuer_url}/sender/tokens"} if is_asked else endpoint


async def _compared(cpo: SimulatedPartner, proxy_port: int, hub_pid: int, proxy_pid: int) -> int:
    ours_url = f"{cpo.endpoints['tokens', Side.SENDER]}/04A3B2C1D0E9F8/authorize?type=RFID"
    bare_url = f"http://127.0.0.1:{proxy_port}/sender/tokens/04A3B2C1D0E9F8/authorize?type=RFID"
    pairs = []
    spent = [processor_s(pid) for pid in (hub_pid, proxy_pid)]
    for _ in range(PAIRS + 1):
        ours, bare = ([_question(cpo, url) for _ in range(REQUESTS)] for url in (ours_url, bare_url))
        taken = await answers_to(ours_url, ours, AT_ONCE, b"ALLOWED")
        held_against = await answers_to(bare_url, bare, AT_ONCE, b"ALLOWED")
        pairs.append((taken.rate, held_against.rate))
    rates, bare_rates = zip(*pairs[1:], strict=True)  # the first pair warms up
    print(f"relay of authorize: {statistics.median(rates):.0f}/s, bare {statistics.median(bare_rates):.0f}/s")
    each_us = [
        (processor_s(pid) - before) / (PAIRS + 1) / REQUESTS * 1e6
        for pid, before in zip((hub_pid, proxy_pid), spent, strict=True)
    ]
    print(f"  processor time of one: {each_us[0]:.0f} us, bare {each_us[1]:.0f} us")
    ratio = statistics.median(one / other for one, other in pairs[1:])
    kept = ratio >= PROMISE
    print(f"  {ratio:.2f} x a bare reverse proxy, promised {PROMISE}{'' if kept else ': NOT KEPT'}")
    return 0 if kept else 1


def _question(cpo: SimulatedPartner, url: str) -> bytes:
    return request("POST", url, shown_by(cpo, Routing(to=EMSP, sender=CPO)), _BODY)


if __name__ == "__main__":
    sys.exit(main())
