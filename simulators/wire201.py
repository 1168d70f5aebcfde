"""A 2.x station's side of the `ocpp` package: its messages go out by `call`, commands come in here.

The station behind thinks in the words of 1.6, which are fewer: each handler says in 2.x what it answered. An
EVSE has one connector, so that EVSE n is its connector n.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

from ocpp import v21, v201
from ocpp.charge_point import ChargePoint
from ocpp.exceptions import NotSupportedError
from ocpp.routing import on
from ocpp.v16.enums import ChargingProfileStatus, ConfigurationStatus, UnlockStatus
from ocpp.v201 import call_result, datatypes, enums
from ocpp.v201.enums import Action

from simulators.ocpp_link import Link
from simulators.wire16 import Commanded, plain

_Handler = TypeVar("_Handler", bound=Callable[..., Any])

_UNLOCKED: Final = {
    UnlockStatus.unlocked: enums.UnlockStatusEnumType.unlocked,
    UnlockStatus.unlock_failed: enums.UnlockStatusEnumType.unlock_failed,
    UnlockStatus.not_supported: enums.UnlockStatusEnumType.unknown_connector,
}


def _handles(action: Action) -> Callable[[_Handler], _Handler]:
    """The package's decorator, with the type that it has."""
    return cast(Callable[[_Handler], _Handler], on(action))  # type: ignore[no-untyped-call]


class Wire2(ChargePoint):
    """What both versions share; the package finds handlers by their names in one list, hence the prefix."""

    def __init__(self, identity: str, link: Link, *, station: Commanded, patience_s: float) -> None:
        super().__init__(identity, link, response_timeout=patience_s)  # type: ignore[no-untyped-call]
        self._station = station

    async def listen(self) -> None:
        """Until the link is lost. Raises LinkLost."""
        await self.start()  # type: ignore[no-untyped-call]

    async def talk(self, message: Any) -> Any:
        """The answer to a message. Raises OCPPError, UnknownCallErrorCodeError, TimeoutError, LinkLost."""
        return await self.call(message, suppress=False)  # type: ignore[no-untyped-call]

    @_handles(Action.request_start_transaction)
    def simulated2_start(
        self, id_token: dict[str, Any], remote_start_id: int, evse_id: int = 1, **_: Any
    ) -> Any:
        status = self._station.remote_start(id_token["id_token"], evse_id, remote_start_id)
        return call_result.RequestStartTransaction(enums.RequestStartStopStatusEnumType(status.value))

    @_handles(Action.request_stop_transaction)
    def simulated2_stop(self, transaction_id: str) -> Any:
        status = self._station.remote_stop(transaction_id)
        return call_result.RequestStopTransaction(enums.RequestStartStopStatusEnumType(status.value))

    @_handles(Action.trigger_message)
    def simulated2_trigger(self, requested_message: str, evse: dict[str, int] | None = None) -> Any:
        status = self._station.trigger(requested_message, evse["id"] if evse else None)
        return call_result.TriggerMessage(enums.TriggerMessageStatusEnumType(status.value))

    @_handles(Action.unlock_connector)
    def simulated2_unlock(self, evse_id: int, **_: Any) -> Any:
        """Whoever charges there is not cut off by it."""
        if self._station.is_charging(evse_id):
            return call_result.UnlockConnector(enums.UnlockStatusEnumType.ongoing_authorized_transaction)
        return call_result.UnlockConnector(_UNLOCKED[self._station.unlock(evse_id)])

    @_handles(Action.reserve_now)
    def simulated2_reserve(
        self,
        id: int,  # noqa: A002 - the package's
        expiry_date_time: str,
        id_token: dict[str, Any],
        evse_id: int = 0,
        **_: Any,
    ) -> Any:
        status = self._station.reserve(evse_id, id, id_token["id_token"], expiry_date_time)
        return call_result.ReserveNow(enums.ReserveNowStatusEnumType(status.value))

    @_handles(Action.cancel_reservation)
    def simulated2_cancel_reservation(self, reservation_id: int) -> Any:
        status = self._station.cancel_reservation(reservation_id)
        return call_result.CancelReservation(enums.CancelReservationStatusEnumType(status.value))

    @_handles(Action.set_charging_profile)
    def simulated2_set_profile(self, evse_id: int, charging_profile: dict[str, Any]) -> Any:
        (schedule, *_) = charging_profile["charging_schedule"]
        known = {"charging_profile_id": charging_profile["id"], "charging_schedule": schedule}
        status = self._station.set_profile(evse_id, {**charging_profile, **known})
        if status is ChargingProfileStatus.not_supported:
            return call_result.SetChargingProfile(
                enums.ChargingProfileStatusEnumType.rejected,
                datatypes.StatusInfoType(reason_code="UnsupportedRequest"),
            )
        return call_result.SetChargingProfile(enums.ChargingProfileStatusEnumType(status.value))

    @_handles(Action.clear_charging_profile)
    def simulated2_clear_profile(self, charging_profile_id: int | None = None, **_: Any) -> Any:
        status = self._station.clear_profile(charging_profile_id)
        return call_result.ClearChargingProfile(enums.ClearChargingProfileStatusEnumType(status.value))

    @_handles(Action.get_composite_schedule)
    def simulated2_schedule(self, duration: int, evse_id: int, **_: Any) -> Any:
        found = self._station.schedule(evse_id, duration)
        if found is None:
            return call_result.GetCompositeSchedule(enums.GenericStatusEnumType.rejected)
        told = {
            "evse_id": evse_id,
            "duration": found.get("duration", duration),
            "schedule_start": found["start_schedule"],
            "charging_rate_unit": found["charging_rate_unit"],
            "charging_schedule_period": found["charging_schedule_period"],
        }
        return call_result.GetCompositeSchedule(enums.GenericStatusEnumType.accepted, schedule=plain(told))

    @_handles(Action.get_transaction_status)
    def simulated2_transaction_status(self, transaction_id: str | None = None) -> Any:
        if transaction_id is None:
            raise NotSupportedError("one at a time")  # type: ignore[no-untyped-call]
        return call_result.GetTransactionStatus(messages_in_queue=self._station.has_queued())

    @_handles(Action.get_variables)
    def simulated2_variables(self, get_variable_data: list[dict[str, Any]]) -> Any:
        return call_result.GetVariables([self._get(each) for each in get_variable_data])

    @_handles(Action.get_base_report)
    def simulated2_report(self, request_id: int, **_: Any) -> Any:
        self._station.service.report(request_id)
        return call_result.GetBaseReport(enums.GenericDeviceModelStatusEnumType.accepted)

    @_handles(Action.reset)
    def simulated2_reset(self, **_: Any) -> Any:
        self._station.service.reboot()
        return call_result.Reset(enums.ResetStatusEnumType.accepted)

    @_handles(Action.change_availability)
    def simulated2_availability(self, operational_status: str, **_: Any) -> Any:
        self._station.service.is_operative = operational_status == "Operative"
        return call_result.ChangeAvailability(enums.ChangeAvailabilityStatusEnumType.accepted)

    @_handles(Action.clear_cache)
    def simulated2_clear_cache(self) -> Any:
        self._station.service.caches_cleared += 1
        return call_result.ClearCache(enums.ClearCacheStatusEnumType.accepted)

    @_handles(Action.get_log)
    def simulated2_log(self, log: dict[str, Any], request_id: int, **_: Any) -> Any:
        name = self._station.service.send_file(log["remote_location"], request_id)
        return call_result.GetLog(enums.LogStatusEnumType.accepted, filename=name)

    @_handles(Action.update_firmware)
    def simulated2_firmware(self, request_id: int, firmware: dict[str, Any], **_: Any) -> Any:
        self._station.service.fetch_firmware(firmware["location"], request_id)
        return call_result.UpdateFirmware(enums.UpdateFirmwareStatusEnumType.accepted)

    @_handles(Action.set_network_profile)
    def simulated2_network_profile(self, **_: Any) -> Any:
        return call_result.SetNetworkProfile(enums.SetNetworkProfileStatusEnumType.accepted)

    @_handles(Action.set_variables)
    def simulated2_set_variables(self, set_variable_data: list[dict[str, Any]]) -> Any:
        """The password, which 1.6 calls a key, and whatever settings there are."""
        return call_result.SetVariables([self._set(each) for each in set_variable_data])

    @_handles(Action.get_variables)
    def simulated2_get_variables(self, get_variable_data: list[dict[str, Any]]) -> Any:
        """None can be read; the package itself would leave 2.1 without an answer."""
        return call_result.GetVariables([_unknown(each) for each in get_variable_data])

    def _set(self, told: dict[str, Any]) -> datatypes.SetVariableResultType:
        component, variable = told["component"], told["variable"]
        statuses = enums.SetVariableStatusEnumType
        status = statuses.unknown_variable
        if (component["name"], variable["name"]) == ("SecurityCtrlr", "BasicAuthPassword"):
            answer = self._station.configure("AuthorizationKey", told["attribute_value"])
            is_set = answer is ConfigurationStatus.accepted
            status = statuses.accepted if is_set else statuses.rejected
        elif self._station.configure(_name(told), told["attribute_value"]) is ConfigurationStatus.accepted:
            status = statuses.accepted
        return datatypes.SetVariableResultType(status, component, variable)

    def _get(self, told: dict[str, Any]) -> datatypes.GetVariableResultType:
        found, _ = self._station.service.read([_name(told)])
        statuses = enums.GetVariableStatusEnumType
        status = statuses.accepted if found else statuses.unknown_variable
        value = next(iter(found.values()), None)
        return datatypes.GetVariableResultType(
            status, told["component"], told["variable"], attribute_value=value
        )


def _name(told: dict[str, Any]) -> str:
    """As the settings of the station are called, instances left out."""
    return f"{told['component']['name']}.{told['variable']['name']}"


def _unknown(asked: dict[str, Any]) -> datatypes.GetVariableResultType:
    status = enums.GetVariableStatusEnumType.unknown_variable
    return datatypes.GetVariableResultType(status, asked["component"], asked["variable"])


class Wire201(Wire2, v201.ChargePoint):
    """OCPP 2.0.1."""


class Wire21(Wire2, v21.ChargePoint):
    """OCPP 2.1."""


WIRES: Final[Mapping[str, type[Wire2]]] = {"2.0.1": Wire201, "2.1": Wire21}
