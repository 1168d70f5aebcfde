"""Which tokens of ours a partner may go on using when it gets another one.

The newest has no end. One that it replaces opens a little longer; one that was offered, and of which nobody
knows whether it was taken, may be about to be used: two platforms can renew with each other at once.
Spec: 2.3.0 credentials, PUT method, which leaves it open.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ocpi.partners.documents import Admission, Scope

OFFER_LIFETIME: Final = timedelta(days=1)
"""How long a token that was offered may be taken, once another exchange of credentials has ended."""


def succeeded(
    before: Sequence[Admission], newest: Admission, at: datetime, overlap: timedelta
) -> list[Admission]:
    """Those that are good after an exchange, the newest first. TOKEN_A never is."""
    ending = [_ending(each, at, overlap) for each in before if _outlives(each, newest)]
    return [numbered(newest, before), *(each for each in ending if each.is_good_at(at))]


def numbered(admission: Admission, before: Sequence[Admission]) -> Admission:
    return replace(admission, number=1 + max((each.number for each in before), default=0))


def _ending(admission: Admission, at: datetime, overlap: timedelta) -> Admission:
    return admission.ending(at + (OFFER_LIFETIME if admission.is_offered else overlap))


def _outlives(admission: Admission, newest: Admission) -> bool:
    return admission.scope is Scope.FULL and admission.digest != newest.digest
