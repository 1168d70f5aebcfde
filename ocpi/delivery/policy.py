"""What to do after a delivery failed. Pure: facts in, a decision out.

A partner that cannot be reached, or is in trouble itself, is tried again with growing pauses. An object
that is refused for what it is will be refused again, so it is tried a few times and then parked for the
operator; what the partner's version has no words for is not sent at all. A bill is never given up before it
was tried for a week, or refused over a whole day for one and the same reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from ocpi.delivery.refusals import NO_REFUSALS, Refusals
from ocpi.errors import DeliveryError, Rejected, UnknownLocation, Withheld

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=5)
LONGEST_REST: Final = timedelta(minutes=1)
REFUSALS: Final = 3
BILL_LIFETIME: Final = timedelta(days=7)
BILL_SECOND_TRY: Final = timedelta(hours=1)
BILL_REFUSED_FOR: Final = timedelta(hours=24)

_ABOUT_THE_OBJECT: Final = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
_THEIR_TROUBLE: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
)
_REFUSED: Final = range(2000, 3000)


@dataclass(frozen=True, slots=True)
class Retry:
    """`after_dependencies`: the far side knows no such location, so that goes first, and the session."""

    at: datetime
    after_dependencies: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """Left for the operator; `reason` is what they read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """`attempts` counts the failed one too; so do `refused`, of which a bill's are all for one reason.

    `is_bill`, or anything that `expires` like one. `spread` in [0, 1) keeps partners from returning in step.
    """

    error: DeliveryError
    attempts: int
    since: datetime
    now: datetime
    is_bill: bool
    spread: float
    refused: Refusals = NO_REFUSALS
    expires: bool = False


def decide(facts: Facts) -> Retry | Park:
    if isinstance(facts.error, Withheld):
        return Park(f"withheld: {facts.error.text}")
    if is_refusal(facts.error):
        return _after_refusal_of_a_bill(facts) if facts.is_bill else _after_refusal(facts)
    if (facts.is_bill or facts.expires) and facts.now - facts.since >= BILL_LIFETIME:
        return Park(f"not delivered in {BILL_LIFETIME.days} days: {facts.error.text}")
    return Retry(facts.now + _pause(facts.attempts, LONGEST_PAUSE, facts.error, facts.spread))


def rest(failures: int, error: DeliveryError, spread: float) -> timedelta:
    """How long a party that is in trouble is left alone; `failures` in a row."""
    return _pause(failures, LONGEST_REST, error, spread)


def is_refusal(error: DeliveryError) -> bool:
    """The far side is well and does not want this object.

    Without an envelope it is the HTTP status that says so; one that is not about the content (a proxy that
    knows no such address) says nothing about the object.
    """
    if not isinstance(error, Rejected):
        return False
    if error.http >= HTTPStatus.INTERNAL_SERVER_ERROR or error.http in _THEIR_TROUBLE:
        return False
    return error.ocpi in _REFUSED if error.ocpi is not None else error.http in _ABOUT_THE_OBJECT


def _after_refusal(facts: Facts) -> Retry | Park:
    if facts.refused.count >= REFUSALS:
        return Park(f"refused {facts.refused.count} times: {facts.error.text}")
    return Retry(facts.now + FIRST_PAUSE)


def _after_refusal_of_a_bill(facts: Facts) -> Retry | Park:
    """A second time after an hour, and a last time a day after the first; once at once if 2003 is mended."""
    refused, began = facts.refused, facts.refused.since or facts.now
    if refused.count >= REFUSALS and facts.now >= began + BILL_REFUSED_FOR:
        return Park(f"refused {refused.count} times: {facts.error.text}")
    lacks_location = refused.status == UnknownLocation.status_code
    if lacks_location and refused.count == 1:
        return Retry(facts.now + FIRST_PAUSE, after_dependencies=True)
    soon = refused.count <= 1 + lacks_location
    at = facts.now + BILL_SECOND_TRY if soon else max(began + BILL_REFUSED_FOR, facts.now + BILL_SECOND_TRY)
    return Retry(at, after_dependencies=lacks_location)


def _pause(times: int, longest: timedelta, error: DeliveryError, spread: float) -> timedelta:
    """Doubling from a second to the longest, up to a half longer; never shorter than they ask for."""
    doubled = FIRST_PAUSE * (1 << min(times - 1, 20))
    asked = error.retry_after_s if isinstance(error, Rejected) else None
    return max(min(doubled, longest) * (1 + spread / 2), timedelta(seconds=asked or 0))
