"""OCPP 2.1 as the door wants a version to be: 2.0.1, its own messages, and messages that nobody answers.

Spec: OCPP 2.1 part 4, 4.2.5 (SEND, CALLRESULTERROR).
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from ocpp.exceptions import NotImplementedError as UnknownActionError
from ocpp.v21.enums import Action

from cpo_adapter.ocpp import framing
from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.events import Moment, Origin
from cpo_adapter.ocpp.framing import Send
from cpo_adapter.ocpp.refusal import Refusal
from cpo_adapter.ocpp.v21.notices import ANSWERS
from cpo_adapter.ocpp.v21.vocabulary import VOCABULARY
from cpo_adapter.ocpp.v201 import facts, handlers
from cpo_adapter.ocpp.v201.dialect import Ocpp201
from cpo_adapter.ocpp.v201.request import Handler, Request
from cpo_adapter.ocpp.vocabulary import Vocabulary

_SENT: Final = frozenset({"NotifyPeriodicEventStream"})


class Handlers(handlers.Handlers):
    costs_at: ClassVar[frozenset[Moment]] = frozenset({Moment.UPDATED, Moment.ENDED})

    def table(self) -> Mapping[str, Handler]:
        return {
            **super().table(),
            **dict.fromkeys(ANSWERS, self._answered),
            "BatterySwap": self._battery_swap,
            "ReportDERControl": self._der_report_part,
        }

    async def _answered(self, request: Request) -> OcppDataclass:
        await self.keep(request)
        return ANSWERS[request.action](request)

    async def _battery_swap(self, request: Request) -> OcppDataclass:
        await self._stations.progressed(facts.swap_progressed(request))
        return ANSWERS[request.action](request)

    async def _der_report_part(self, request: Request) -> OcppDataclass:
        await self._stations.reported(facts.report_part(request))
        return ANSWERS[request.action](request)


class Ocpp21(Ocpp201):
    """The `Dialect` of OCPP 2.1."""

    subprotocol: ClassVar[str] = "ocpp2.1"
    schemas: ClassVar[str] = "v21"
    actions: ClassVar[frozenset[str]] = frozenset(action.value for action in Action)
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    more_types: ClassVar[frozenset[int]] = frozenset({framing.CALL_RESULT_ERROR, framing.SEND})

    async def hear(self, station: str, send: Send) -> None:
        """Kept as a notice. Raises Refusal."""
        if send.action not in _SENT:
            raise Refusal(UnknownActionError, "no such action")
        self._check_admission(station, send.action)
        origin = Origin(station, self._clock.now(), send.frame)
        await self._keep(Request(origin, send.action, {}))
