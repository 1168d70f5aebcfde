"""The numbers of all workers as those of one service.

Sums where sums mean something; a label `worker` where they do not. A counter must never fall back, or
Prometheus takes what is left for growth: what a worker had counted when it was last asked stays in the sum
when it has died, and its successor counts on from there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from ocpi.process.metrics import Across, Family, Metrics, Sample

PATH: Final = "/numbers"
_COUNTED: Final = frozenset({"counter", "histogram", "summary"})
_BEGUN: Final = "_created"
_Key = tuple[str, tuple[tuple[str, str], ...]]


def route(metrics: Metrics) -> web.RouteDef:
    """Where a worker tells its own, for `read`."""

    async def tell(_: web.Request) -> web.Response:
        return web.Response(body=msgspec.msgpack.encode(list(metrics.families())))

    return web.get(PATH, tell)


def read(body: bytes) -> list[Family]:
    return msgspec.msgpack.decode(body, type=list[Family])


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker said in the `life` that it has now."""

    life: int
    families: Sequence[Family]


class Numbers:
    def __init__(self) -> None:
        self._last: dict[str, Told] = {}
        self._gone: dict[str, Family] = {}

    def exposition(self, told: Mapping[str, Told], accept: str = "") -> tuple[bytes, str]:
        """All of them and their content type, with what only those know who are `told` of by name now."""
        for worker, news in told.items():
            self._replace(worker, news)
        silent = self._last.keys() - told.keys()
        joined = dict(self._gone)
        for worker in sorted(self._last):
            families = self._last[worker].families
            _add(joined, _counts(families) if worker in silent else _labelled(families, worker))
        registry = CollectorRegistry()
        registry.register(_Joined(joined.values()))
        encode, content_type = choose_encoder(accept)
        return encode(registry), content_type

    def _replace(self, worker: str, news: Told) -> None:
        before = self._last.get(worker)
        if before is not None and before.life != news.life:
            _add(self._gone, _counts(before.families))
        self._last[worker] = news


class _Joined(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = list(families)

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = Metric(family.name, family.about, family.kind)
            for sample in family.samples:
                metric.add_sample(sample.name, sample.labels, sample.value)
            yield metric


def _counts(families: Iterable[Family]) -> list[Family]:
    """What outlives the process that counted it."""
    return [each for each in families if each.kind in _COUNTED and each.across is Across.SUM]


def _labelled(families: Iterable[Family], worker: str) -> Iterator[Family]:
    for each in families:
        if each.across is not Across.EACH:
            yield each
            continue
        samples = [Sample(one.name, {**one.labels, "worker": worker}, one.value) for one in each.samples]
        yield Family(each.name, each.kind, each.about, each.across, samples)


def _add(joined: dict[str, Family], families: Iterable[Family]) -> None:
    for each in families:
        before = joined.get(each.name)
        samples = _joined([*(before.samples if before else ()), *each.samples], each.across)
        joined[each.name] = Family(each.name, each.kind, each.about, each.across, samples)


def _joined(samples: Iterable[Sample], across: Across) -> list[Sample]:
    """In the order in which they came first."""
    found: dict[_Key, Sample] = {}
    for each in samples:
        key = (each.name, tuple(sorted(each.labels.items())))
        before = found.get(key)
        value = each.value if before is None else _way(each.name, across)((before.value, each.value))
        found[key] = Sample(each.name, each.labels, value)
    return list(found.values())


def _way(name: str, across: Across) -> Callable[[tuple[float, float]], float]:
    if name.endswith(_BEGUN):
        return min
    return max if across is Across.SAME else sum
