"""A station that an operator orders something: known, connected, and answering or not."""

from dataclasses import dataclass, field
from typing import Protocol

from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.intents import NotAsked, StationSilent
from cpo_adapter.ocpp.orders import Answer, Call, Order
from cpo_adapter.ocpp.refusal import Refusal
from ocpi.errors import UnknownObject
from ocpi.process import logs
from ocpi.registration.named import NotNow

_log = logs.logger(__name__)


class Orderly(Protocol):
    """Who has the connections."""

    def is_connected(self, station: str) -> bool: ...

    def subprotocol(self, station: str) -> str | None: ...

    async def order(self, station: str, order: Order) -> Answer:
        """Raises NotAsked, ValueError, or Refusal for what does not fit the version's schema."""


class Known(Protocol):
    def is_known(self, station: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """What a station made of an order; `status` is its own word, None where it gave no answer, for `reason`.

    `may_follow`: it did not answer in time, and may do it all the same.
    """

    status: str | None
    reason: str = ""
    told: Payload = field(default_factory=dict)
    is_accepted: bool = False
    may_follow: bool = False


class Asking:
    def __init__(self, *, known: Known, orderly: Orderly) -> None:
        self._known = known
        self._orderly = orderly

    def speaks_16(self, station: str) -> bool:
        return self._orderly.subprotocol(station) == "ocpp1.6"

    def check_is_here(self, station: str) -> None:
        """Raises UnknownObject, NotNow."""
        if not self._known.is_known(station):
            raise UnknownObject(f"there is no station {station}")
        if not self._orderly.is_connected(station):
            raise NotNow(f"{station} is not connected")

    async def order(self, station: str, order: Order) -> Heard:
        """Raises UnknownObject, NotNow; ValueError for what no such station could be told."""
        self.check_is_here(station)
        try:
            answer = await self._orderly.order(station, order)
        except NotAsked as error:
            silent = isinstance(error, StationSilent)
            heard = Heard(None, str(error) or type(error).__name__, may_follow=silent)
        except Refusal as error:
            raise ValueError(str(error)) from error
        else:
            status = answer.status or ("Accepted" if answer.is_readable else "nothing readable")
            heard = Heard(status, _why(answer), answer.told, answer.is_accepted)
        what = order.action if isinstance(order, Call) else type(order).__name__
        _log.info("station ordered", station=station, order=what, status=heard.status, reason=heard.reason)
        return heard


def _why(answer: Answer) -> str:
    """What 2.x may add to a status."""
    info = answer.told.get("statusInfo")
    if not isinstance(info, dict):
        return ""
    texts = (info.get("reasonCode"), info.get("additionalInfo"))
    return ": ".join(each for each in texts if isinstance(each, str) and each)
