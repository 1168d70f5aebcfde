"""How often the far side did not want an object. Pure: a count and an error in, a count out."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ocpi.errors import DeliveryError, Rejected


@dataclass(frozen=True, slots=True)
class Refusals:
    """`status` is what it said last, OCPI's or else that of HTTP; `since` is when it began to say so."""

    count: int = 0
    status: int | None = None
    since: datetime | None = None

    def and_also(self, error: DeliveryError, now: datetime, *, is_bill: bool) -> "Refusals":
        """Of a bill they count from the first that had the same status: 2003 may be mended, and 2001 come."""
        status = status_of(error)
        if self.since is None or (is_bill and status != self.status):
            return Refusals(1, status, now)
        return replace(self, count=self.count + 1, status=status)


NO_REFUSALS: Final = Refusals()


def status_of(error: DeliveryError) -> int | None:
    """What the far side answered: the status of OCPI, else that of HTTP."""
    if not isinstance(error, Rejected):
        return None
    return error.http if error.ocpi is None else error.ocpi
