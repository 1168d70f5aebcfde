"""Where lines to partners begin: one egress and one clock for all of them."""

from datetime import datetime, timedelta
from typing import Final

from ocpi.client.line import Line
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.process.logs import current_correlation
from ocpi.wire.headers import NOWHERE, Routing

WITHIN: Final = timedelta(seconds=30)


class Lines:
    def __init__(self, *, egress: Egress, clock: Clock) -> None:
        self._egress = egress
        self._clock = clock

    def to(self, partner: Partner, routing: Routing = NOWHERE, deadline: datetime | None = None) -> Line:
        """Until 30 seconds from now unless told otherwise; under the correlation id of what is going on."""
        return Line(
            egress=self._egress,
            clock=self._clock,
            partner=partner,
            deadline=deadline or self._clock.now() + WITHIN,
            routing=routing,
            correlation_id=current_correlation(),
        )
