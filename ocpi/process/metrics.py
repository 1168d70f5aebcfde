"""Numbers about this process, for Prometheus.

A `Metrics` object is made once and handed to whoever counts; there is no registry of the module's own, so
that two services in one test do not count together. Labels stay few: a partner may be one, a card or a
station may not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, ProcessCollector
from prometheus_client.exposition import choose_encoder

NAMESPACE = "passerelle"
LATENCY_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Across(StrEnum):
    """What several processes of one service make of a number of theirs.

    SUM: each has its part. SAME: all tell of one thing that they share. EACH: a sum would mean nothing.
    """

    SUM = "SUM"
    SAME = "SAME"
    EACH = "EACH"


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    labels: dict[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Family:
    """A metric as another process may be told of it."""

    name: str
    kind: str
    about: str
    across: Across
    samples: list[Sample]


class Metrics:
    """Makes counters, gauges and histograms named `passerelle_<name>`, and tells them all.

    What a gauge is `across` several processes is said where it is made; the others are always sums.
    """

    def __init__(self) -> None:
        self._across: dict[str, Across] = {}
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def counter(self, name: str, about: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(name, about, labels, namespace=NAMESPACE, registry=self._registry)

    def gauge(self, name: str, about: str, labels: Sequence[str] = (), across: Across = Across.SUM) -> Gauge:
        self._across[f"{NAMESPACE}_{name}"] = across
        return Gauge(name, about, labels, namespace=NAMESPACE, registry=self._registry)

    def histogram(
        self, name: str, about: str, labels: Sequence[str] = (), buckets: Sequence[float] = LATENCY_BUCKETS_S
    ) -> Histogram:
        return Histogram(
            name, about, labels, namespace=NAMESPACE, registry=self._registry, buckets=tuple(buckets)
        )

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """All numbers and their content type, in the format that the scraper's `Accept` asks for."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def families(self) -> Iterator[Family]:
        """All numbers, for a process that joins them with those of others."""
        for each in self._registry.collect():
            usual = Across.EACH if each.name.startswith("process_") else Across.SUM
            samples = [Sample(sample.name, sample.labels, sample.value) for sample in each.samples]
            across = self._across.get(each.name, usual)
            yield Family(each.name, each.type, each.documentation, across, samples)
