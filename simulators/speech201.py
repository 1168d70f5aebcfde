"""OCPP 2.0.1 and 2.1 as a station speaks them: it names its transactions and counts their events.

Spec: OCPP 2.0.1, TransactionEvent; E01 to E12.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from ocpp.v16.enums import ChargePointStatus, Reason
from ocpp.v201 import call, datatypes, enums

from simulators.charge import meter_value, stamp
from simulators.ocpp_link import Link
from simulators.speech import Begin, Message
from simulators.wire16 import Commanded
from simulators.wire201 import WIRES, Wire2

_IN_USE: Final = "Occupied"
_TOLD_AS_IT_IS: Final = frozenset(status.value for status in enums.ConnectorStatusEnumType)
_REASONS: Final = frozenset(reason.value for reason in enums.ReasonEnumType)
_ENDED_BY: Final = {
    Reason.remote: enums.TriggerReasonEnumType.remote_stop,
    Reason.de_authorized: enums.TriggerReasonEnumType.deauthorized,
    Reason.local: enums.TriggerReasonEnumType.stop_authorized,
}


class Speech2:
    """`version` is that of OCPP: 2.0.1 or 2.1."""

    def __init__(self, version: str) -> None:
        self.subprotocol = f"ocpp{version}"
        self._wire = WIRES[version]

    def wire(self, identity: str, link: Link, *, station: Commanded, patience_s: float) -> Wire2:
        return self._wire(identity, link, station=station, patience_s=patience_s)

    def boot(self, vendor: str, model: str) -> Any:
        station = datatypes.ChargingStationType(vendor_name=vendor, model=model)
        return call.BootNotification(charging_station=station, reason=enums.BootReasonEnumType.power_up)

    def heartbeat(self) -> Any:
        return call.Heartbeat()

    def status(self, connector: int, status: ChargePointStatus, at: datetime) -> Any:
        """Each EVSE has one connector; that a car is there is all that is said of it."""
        told = status.value if status.value in _TOLD_AS_IT_IS else _IN_USE
        return call.StatusNotification(stamp(at), enums.ConnectorStatusEnumType(told), connector, 1)

    def authorize(self, uid: str) -> Any:
        return call.Authorize(id_token=_token(uid))

    def card(self, answer: Any) -> str:
        return str(answer.id_token_info["status"])

    def file_status(self, status: str, number: int | None) -> Any:
        return call.LogStatusNotification(enums.UploadLogStatusEnumType(status), number)

    def firmware_status(self, status: str, number: int | None) -> Any:
        return call.FirmwareStatusNotification(enums.FirmwareStatusEnumType(status), number)

    def report(self, number: int, settings: Mapping[str, str], at: datetime) -> Sequence[Any]:
        """One setting a part."""
        told, last = stamp(at), len(settings) - 1
        return [
            call.NotifyReport(number, told, seq, tbc=seq < last, report_data=[_reported(*each)])
            for seq, each in enumerate(settings.items())
        ]

    def settings(self, connectors: int) -> dict[str, str]:  # noqa: ARG002 - each EVSE is a component
        return {
            "OCPPCommCtrlr.HeartbeatInterval": "300",
            "OCPPCommCtrlr.NetworkConfigurationPriority": "1",
            "SecurityCtrlr.SecurityProfile": "1",
        }

    def tale(self, begin: Begin) -> "Tale2":
        return Tale2(begin)


def _reported(name: str, value: str) -> datatypes.ReportDataType:
    component, _, variable = name.partition(".")
    return datatypes.ReportDataType(
        component=datatypes.ComponentType(component),
        variable=datatypes.VariableType(variable),
        variable_attribute=[datatypes.VariableAttributeType(value=value)],
    )


class Tale2:
    """Every event is made, and numbered, when it happens."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._seqs = count()
        self.name = str(uuid.uuid4())

    def start(self) -> Message:
        kind = enums.TransactionEventEnumType.started
        cause = enums.TriggerReasonEnumType
        event = self._event(kind, 0, cause.remote_start if self._begin.is_ordered else cause.authorized)
        return lambda: replace(
            event,
            evse=datatypes.EVSEType(id=self._begin.charge.connector, connector_id=1),
            id_token=_token(self._begin.charge.uid),
            reservation_id=self._begin.reservation,
        )

    def heard(self, answer: Any) -> None:
        """Nothing that the station did not know."""

    def sample(self, second: int) -> Message:
        kind, cause = enums.TransactionEventEnumType.updated, enums.TriggerReasonEnumType.meter_value_periodic
        event = self._event(kind, second, cause)
        return lambda: event

    def stop(self, second: int, reason: Reason) -> Message:
        cause = _ENDED_BY.get(reason, enums.TriggerReasonEnumType.abnormal_condition)
        event = self._event(enums.TransactionEventEnumType.ended, second, cause)
        event.transaction_info.stopped_reason = _reason(reason)
        return lambda: event

    def _event(
        self,
        kind: enums.TransactionEventEnumType,
        second: int,
        cause: enums.TriggerReasonEnumType,
    ) -> call.TransactionEvent:
        is_drawing = self._begin.charge.profile.power_w(second) > 0 or second == 0
        states = enums.ChargingStateEnumType
        return call.TransactionEvent(
            event_type=kind,
            timestamp=stamp(self._begin.began_at + timedelta(seconds=second)),
            trigger_reason=cause,
            seq_no=next(self._seqs),
            transaction_info=datatypes.TransactionType(
                transaction_id=self.name,
                charging_state=states.charging if is_drawing else states.suspended_ev,
                remote_start_id=self._begin.order,
            ),
            meter_value=[self._metered(second, kind)],
        )

    def _metered(self, second: int, kind: enums.TransactionEventEnumType) -> datatypes.MeterValueType:
        begin = self._begin
        told = meter_value(begin.charge, second, began_at=begin.began_at, register_wh=begin.register_wh)
        context = _CONTEXTS[kind]
        return datatypes.MeterValueType(
            timestamp=told.timestamp, sampled_value=[_sampled(each, context) for each in told.sampled_value]
        )


_CONTEXTS: Final = {
    enums.TransactionEventEnumType.started: enums.ReadingContextEnumType.transaction_begin,
    enums.TransactionEventEnumType.updated: enums.ReadingContextEnumType.sample_periodic,
    enums.TransactionEventEnumType.ended: enums.ReadingContextEnumType.transaction_end,
}


def _sampled(told: Any, context: enums.ReadingContextEnumType) -> datatypes.SampledValueType:
    """A value of 1.6, which is a text with a unit, as 2.x has it."""
    return datatypes.SampledValueType(
        value=float(told.value),
        context=context,
        measurand=enums.MeasurandEnumType(told.measurand.value),
        phase=enums.PhaseEnumType(told.phase.value) if told.phase else None,
        unit_of_measure=datatypes.UnitOfMeasureType(unit=told.unit.value),
    )


def _token(uid: str) -> datatypes.IdTokenType:
    return datatypes.IdTokenType(id_token=uid, type=enums.IdTokenEnumType.iso14443)


def _reason(reason: Reason) -> enums.ReasonEnumType:
    """The words are those of 1.6, less what is told as another event."""
    return enums.ReasonEnumType(reason.value if reason.value in _REASONS else "Other")
