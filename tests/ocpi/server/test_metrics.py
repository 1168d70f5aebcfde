"""What an operator's dashboard reads of the OCPI port."""

import re

import httpx
import pytest

from ocpi.process.metrics import Metrics
from ocpi.server.metrics import RequestMetrics
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from simulators.partner import SimulatedPartner
from tests.platforms import CPO, HUB, Running, connect


async def told(hub: Running) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{hub.admin.url}/metrics")).text


def counted(text: str, **labels: str) -> float:
    wanted = "".join(rf'(?=[^}}]*\b{name}="{value}")' for name, value in labels.items())
    found = re.findall(rf"^passerelle_requests_seconds_count{{{wanted}[^}}]*}} (\S+)$", text, re.MULTILINE)
    return sum(map(float, found))


async def test_requests_are_counted_and_timed_by_module_side_and_status(
    hub: Running, cpo: SimulatedPartner
) -> None:
    await connect(hub, cpo, "the-cpo", "CPO")
    await cpo.call("GET", "tokens", Side.SENDER, routing=Routing(to=HUB, sender=CPO))
    await cpo.call("GET", "tokens", Side.SENDER, routing=Routing(sender=CPO))
    await cpo.plain("GET", f"{hub.url}/ocpi/2.3.0/sender/cdrs", None)

    text = await told(hub)
    assert counted(text, module="tokens", side="SENDER", http="200", status="1000") == 1
    assert counted(text, module="tokens", side="SENDER", http="200", status="2001") == 1
    assert counted(text, module="cdrs", http="401", status="2000") == 1
    assert counted(text, module="credentials", http="201", status="1000") == 1
    assert 'passerelle_requests_seconds_bucket{http="200",le="+Inf"' in text


@pytest.mark.parametrize(
    ("http", "status", "labels"),
    [
        (200, 1000, {"http": "200", "status": "1000"}),
        (200, 2031, {"http": "200", "status": "2xxx"}),
        (299, 4999, {"http": "other", "status": "4xxx"}),
        (200, -5, {"http": "200", "status": "other"}),
        (200, 10**9, {"http": "200", "status": "other"}),
    ],
)
def test_a_partner_cannot_make_new_labels(http: int, status: int, labels: dict[str, str]) -> None:
    metrics = Metrics()
    RequestMetrics(metrics).count("cdrs", Side.SENDER, http, status, 0.01)
    assert counted(metrics.exposition()[0].decode(), **labels) == 1
