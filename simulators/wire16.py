"""A 1.6 station's side of the `ocpp` package: its messages go out by `call`, commands come in here.

The package finds handlers by their names in one list for the whole process, hence the prefix; and a handler
that called back would wait for itself, so each one only says whether the station will do it.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Protocol, TypeVar, cast

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.datatypes import KeyValue
from ocpp.v16.enums import (
    Action,
    AvailabilityStatus,
    CancelReservationStatus,
    ChargingProfileStatus,
    ClearCacheStatus,
    ClearChargingProfileStatus,
    ConfigurationStatus,
    GetCompositeScheduleStatus,
    LogStatus,
    RemoteStartStopStatus,
    ReservationStatus,
    ResetStatus,
    TriggerMessageStatus,
    UnlockStatus,
    UpdateFirmwareStatus,
)

from simulators.ocpp_link import Link

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def _handles(action: Action) -> Callable[[_Handler], _Handler]:
    """The package's decorator, with the type that it has."""
    return cast(Callable[[_Handler], _Handler], on(action))  # type: ignore[no-untyped-call]


class Serviced(Protocol):
    """What an operator can have a simulated station do; it answers first, and does it then."""

    is_operative: bool
    caches_cleared: int
    reboot: Callable[[], None]

    def send_file(self, url: str, number: int | None = None) -> str:
        """The name under which it will come."""

    def fetch_firmware(self, url: str, number: int | None = None) -> None: ...

    def read(self, names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
        """Settings that it has, all where none is named; and the names of those that it has not."""

    def report(self, number: int) -> None:
        """All settings, in parts."""


class Commanded(Protocol):
    """What can be asked of a simulated station; what it answers is a promise to do it soon.

    Raises NotSupportedError for what it was not built for.
    """

    service: Serviced

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

    @_handles(Action.get_configuration)
    def simulated_settings(self, key: Sequence[str] = ()) -> Any:
        found, unknown = self._station.service.read(key)
        told = [KeyValue(key=name, readonly=False, value=value) for name, value in found.items()]
        return call_result.GetConfiguration(told or None, unknown or None)

    @_handles(Action.reset)
    def simulated_reset(self, **_: Any) -> Any:
        self._station.service.reboot()
        return call_result.Reset(ResetStatus.accepted)

    @_handles(Action.change_availability)
    def simulated_availability(self, type: str, **_: Any) -> Any:  # noqa: A002 - the package's
        self._station.service.is_operative = type == "Operative"
        return call_result.ChangeAvailability(AvailabilityStatus.accepted)

    @_handles(Action.clear_cache)
    def simulated_clear_cache(self) -> Any:
        self._station.service.caches_cleared += 1
        return call_result.ClearCache(ClearCacheStatus.accepted)

    @_handles(Action.get_diagnostics)
    def simulated_diagnostics(self, location: str, **_: Any) -> Any:
        return call_result.GetDiagnostics(self._station.service.send_file(location))

    @_handles(Action.get_log)
    def simulated_log(self, log: dict[str, Any], request_id: int, **_: Any) -> Any:
        name = self._station.service.send_file(log["remote_location"], request_id)
        return call_result.GetLog(LogStatus.accepted, name)

    @_handles(Action.update_firmware)
    def simulated_firmware(self, location: str, **_: Any) -> Any:
        self._station.service.fetch_firmware(location)
        return call_result.UpdateFirmware()

    @_handles(Action.signed_update_firmware)
    def simulated_signed_firmware(self, request_id: int, firmware: dict[str, Any], **_: Any) -> Any:
        self._station.service.fetch_firmware(firmware["location"], request_id)
        return call_result.SignedUpdateFirmware(UpdateFirmwareStatus.accepted)

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
