"""How often which answer is given and which warning is raised, for Prometheus."""

from functools import cache

from emsp_adapter.contracts.verdict import Verdict
from ocpi.process.metrics import Metrics


class AnswerNumbers:
    def __init__(self, metrics: Metrics) -> None:
        self._answers = metrics.counter(
            "authorizations", "Answers to CPOs, by what was said and why.", ("allowed", "reason")
        )
        self._of = cache(self._answers.labels)
        self._warnings = metrics.counter(
            "authorization_warnings", "Answers that somebody should look at, by what is odd.", ("warning",)
        )

    def count(self, verdict: Verdict) -> None:
        self._of(verdict.allowed, verdict.reason or "").inc()
        for each in verdict.warnings:
            self._warnings.labels(each).inc()
