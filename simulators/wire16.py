"""A 1.6 station's side of the `ocpp` package: its messages go out by `call`, commands come in here.

The package finds handlers by their names in one list for the whole process, hence the prefix; and a handler
that called back would wait for itself, so each one only says whether the station will do it.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol, TypeVar, cast

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import (
    Action,
    CancelReservationStatus,
    ChargingProfileStatus,
    ClearChargingProfileStatus,
    ConfigurationStatus,
    GetCompositeScheduleStatus,
    RemoteStartStopStatus,
    ReservationStatus,
    TriggerMessageStatus,
    UnlockStatus,
)

from simulators.ocpp_link import Link

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def _handles(action: Action) -> Callable[[_Handler], _Handler]:
    """The package's decorator, with the type that it has."""
    return cast(Callable[[_Handler], _Handler], on(action))  # type: ignore[no-untyped-call]


class Commanded(Protocol):
    """What can be asked of a simulated station; what it answers is a promise to do it soon.

    Raises NotSupportedError for what it was not built for.
    """

    def remote_start(self, uid: str, connector: int, order: int | None = None) -> RemoteStartStopStatus:
        """`order` is its number, which 1.6 does not have."""

    def remote_stop(self, transaction_id: int | str) -> RemoteStartStopStatus: ...

    def is_charging(self, connector: int) -> bool: ...

    def has_queued(self) -> bool:
        """Whether there is something that it could not deliver yet."""

    def trigger(self, message: str, connector: int | None) -> TriggerMessageStatus: ...

    def unlock(self, connector: int) -> UnlockStatus: ...

    def reserve(self, connector: int, number: int, uid: str, until: str) -> ReservationStatus: ...

    def cancel_reservation(self, number: int) -> CancelReservationStatus: ...

    def set_profile(self, connector: int, profile: dict[str, Any]) -> ChargingProfileStatus: ...

    def clear_profile(self, profile_id: int | None) -> ClearChargingProfileStatus: ...

    def configure(self, key: str, value: str) -> ConfigurationStatus: ...

    def schedule(self, connector: int, duration_s: int) -> dict[str, Any] | None:
        """What limits charging there, as a ChargingSchedule; None where it will not say."""


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
        return call_result.RemoteStartTransaction(self._station.remote_start(id_tag, connector_id))

    @_handles(Action.remote_stop_transaction)
    def simulated_remote_stop(self, transaction_id: int) -> Any:
        return call_result.RemoteStopTransaction(self._station.remote_stop(transaction_id))

    @_handles(Action.trigger_message)
    def simulated_trigger(self, requested_message: str, connector_id: int | None = None) -> Any:
        return call_result.TriggerMessage(self._station.trigger(requested_message, connector_id))

    @_handles(Action.unlock_connector)
    def simulated_unlock(self, connector_id: int) -> Any:
        return call_result.UnlockConnector(self._station.unlock(connector_id))

    @_handles(Action.reserve_now)
    def simulated_reserve(
        self, connector_id: int, expiry_date: str, id_tag: str, reservation_id: int, **_: Any
    ) -> Any:
        return call_result.ReserveNow(
            self._station.reserve(connector_id, reservation_id, id_tag, expiry_date)
        )

    @_handles(Action.cancel_reservation)
    def simulated_cancel_reservation(self, reservation_id: int) -> Any:
        return call_result.CancelReservation(self._station.cancel_reservation(reservation_id))

    @_handles(Action.set_charging_profile)
    def simulated_set_profile(self, connector_id: int, cs_charging_profiles: dict[str, Any]) -> Any:
        return call_result.SetChargingProfile(self._station.set_profile(connector_id, cs_charging_profiles))

    @_handles(Action.clear_charging_profile)
    def simulated_clear_profile(self, id: int | None = None, **_: Any) -> Any:  # noqa: A002 - the package's
        return call_result.ClearChargingProfile(self._station.clear_profile(id))

    @_handles(Action.change_configuration)
    def simulated_configure(self, key: str, value: str) -> Any:
        return call_result.ChangeConfiguration(self._station.configure(key, value))

    @_handles(Action.get_composite_schedule)
    def simulated_schedule(self, connector_id: int, duration: int, **_: Any) -> Any:
        schedule = self._station.schedule(connector_id, duration)
        if schedule is None:
            return call_result.GetCompositeSchedule(GetCompositeScheduleStatus.rejected)
        return call_result.GetCompositeSchedule(
            GetCompositeScheduleStatus.accepted,
            connector_id=connector_id,
            schedule_start=schedule.get("start_schedule"),
            charging_schedule=plain(schedule),
        )


def plain(value: Any) -> Any:
    """The package reads fractions as Decimals in one kind of message, and can write them in none."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
