"""One try of one delivery, and what follows from it for the mark and for the platform."""

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from ocpi.delivery.dependencies import Dependencies
from ocpi.delivery.hearing import Hearing
from ocpi.delivery.keeper import Keeper
from ocpi.delivery.lane import Lane
from ocpi.delivery.marks import Mark
from ocpi.delivery.metrics import DeliveryMetrics
from ocpi.delivery.outbox import Outbox
from ocpi.delivery.policy import Facts, Park, Retry, decide, is_refusal, rest
from ocpi.delivery.readying import Send
from ocpi.delivery.receipts import Arrival
from ocpi.delivery.refusals import Refusals
from ocpi.delivery.send import Sender
from ocpi.delivery.troubles import Trouble, Troubles
from ocpi.errors import DeliveryError, Rejected, Unregistered, Withheld
from ocpi.partners.keeping import Keeping
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import ObjectKind

log = logger(__name__)

OUTAGE: Final = 3
"""After so many failures in a row, an answer means that the platform is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    outbox: Outbox
    sender: Sender
    troubles: Troubles
    dependencies: Dependencies
    keeper: Keeper
    hearing: Hearing
    metrics: DeliveryMetrics
    clock: Clock

    async def send(self, step: Send) -> Arrival | DeliveryError:
        try:
            return await self.sender.deliver(step.mark, step.record)
        except DeliveryError as error:
            return error
        except Exception:
            log.exception("delivery broke", object=step.mark.due.label, to=str(step.mark.due.to))
            return DeliveryError("the delivery broke here; the log says why")

    async def settle(self, lane: Lane, step: Send, outcome: Arrival | DeliveryError) -> None:
        """Durable when this returns."""
        if isinstance(outcome, DeliveryError):
            await self._failed(lane, step, outcome)
            return
        self.metrics.count(step.mark, "delivered")
        await self.outbox.delivered(step.mark, outcome)
        await self._reached(lane, step.mark)

    async def _reached(self, lane: Lane, mark: Mark) -> None:
        if lane.failures == 0 or not lane.tells_of_now(mark):
            return
        was_away = lane.failures >= OUTAGE
        lane.recovers()
        await self.troubles.ended(lane.platform)
        if was_away:
            await self.outbox.hurry(lane.addresses)
        lane.has_more = True

    async def _failed(self, lane: Lane, step: Send, error: DeliveryError) -> None:
        """The platform rests, and the mark waits, from one and the same instant."""
        due, now = step.mark.due, self.clock.now()
        log.warning("delivery failed", object=due.label, to=str(due.to), error=error.text)
        if is_refusal(error):
            await self._reached(lane, step.mark)
        elif not isinstance(error, (Withheld, Unregistered)):
            await self._rest(lane, step.mark, error, now)
        if due.keeping is Keeping.STRICT:
            await self._give_up(step.mark)
        else:
            await self._decide(step, error, now)

    async def _rest(self, lane: Lane, mark: Mark, error: DeliveryError, now: datetime) -> None:
        """Deliveries that were under way together fail together, and count as one failure."""
        if not lane.tells_of_now(mark):
            return
        failures = lane.failures + 1
        until = now + rest(failures, error, _spread())
        is_asked = isinstance(error, Rejected) and error.retry_after_s is not None
        trouble = Trouble(failures, until, is_asked=is_asked)
        lane.ails(trouble)
        lane.empty()
        await self.troubles.began(lane.platform, trouble)
        self.hearing.began(lane.platform, trouble)
        if self.keeper.is_strict(lane.platform):
            await self.outbox.forgo(lane.addresses, before=until)

    async def _give_up(self, mark: Mark) -> None:
        """Once and no more: so this partner wants it."""
        self.metrics.count(mark, "given_up")
        await self.outbox.drop(mark)

    async def _decide(self, step: Send, error: DeliveryError, now: datetime) -> None:
        mark = step.mark
        refused = _refused(mark, error, now) if is_refusal(error) else None
        match decide(_facts(mark, error, refused, now)):
            case Retry(at=at, after_dependencies=after_dependencies):
                self.metrics.count(mark, "refused" if refused else "failed")
                if after_dependencies:
                    await self.outbox.put(await self.dependencies.of(mark, step.record))
                await self.outbox.postpone(mark, at, error.text, refused)
            case Park(reason=reason):
                self.metrics.count(mark, "parked")
                await self.outbox.park(mark, reason)
                log.error("delivery parked", object=mark.due.label, to=str(mark.due.to), reason=reason)
            case other:
                assert_never(other)


def _facts(mark: Mark, error: DeliveryError, refused: Refusals | None, now: datetime) -> Facts:
    return Facts(
        error=error,
        attempts=1 + mark.attempts,
        since=mark.since,
        now=now,
        is_bill=mark.due.kind is ObjectKind.CDR,
        spread=_spread(),
        refused=refused or mark.refused,
        expires=mark.due.keeping is Keeping.STORE_FORWARD,
    )


def _refused(mark: Mark, error: DeliveryError, now: datetime) -> Refusals:
    return mark.refused.and_also(error, now, is_bill=mark.due.kind is ObjectKind.CDR)


def _spread() -> float:
    return random.random()  # noqa: S311 - jitter, not a secret
