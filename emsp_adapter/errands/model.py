"""What becomes of something that a CPO was asked to do. Pure.

    ASKED ─▶ PROMISED ─▶ DONE ─▶ CANCELED     the CPO takes an accepted reservation back
      │         └─▶ TIMED_OUT ─▶ DONE         a result that comes late still counts
      ├─▶ REFUSED                             the CPO said no at once: no result follows
      ├─▶ FAILED                              it surely did not arrive
      └─▶ TIMED_OUT                           nobody knows whether it arrived

The result may be there before the answer is. Nothing is ever asked twice.
Spec: 2.3.0 mod_commands, Flow; mod_charging_profiles, Flow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ocpi.errors import DeliveryError, InvalidParameters, Rejected, UnknownObject, UnknownReceiver
from schemas.kinds import PartyId

ACCEPTED: Final = "ACCEPTED"
CANCELED_RESERVATION: Final = "CANCELED_RESERVATION"
LATE: Final = timedelta(hours=1)
"""How long after its deadline a result is still taken."""
LONGEST_S: Final = 24 * 3600
"""Whoever promises a result within years promises none."""


class State(StrEnum):
    ASKED = "ASKED"
    PROMISED = "PROMISED"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    DONE = "DONE"
    CANCELED = "CANCELED"


_WAITING: Final = frozenset({State.ASKED, State.PROMISED})
_SETTLED_BY_A_RESULT: Final = frozenset({State.DONE, State.CANCELED})


@dataclass(frozen=True, slots=True)
class Word:
    """An answer or a result of the far side: `value` out of its enum, and the whole of it as JSON."""

    value: str
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Errand:
    """`partner` is the platform that was asked, `cpo` the party; `about` names what was asked for.

    `secret` is the last segment of the response_url. `deadline` is when no result is to be expected any
    more, `open_until` when none is taken any more. `sessions` are ids of what it led to.
    """

    id: str
    secret: str
    module: str
    action: str
    cpo: PartyId
    partner: str
    about: Mapping[str, str]
    asked_at: datetime
    deadline: datetime
    open_until: datetime
    state: State = State.ASKED
    response: Word | None = None
    result: Word | None = None
    is_late: bool = False
    cancellation: Word | None = None
    trouble: str | None = None
    sessions: tuple[str, ...] = ()
    revision: int = 0

    @property
    def is_waiting(self) -> bool:
        return self.state in _WAITING


def after_response(errand: Errand, response: Word, timeout_s: int) -> Errand:
    """The immediate answer. Whoever promises a result has `timeout_s` seconds for it, a day at the most."""
    answered = replace(errand, response=response)
    if errand.state is not State.ASKED:
        return answered
    if response.value != ACCEPTED:
        return replace(answered, state=State.REFUSED)
    deadline = response.at + timedelta(seconds=min(max(timeout_s, 0), LONGEST_S))
    return replace(
        answered,
        state=State.PROMISED,
        deadline=deadline,
        open_until=max(errand.open_until, deadline + LATE),
    )


def after_trouble(errand: Errand, error: DeliveryError) -> Errand:
    """No answer came. What may have arrived nevertheless may still have a result."""
    if errand.state is not State.ASKED:
        return errand
    is_sure = isinstance(error, (Rejected, UnknownReceiver))
    return replace(errand, state=State.FAILED if is_sure else State.TIMED_OUT, trouble=error.text)


def after_deadline(errand: Errand, now: datetime) -> Errand:
    if errand.is_waiting and errand.deadline <= now:
        return replace(errand, state=State.TIMED_OUT)
    return errand


def after_result(errand: Errand, result: Word) -> Errand:
    """The same again changes nothing. Raises UnknownObject where none is awaited, InvalidParameters."""
    if errand.state in (State.REFUSED, State.FAILED) or errand.open_until < result.at:
        raise UnknownObject("no result is awaited here")
    if errand.state not in _SETTLED_BY_A_RESULT:
        return replace(errand, state=State.DONE, result=result, is_late=errand.state is State.TIMED_OUT)
    if _is(errand.result, result) or _is(errand.cancellation, result):
        return errand
    if _takes_back(errand, result):
        return replace(errand, state=State.CANCELED, cancellation=result)
    raise InvalidParameters(f"the result of this {errand.action} was told before, and was another one")


def after_session(errand: Errand, session_id: str) -> Errand:
    if session_id in errand.sessions:
        return errand
    return replace(errand, sessions=(*errand.sessions, session_id))


def _is(told: Word | None, again: Word) -> bool:
    return told is not None and told.value == again.value


def _takes_back(errand: Errand, result: Word) -> bool:
    was_accepted = errand.result is not None and errand.result.value == ACCEPTED
    return errand.action == "RESERVE_NOW" and was_accepted and result.value == CANCELED_RESERVATION
