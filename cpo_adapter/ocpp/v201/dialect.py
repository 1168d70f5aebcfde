"""OCPP 2.0.1 as the door wants a version to be."""

from typing import ClassVar

from cpo_adapter.ocpp.framing import Payload, Send
from cpo_adapter.ocpp.orders import Order
from cpo_adapter.ocpp.schedules import Schedule
from cpo_adapter.ocpp.v201 import bounds, card_lists, outbound, schedules
from cpo_adapter.ocpp.v201.inbound import Inbound
from cpo_adapter.ocpp.v201.vocabulary import VOCABULARY
from cpo_adapter.ocpp.vocabulary import Vocabulary
from schemas.codec import Json


class Ocpp201(Inbound):
    """The `Dialect` of OCPP 2.0.1."""

    subprotocol: ClassVar[str] = "ocpp2.0.1"
    more_types: ClassVar[frozenset[int]] = frozenset()
    compresses = True
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    waiting = frozenset({"Authorize"})
    request = staticmethod(outbound.request)
    outcome = staticmethod(outbound.outcome)
    list_version = staticmethod(card_lists.list_version)
    list_limits = staticmethod(card_lists.list_limits)
    bounds = staticmethod(bounds.bounds_of)
    has_queued = staticmethod(outbound.has_queued)

    async def hear(self, station: str, send: Send) -> None:
        """2.0.1 has no such messages."""

    def order(self, order: Order) -> tuple[str, Payload]:
        return self.vocabulary.spoken(order)

    def schedule(self, payload: Json) -> Schedule | None:
        return schedules.schedule_of(payload, heard_at=self._clock.now())
