"""Takes messages to their endpoints.

Every process looks for endpoints with something due, and serves each of them by itself with a few messages at
once: one that is slow or away costs the others nothing. At least once: who answers and is not heard gets the
same message again, under the same id.
"""

import random
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Final

import aiohttp

from emsp_adapter.webhooks.endpoint import Disabled, Endpoint
from emsp_adapter.webhooks.endpoints import Endpoints
from emsp_adapter.webhooks.messages import Messages, State, Taken, attempted
from emsp_adapter.webhooks.schedule import FAILING_FOR, Outcome, pause
from emsp_adapter.webhooks.signing import headers
from ocpi.partners.seal import Seal
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.process.logs import logger
from ocpi.process.tasks import Supervisor

log = logger(__name__)

AT_ONCE: Final = 4
LOOK_EVERY_S: Final = 1.0
WITHIN_S: Final = 15.0


class Courier:
    def __init__(
        self,
        *,
        endpoints: Endpoints,
        messages: Messages,
        seal: Seal,
        egress: Egress,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._endpoints = endpoints
        self._messages = messages
        self._seal = seal
        self._egress = egress
        self._supervisor = supervisor
        self._clock = clock
        self._busy: Counter[str] = Counter()

    async def run(self) -> None:
        while True:
            await self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        now = self._clock.now()
        for endpoint in await self._endpoints.all():
            free = 0 if endpoint.disabled else AT_ONCE - self._busy[endpoint.id]
            if free and await self._messages.is_due(endpoint.id, now):
                self._send_to(endpoint.id, free)

    def _send_to(self, endpoint_id: str, at_once: int) -> None:
        for _ in range(at_once):
            self._busy[endpoint_id] += 1
            self._supervisor.start(f"webhooks to {endpoint_id}", partial(self._serve, endpoint_id))

    async def _serve(self, endpoint_id: str) -> None:
        """Until nothing is due there."""
        try:
            while await self._one(endpoint_id):
                pass
        finally:
            self._busy[endpoint_id] -= 1

    async def _one(self, endpoint_id: str) -> bool:
        endpoint = await self._endpoints.find(endpoint_id)  # it may have changed since the last one
        if endpoint is None or endpoint.disabled is not None:
            return False
        taken = await self._messages.take(endpoint_id, self._clock.now())
        if taken is None:
            return False
        began = self._clock.monotonic()
        outcome = await self._sent(endpoint, taken)
        await self._settle(endpoint, taken, outcome, self._clock.monotonic() - began)
        log.info("webhook sent", endpoint=endpoint_id, message=taken.message, status=outcome.status)
        return True

    async def _sent(self, endpoint: Endpoint, taken: Taken) -> Outcome:
        now = self._clock.now()
        secrets = [self._seal.open(each).reveal() for each in endpoint.sealed_at(now)]
        signed = headers(taken.message, now, taken.body, secrets)
        try:
            answer = await self._egress.send(
                "POST", endpoint.url, headers=signed, body=taken.body, within_s=WITHIN_S
            )
        except TimeoutError:
            return Outcome(None, f"no answer within {WITHIN_S:.0f} s")
        except (aiohttp.ClientError, OSError) as error:
            return Outcome(None, type(error).__name__)
        return Outcome(answer.status, None, _retry_after_s(answer.headers))

    async def _settle(self, endpoint: Endpoint, taken: Taken, outcome: Outcome, took_s: float) -> None:
        now = self._clock.now()
        attempt = attempted(now, outcome, took_s)
        if outcome.is_taken:
            await self._messages.settle(taken, attempt, State.DELIVERED, None)
            await self._endpoints.arrived(endpoint.id)
            return
        wait = pause(outcome, taken.attempts + 1, random.random())  # noqa: S311 - jitter, not a secret
        if wait is None:
            await self._messages.settle(taken, attempt, State.GIVEN_UP, None)
        else:
            await self._messages.settle(taken, attempt, State.DUE, now + wait)
        await self._ails(endpoint, outcome)

    async def _ails(self, endpoint: Endpoint, outcome: Outcome) -> None:
        now = self._clock.now()
        await self._endpoints.failed(endpoint.id, now)
        is_over = endpoint.failing_since is not None and now - endpoint.failing_since >= FAILING_FOR
        reason = Disabled.GONE if outcome.is_gone else Disabled.FAILING if is_over else None
        if reason is not None and await self._endpoints.disable(endpoint.id, reason):
            log.warning("webhook disabled", endpoint=endpoint.id, reason=reason)


def _retry_after_s(told: Mapping[str, str]) -> int | None:
    written = told.get("Retry-After", "")
    return int(written[:9]) if written.isascii() and written.isdigit() else None
