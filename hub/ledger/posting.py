"""How the POST of a bill is answered: with where it lies, and, if it stays here for now, with the reason."""

from collections.abc import Callable
from dataclasses import replace

from hub.ledger.acceptance import Acceptance
from hub.ledger.places import Places
from ocpi.objects.bills import bill_answer
from ocpi.objects.holds import HoldState
from ocpi.objects.intake import Accepted
from ocpi.objects.record import Record
from ocpi.server.call import Answer, Call
from ocpi.wire import urls
from ocpi.wire.headers import Routing


class Posting:
    """`url` is that of the module, as whoever calls knows it."""

    def __init__(self, acceptance: Acceptance, places: Places, url: Callable[[Call], str]) -> None:
        self._acceptance = acceptance
        self._places = places
        self._url = url

    async def take(self, bill: Record) -> Accepted:
        """Raises InvalidParameters for what is quarantined."""
        return await self._acceptance.take(bill)

    def answer(self, accepted: Accepted, call: Call, routing: Routing) -> Answer:
        """A bill that is held is stored, so it is a success; its owner is told that nobody has it yet."""
        location = urls.join(self._url(call), *self._places.segments(accepted.record.key))
        answer = bill_answer(accepted, location, routing)
        return replace(answer, message=_withheld(accepted.record))


def _withheld(bill: Record) -> str | None:
    hold = bill.hold
    if hold is None or not hold.withholds:
        return None
    codes = ", ".join(hold.codes)
    if hold.state is HoldState.REFUSED:
        return f"stored, and refused for {bill.audience}: {hold.reason} ({codes})"
    return f"stored, and held: {bill.audience} gets it when the operator of the hub releases it ({codes})"
