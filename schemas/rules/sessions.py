"""Session. Spec: mod_sessions; cases C-101 to C-103."""

from collections.abc import Iterator

from schemas.rules.rule import Rules, ends_before_it_begins
from schemas.v2_1_1 import sessions as sessions_2_1_1
from schemas.v2_2_1 import sessions as sessions_2_2_1
from schemas.v2_3_0.enums import SessionStatus
from schemas.v2_3_0.sessions import Session
from schemas.validation import Violation

rules = Rules()

AnySession = Session | sessions_2_2_1.Session | sessions_2_1_1.Session


@rules.about(Session, sessions_2_2_1.Session)
def a_session_ends_after_it_begins(session: Session | sessions_2_2_1.Session) -> Iterator[Violation]:
    if ends_before_it_begins(session.start_date_time, session.end_date_time):
        yield Violation("/end_date_time", "order", "must not be before start_date_time")


@rules.about(Session, sessions_2_2_1.Session)
def a_completed_session_has_an_end(session: Session | sessions_2_2_1.Session) -> Iterator[Violation]:
    if session.status is SessionStatus.COMPLETED and session.end_date_time is None:
        yield Violation("/end_date_time", "incomplete", "is required once the Session is COMPLETED")


@rules.about(Session, sessions_2_2_1.Session, sessions_2_1_1.Session)
def energy_is_not_negative(session: AnySession) -> Iterator[Violation]:
    if session.kwh < 0:
        yield Violation("/kwh", "range", "must not be negative")
