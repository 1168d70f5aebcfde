"""OCPP 1.6 as a station speaks it: the central system names the transaction.

Spec: OCPP 1.6, chapter 4.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ocpp.v16 import call
from ocpp.v16.enums import (
    ChargePointErrorCode,
    ChargePointStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    Reason,
    UploadLogStatus,
)

from simulators.charge import meter_value, stamp
from simulators.ocpp_link import Link
from simulators.speech import Begin, Message
from simulators.wire16 import Commanded, Wire16


class Speech16:
    subprotocol = "ocpp1.6"

    def wire(self, identity: str, link: Link, *, station: Commanded, patience_s: float) -> Wire16:
        return Wire16(identity, link, station=station, patience_s=patience_s)

    def boot(self, vendor: str, model: str) -> Any:
        return call.BootNotification(charge_point_model=model, charge_point_vendor=vendor)

    def heartbeat(self) -> Any:
        return call.Heartbeat()

    def status(self, connector: int, status: ChargePointStatus, at: datetime) -> Any:
        return call.StatusNotification(connector, ChargePointErrorCode.no_error, status, stamp(at))

    def authorize(self, uid: str) -> Any:
        return call.Authorize(uid)

    def card(self, answer: Any) -> str:
        return str(answer.id_tag_info["status"])

    def file_status(self, status: str, number: int | None) -> Any:
        """Of a log where it has a number, else of diagnostics."""
        if number is None:
            return call.DiagnosticsStatusNotification(DiagnosticsStatus(status))
        return call.LogStatusNotification(UploadLogStatus(status), number)

    def firmware_status(self, status: str, number: int | None) -> Any:
        """Of a signed one where it has a number."""
        if number is None:
            return call.FirmwareStatusNotification(FirmwareStatus(status))
        return call.SignedFirmwareStatusNotification(FirmwareStatus(status), number)

    def report(self, number: int, settings: Mapping[str, str], at: datetime) -> Sequence[Any]:  # noqa: ARG002
        """1.6 tells its configuration in one answer."""
        return ()

    def settings(self, connectors: int) -> dict[str, str]:
        return {"HeartbeatInterval": "300", "NumberOfConnectors": str(connectors)}

    def tale(self, begin: Begin) -> "Tale16":
        return Tale16(begin)


class Tale16:
    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self.name: int | None = None

    def start(self) -> Message:
        begin = self._begin
        return lambda: call.StartTransaction(
            connector_id=begin.charge.connector,
            id_tag=begin.charge.uid,
            meter_start=begin.register_wh,
            timestamp=stamp(begin.began_at),
            reservation_id=begin.reservation,
        )

    def heard(self, answer: Any) -> None:
        self.name = answer.transaction_id

    def sample(self, second: int) -> Message:
        begin = self._begin
        value = meter_value(begin.charge, second, began_at=begin.began_at, register_wh=begin.register_wh)
        return lambda: call.MeterValues(begin.charge.connector, [value], self.name)

    def stop(self, second: int, reason: Reason) -> Message:
        begin = self._begin
        return lambda: call.StopTransaction(
            meter_stop=begin.register_wh + begin.charge.profile.energy_wh(second),
            timestamp=stamp(begin.began_at + timedelta(seconds=second)),
            transaction_id=self.name or 0,
            reason=reason,
            id_tag=begin.charge.uid,
        )
