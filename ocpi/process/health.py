"""What a running process tells its keepers: is it alive, can it work, how much did it do, which one is it.

Served on a port apart from the OCPI port: none of it is for partners. `/livez` only proves that the loop
turns; a failing dependency is no reason to be restarted, so it shows in `/readyz`, which names each check
and what it found.
"""

import asyncio
import platform
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import metadata

import orjson
from aiohttp import web

from ocpi.process.clock import Clock
from ocpi.process.metrics import Metrics
from ocpi.process.redaction import redact

Check = Callable[[], Awaitable[object]]


class Degraded(Exception):
    """Raised by a check: the work is done, but not as it should be; the text says how."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `trouble` is None when all is well; `is_degraded`: the process can work with it."""

    trouble: str | None
    took_s: float
    is_degraded: bool = False

    @property
    def is_ready(self) -> bool:
        return self.trouble is None or self.is_degraded


class HealthChecks:
    """Named checks of what the process depends on; a check that raises has failed, and its error says why."""

    def __init__(self, *, clock: Clock, within_s: float = 3) -> None:
        self._clock = clock
        self._within_s = within_s
        self._checks: dict[str, Check] = {}

    def add(self, name: str, check: Check) -> None:
        self._checks[name] = check

    async def run(self) -> dict[str, Finding]:
        """Every check at once, none longer than its time."""
        findings = await asyncio.gather(*(self._run_one(check) for check in self._checks.values()))
        return dict(zip(self._checks, findings, strict=True))

    async def _run_one(self, check: Check) -> Finding:
        began = self._clock.monotonic()
        trouble, is_degraded = await self._trouble(check)
        return Finding(trouble, self._clock.monotonic() - began, is_degraded)

    async def _trouble(self, check: Check) -> tuple[str | None, bool]:
        try:
            async with asyncio.timeout(self._within_s):
                await check()
        except TimeoutError:
            return f"no answer within {self._within_s:g} s", False
        except Exception as error:  # noqa: BLE001 - whatever a check raises is its finding
            return str(redact(str(error))) or type(error).__name__, isinstance(error, Degraded)
        return None, False


def routes(service: str, checks: HealthChecks, metrics: Metrics) -> list[web.RouteDef]:
    """`/livez`, `/readyz`, `/metrics` and `/version` of `service`."""

    async def livez(_: web.Request) -> web.Response:
        return told({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        findings = await checks.run()
        ready = all(finding.is_ready for finding in findings.values())
        degraded = any(finding.is_degraded for finding in findings.values())
        checked = {name: _found(finding) for name, finding in findings.items()}
        return told({"ready": ready, "degraded": degraded, "checks": checked}, status=200 if ready else 503)

    async def tell_metrics(request: web.Request) -> web.Response:
        body, content_type = metrics.exposition(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def version(_: web.Request) -> web.Response:
        return told(about(service))

    handlers = {"/livez": livez, "/readyz": readyz, "/metrics": tell_metrics, "/version": version}
    return [web.get(path, handler) for path, handler in handlers.items()]


def _found(finding: Finding) -> dict[str, object]:
    found: dict[str, object] = {"ok": finding.trouble is None, "took_ms": round(finding.took_s * 1000, 1)}
    return found if finding.trouble is None else {**found, "trouble": finding.trouble}


def about(service: str) -> dict[str, object]:
    """Which one it is."""
    return {
        "service": service,
        "version": metadata.version("passerelle"),
        "python": platform.python_version(),
    }


def told(value: object, status: int = 200) -> web.Response:
    body = orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    return web.Response(body=body, status=status, content_type="application/json")
