"""What to do after a delivery failed. Pure: facts in, a decision out.

A partner that cannot be reached, or is in trouble itself, is tried again with growing pauses. An object
that is refused for what it is will be refused again, so it is tried a few times and then parked for the
operator; what the partner's version has no words for is not sent at all. A bill is never given up before it
was tried for a week.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from ocpi.errors import DeliveryError, Rejected, Withheld

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=5)
LONGEST_REST: Final = timedelta(minutes=1)
REFUSALS: Final = 3
BILL_LIFETIME: Final = timedelta(days=7)
BILL_REFUSAL_PAUSES: Final = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=23))

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
    at: datetime


@dataclass(frozen=True, slots=True)
class Park:
    """Left for the operator; `reason` is what they read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """`attempts` counts the failed one too, and for a refusal only refusals.

    `spread` in [0, 1) keeps partners from returning in step.
    """

    error: DeliveryError
    attempts: int
    since: datetime
    now: datetime
    is_bill: bool
    spread: float


def decide(facts: Facts) -> Retry | Park:
    if isinstance(facts.error, Withheld):
        return Park(f"withheld: {facts.error.text}")
    if is_refusal(facts.error):
        return _after_refusal(facts)
    if facts.is_bill and facts.now - facts.since >= BILL_LIFETIME:
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
    pauses = BILL_REFUSAL_PAUSES if facts.is_bill else (FIRST_PAUSE,) * (REFUSALS - 1)
    if facts.attempts > len(pauses):
        return Park(f"refused {facts.attempts} times: {facts.error.text}")
    return Retry(facts.now + pauses[facts.attempts - 1])


def _pause(times: int, longest: timedelta, error: DeliveryError, spread: float) -> timedelta:
    """Doubling from a second to the longest, up to a half longer; never shorter than they ask for."""
    doubled = FIRST_PAUSE * (1 << min(times - 1, 20))
    asked = error.retry_after_s if isinstance(error, Rejected) else None
    return max(min(doubled, longest) * (1 + spread / 2), timedelta(seconds=asked or 0))
