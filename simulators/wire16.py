"""A 1.6 station's side of the `ocpp` package: its messages go out by `call`, commands come in here.

The package finds handlers by their names in one list for the whole process, hence the prefix; and a handler
that called back would wait for itself, so each one only says whether the station will do it.
"""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, RemoteStartStopStatus, TriggerMessageStatus

from simulators.ocpp_link import Link

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def _handles(action: Action) -> Callable[[_Handler], _Handler]:
    """The package's decorator, with the type that it has."""
    return cast(Callable[[_Handler], _Handler], on(action))  # type: ignore[no-untyped-call]


class Commanded(Protocol):
    """What can be asked of a simulated station; True is a promise to do it soon."""

    def remote_start(self, uid: str, connector: int) -> bool: ...

    def remote_stop(self, transaction_id: int) -> bool: ...

    def trigger(self, message: str, connector: int | None) -> bool: ...


class Wire16(ChargePoint):
    def __init__(self, identity: str, link: Link, *, station: Commanded, patience_s: float) -> None:
        super().__init__(identity, link, response_timeout=patience_s)  # type: ignore[no-untyped-call]
        self._station = station

    async def listen(self) -> None:
        """Until the link is lost. Raises LinkLost."""
        await self.start()  # type: ignore[no-untyped-call]

    async def talk(self, message: Any) -> Any:
        """The answer to a message. Raises OCPPError, UnknownCallErrorCodeError, TimeoutError, LinkLost."""
        return await self.call(message, suppress=False)  # type: ignore[no-untyped-call]

    @_handles(Action.remote_start_transaction)
    def simulated_remote_start(self, id_tag: str, connector_id: int = 1, **_: Any) -> Any:
        return call_result.RemoteStartTransaction(_accepted(self._station.remote_start(id_tag, connector_id)))

    @_handles(Action.remote_stop_transaction)
    def simulated_remote_stop(self, transaction_id: int) -> Any:
        return call_result.RemoteStopTransaction(_accepted(self._station.remote_stop(transaction_id)))

    @_handles(Action.trigger_message)
    def simulated_trigger(self, requested_message: str, connector_id: int | None = None) -> Any:
        will = self._station.trigger(requested_message, connector_id)
        accepted, rejected = TriggerMessageStatus.accepted, TriggerMessageStatus.not_implemented
        return call_result.TriggerMessage(accepted if will else rejected)


def _accepted(will: bool) -> RemoteStartStopStatus:  # noqa: FBT001 - a promise
    return RemoteStartStopStatus.accepted if will else RemoteStartStopStatus.rejected
