"""An operator's call in the words of a station's own version, for what no order and nothing else here sends.

Some calls are answered twice: at once, and later by messages that name the request. For these a job is made,
whose number is the request id, so that what comes later is found there.
Spec: OCPP 2.1, GetDERControl and ReportDERControl, RequestBatterySwap and BatterySwap.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cpo_adapter.maintenance.asking import Asking, Heard
from cpo_adapter.maintenance.errands import Errands
from cpo_adapter.maintenance.jobs import Job, JobKind
from cpo_adapter.ocpp.flaws import Unfitting
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.orders import Call, Order
from schemas.validation import Violation

REQUEST: Final = "requestId"
FOLLOWED: Final[Mapping[str, JobKind]] = MappingProxyType(
    {"GetDERControl": JobKind.REPORT, "RequestBatterySwap": JobKind.SWAP}
)


@dataclass(frozen=True, slots=True)
class Called:
    """`job` where more comes than the answer."""

    heard: Heard
    job: Job | None = None


class Calling:
    def __init__(self, *, asking: Asking, errands: Errands) -> None:
        self._asking = asking
        self._errands = errands

    async def call(self, station: str, action: str, payload: Payload) -> Called:
        """Raises as `Asking.order`, NotCalled, and Unfitting for a payload that no such station is sent."""
        kind = FOLLOWED.get(action)
        if kind is None:
            return Called(await self._asking.order(station, Call(action, payload)))
        if REQUEST in payload:
            raise Unfitting([Violation(f"/{REQUEST}", "given", "is given here: leave it out")])

        async def order(job: Job) -> Order:
            return Call(action, {REQUEST: job.number, **payload})

        begun = await self._errands.begin(station, kind, action, order)
        return Called(begun.heard, begun.job)
