"""What a simulated station does when the central system commands it.

As a good station: a reserved connector is for its card alone, a profile lives as long as the transaction that
it is for, unlocking ends what runs there, and whatever changes is told by a status.
Spec: OCPP 1.6, chapter 5; 3.13 (smart charging).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from ocpp.exceptions import NotSupportedError
from ocpp.v16.enums import (
    CancelReservationStatus,
    ChargePointStatus,
    ChargingProfileStatus,
    ClearChargingProfileStatus,
    ConfigurationStatus,
    MessageTrigger,
    Reason,
    RemoteStartStopStatus,
    ReservationStatus,
    TriggerMessageStatus,
    UnlockStatus,
)

from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor
from simulators.charge import stamp
from simulators.playing import Outlet, Reservation
from simulators.servicing import Service
from simulators.wire16 import Serviced

_NOT_RESERVABLE: Final = {
    ChargePointStatus.faulted: ReservationStatus.faulted,
    ChargePointStatus.unavailable: ReservationStatus.unavailable,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a station was built for. `unlocking` is what comes of an attempt to unlock.

    `keeps_keys`: it takes another key over; a profile it reaches by connecting otherwise, which is not its.
    """

    keeps_keys: bool = True
    reserves: bool = True
    limits: bool = True
    unlocking: UnlockStatus = UnlockStatus.unlocked


WELL_BUILT: Final = Abilities()


class Obedience:
    """The `Commanded` of the wire. `start` begins a charge and says whether it will; `queued`: what waits."""

    def __init__(  # noqa: PLR0913 - each is something else that a command may set off
        self,
        abilities: Abilities,
        outlets: Mapping[int, Outlet],
        *,
        start: Callable[[str, int, int | None], bool],
        rekey: Callable[[str], None],
        service: Service,
        tell: Callable[[int, ChargePointStatus, datetime], None],
        reboot: Callable[[], None],
        queued: Callable[[], bool],
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._abilities = abilities
        self._outlets = outlets
        self._start = start
        self._rekey = rekey
        self.service: Serviced = service
        self._write = service.write
        self._tell = tell
        self._reboot = reboot
        self.has_queued = queued
        self._supervisor = supervisor
        self._clock = clock

    def remote_start(self, uid: str, connector: int, order: int | None = None) -> RemoteStartStopStatus:
        outlet = self._outlets.get(connector)
        will = outlet is not None and outlet.is_free_for(uid) and self._start(uid, connector, order)
        return RemoteStartStopStatus.accepted if will else RemoteStartStopStatus.rejected

    def remote_stop(self, transaction_id: int | str) -> RemoteStartStopStatus:
        outlet = self._with_transaction(transaction_id)
        if outlet is None:
            return RemoteStartStopStatus.rejected
        outlet.stop(Reason.remote)
        return RemoteStartStopStatus.accepted

    def trigger(self, message: str, connector: int | None) -> TriggerMessageStatus:
        if message == MessageTrigger.boot_notification:
            self._reboot()
        elif message == MessageTrigger.status_notification:
            for outlet in self._outlets.values() if connector is None else [self._outlets[connector]]:
                self._tell(outlet.number, outlet.status, self._clock.now())
        else:
            return TriggerMessageStatus.not_implemented
        return TriggerMessageStatus.accepted

    def unlock(self, connector: int) -> UnlockStatus:
        outlet = self._outlets.get(connector)
        if outlet is None:
            return UnlockStatus.not_supported
        if self._abilities.unlocking is UnlockStatus.unlocked and outlet.transaction_id is not None:
            outlet.stop(Reason.unlock_command)
        return self._abilities.unlocking

    def is_charging(self, connector: int) -> bool:
        outlet = self._outlets.get(connector)
        return outlet is not None and outlet.transaction_id is not None

    def configure(self, key: str, value: str) -> ConfigurationStatus:
        if key != "AuthorizationKey":
            is_written = self._write(key, value)
            return ConfigurationStatus.accepted if is_written else ConfigurationStatus.not_supported
        if not self._abilities.keeps_keys:
            return ConfigurationStatus.not_supported
        self._rekey(value)
        return ConfigurationStatus.accepted

    def reserve(self, connector: int, number: int, uid: str, until: str) -> ReservationStatus:
        outlet = self._outlets.get(connector)
        if outlet is None or not self._abilities.reserves:
            return ReservationStatus.rejected
        is_replaced = outlet.reservation is not None and outlet.reservation.number == number
        if outlet.status is not ChargePointStatus.available and not is_replaced:
            return _NOT_RESERVABLE.get(outlet.status, ReservationStatus.occupied)
        self._free(number, but=outlet)
        self._hold(outlet, Reservation(number, uid, datetime.fromisoformat(until)))
        return ReservationStatus.accepted

    def cancel_reservation(self, number: int) -> CancelReservationStatus:
        is_known = self._free(number)
        return CancelReservationStatus.accepted if is_known else CancelReservationStatus.rejected

    def set_profile(self, connector: int, profile: dict[str, Any]) -> ChargingProfileStatus:
        if not self._abilities.limits:
            return ChargingProfileStatus.not_supported
        outlet = self._outlets.get(connector)
        if outlet is None or outlet.transaction_id is None or not _is_for(outlet, profile):
            return ChargingProfileStatus.rejected
        outlet.profiles[profile["charging_profile_id"]] = profile
        return ChargingProfileStatus.accepted

    def clear_profile(self, profile_id: int | None) -> ClearChargingProfileStatus:
        """All of them, or the one of that id."""
        self._must_limit()
        found = [
            (outlet, each)
            for outlet in self._outlets.values()
            for each in outlet.profiles
            if profile_id in (None, each)
        ]
        for outlet, each in found:
            del outlet.profiles[each]
        return ClearChargingProfileStatus.accepted if found else ClearChargingProfileStatus.unknown

    def schedule(self, connector: int, duration_s: int) -> dict[str, Any] | None:
        """That of the profile which was set last; one period without a limit where none was."""
        self._must_limit()
        outlet = self._outlets.get(connector)
        if outlet is None:
            return None
        if not outlet.profiles:
            unlimited = [{"start_period": 0, "limit": -1.0}]
            now = stamp(self._clock.now())
            return {"charging_rate_unit": "W", "start_schedule": now, "charging_schedule_period": unlimited}
        newest = list(outlet.profiles.values())[-1]["charging_schedule"]
        return {**newest, "duration": min(newest.get("duration", duration_s), duration_s)}

    def _with_transaction(self, transaction_id: int | str) -> Outlet | None:
        return next((each for each in self._outlets.values() if each.transaction_id == transaction_id), None)

    def _must_limit(self) -> None:
        if not self._abilities.limits:
            raise NotSupportedError("no smart charging")  # type: ignore[no-untyped-call]

    def _hold(self, outlet: Outlet, reservation: Reservation) -> None:
        outlet.reservation = reservation
        self._show(outlet, ChargePointStatus.reserved)
        self._supervisor.start("reservation", partial(self._expire, outlet, reservation))

    async def _expire(self, outlet: Outlet, reservation: Reservation) -> None:
        await self._clock.sleep((reservation.until - self._clock.now()).total_seconds())
        if outlet.reservation is reservation:
            self._free(reservation.number)

    def _free(self, number: int, *, but: Outlet | None = None) -> bool:
        """Whether such a reservation was there."""
        held = [
            each for each in self._outlets.values() if each.reservation and each.reservation.number == number
        ]
        for outlet in held:
            outlet.reservation = None
            if outlet is not but:
                self._show(outlet, ChargePointStatus.available)
        return bool(held)

    def _show(self, outlet: Outlet, status: ChargePointStatus) -> None:
        if outlet.status is not status:
            outlet.status = status
            self._tell(outlet.number, status, self._clock.now())


def _is_for(outlet: Outlet, profile: dict[str, Any]) -> bool:
    """Only profiles of the transaction that runs there are kept."""
    is_its_own = profile.get("transaction_id") in (None, outlet.transaction_id)
    return profile["charging_profile_purpose"] == "TxProfile" and is_its_own
