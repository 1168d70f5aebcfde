"""OCPP 1.6 as the door wants a version to be."""

from cpo_adapter.ocpp.framing import Payload, Send
from cpo_adapter.ocpp.orders import Order
from cpo_adapter.ocpp.schedules import Schedule
from cpo_adapter.ocpp.v16 import bounds, card_lists, outbound, schedules
from cpo_adapter.ocpp.v16.inbound import Inbound
from cpo_adapter.ocpp.v16.vocabulary import VOCABULARY
from schemas.codec import Json


class Ocpp16(Inbound):
    """The `Dialect` of OCPP 1.6J."""

    subprotocol = "ocpp1.6"
    more_types: frozenset[int] = frozenset()
    compresses = False
    vocabulary = VOCABULARY
    waiting = frozenset({"Authorize"})
    request = staticmethod(outbound.request)
    outcome = staticmethod(outbound.outcome)
    list_version = staticmethod(card_lists.list_version)
    list_limits = staticmethod(card_lists.list_limits)
    bounds = staticmethod(bounds.bounds_of)

    async def hear(self, station: str, send: Send) -> None:
        """1.6 has no such messages."""

    def order(self, order: Order) -> tuple[str, Payload]:
        return self.vocabulary.spoken(order)

    def schedule(self, payload: Json) -> Schedule | None:
        return schedules.schedule_of(payload, heard_at=self._clock.now())

    def has_queued(self, payload: Json) -> bool:  # noqa: ARG002 - 1.6 cannot be asked
        return True
