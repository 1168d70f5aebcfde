"""The messages of a 2.x station as facts. Nothing here raises but for a status that nobody knows.

Spec: OCPP 2.0.1, BootNotification, StatusNotification, NotifyEvent, MeterValues, TransactionEvent.
"""

from collections.abc import Iterator

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v201.enums import ReasonEnumType

from cpo_adapter.ocpp.events import (
    Booted,
    CertificateAsked,
    Doubt,
    FirmwareProgressed,
    MeterRead,
    Moment,
    Progressed,
    ReportPart,
    ReservationDropped,
    StatusChanged,
    TransactionTold,
    Work,
)
from cpo_adapter.ocpp.refusal import Refusal
from cpo_adapter.ocpp.secrets import without_secrets
from cpo_adapter.ocpp.v16.reading import dicts
from cpo_adapter.ocpp.v201.reading import Reading, availability
from cpo_adapter.ocpp.v201.request import Request

_REASONS = frozenset(reason.value for reason in ReasonEnumType)
_COMPONENTS = frozenset({"ChargingStation", "EVSE", "Connector"})


def booted(request: Request) -> Booted:
    station = request.reading().inner("chargingStation")
    return Booted(
        origin=request.origin,
        vendor=station.text("vendorName"),
        model=station.text("model"),
        serial=station.text("serialNumber"),
        firmware=station.text("firmwareVersion"),
    )


def certificate_asked(request: Request) -> CertificateAsked:
    """The number is new in 2.1."""
    reading = request.reading()
    use, number = reading.text("certificateType"), reading.number("requestId")
    return CertificateAsked(request.origin, reading.text("csr"), use or None, number)


def firmware_progressed(request: Request) -> FirmwareProgressed:
    reading = request.reading()
    return FirmwareProgressed(request.origin, reading.text("status"), reading.number("requestId"))


def log_progressed(request: Request) -> Progressed:
    reading = request.reading()
    number = reading.number("requestId")
    return Progressed(request.origin, request.action, Work.LOG, reading.text("status"), number)


def publication_progressed(request: Request) -> Progressed:
    """With the addresses, once it is published."""
    reading, told = request.reading(), request.payload.get("location")
    places = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
    status, number = reading.text("status"), reading.number("requestId")
    return Progressed(request.origin, request.action, Work.PUBLICATION, status, number, " ".join(places))


def swap_progressed(request: Request) -> Progressed:
    """2.1 alone."""
    reading = request.reading()
    number = reading.number("requestId")
    return Progressed(request.origin, request.action, Work.SWAP, reading.text("eventType"), number)


def report_part(request: Request) -> ReportPart:
    """Without `tbc` it is the last one."""
    reading, told = request.reading(), without_secrets(request.payload)
    return ReportPart(
        origin=request.origin,
        action=request.action,
        number=reading.number("requestId"),
        seq=reading.number("seqNo"),
        is_last=not reading.is_true("tbc"),
        told=told if isinstance(told, dict) else {},
    )


def status_changed(request: Request) -> StatusChanged:
    """Raises Refusal: a status that nobody knows says nothing."""
    reading = request.reading()
    status = availability(reading.text("connectorStatus"))
    if status is None:
        raise Refusal(PropertyConstraintViolationError, "connectorStatus: no such status")
    return StatusChanged(
        origin=request.origin,
        outlet=reading.outlet_of("evseId", "connectorId"),
        status=status,
        error_code="",
        at=reading.instant("timestamp"),
    )


def availabilities(request: Request) -> Iterator[StatusChanged]:
    """What a NotifyEvent says of the availability of connectors, EVSEs and the station, if anything."""
    for told in dicts(request.payload.get("eventData")):
        event = Reading(told, request.origin.received_at)
        component, variable = event.inner("component"), event.inner("variable")
        status = availability(event.text("actualValue"))
        if status is None or variable.text("name") != "AvailabilityState":
            continue
        if component.text("name") in _COMPONENTS:
            evse = component.inner("evse")
            outlet = evse.outlet_of("id", "connectorId")
            yield StatusChanged(request.origin, outlet, status, event.text("techCode"), event.time(told))


def problem(request: Request) -> str:
    """The first component of a NotifyEvent that has one, empty where none has."""
    for told in dicts(request.payload.get("eventData")):
        event = Reading(told, request.origin.received_at)
        is_bad = event.text("actualValue").casefold() == "true"
        if is_bad and event.inner("variable").text("name") == "Problem":
            return event.inner("component").text("name")
    return ""


def meter_read(request: Request) -> MeterRead:
    """2.x does not say of which transaction: its EVSE and the times tell."""
    reading = request.reading()
    return MeterRead(
        origin=request.origin,
        outlet=reading.outlet_of("evseId"),
        reference="",
        samples=reading.samples("meterValue"),
        signed=reading.signed("meterValue"),
        doubts=frozenset(reading.doubts),
    )


def transaction_told(request: Request) -> TransactionTold:
    reading = request.reading()
    info = reading.inner("transactionInfo")
    return TransactionTold(
        origin=request.origin,
        reference=info.text("transactionId"),
        moment=_moment(reading),
        at=reading.instant("timestamp"),
        seq=reading.number("seqNo"),
        outlet=reading.evse(),
        uid=reading.shown(),
        status=info.charging_state("chargingState"),
        samples=reading.samples("meterValue"),
        signed=reading.signed("meterValue"),
        reason=_reason(info),
        remote_start=info.number("remoteStartId"),
        reservation=reading.number("reservationId"),
        is_offline=reading.is_true("offline"),
        doubts=frozenset(reading.doubts),
    )


def reservation_dropped(request: Request) -> ReservationDropped | None:
    number = request.reading().number("reservationId")
    return None if number is None else ReservationDropped(request.origin, number)


def _moment(reading: Reading) -> Moment:
    """What is none of the three changes nothing, as an update does."""
    told = reading.text("eventType")
    return Moment(told) if told in Moment.__members__.values() else Moment.UPDATED


def _reason(info: Reading) -> str:
    """Without a reason it was a local one, says the specification; an unknown one is Other."""
    reason = info.text("stoppedReason") or ReasonEnumType.local.value
    if reason in _REASONS:
        return reason
    info.doubts.add(Doubt.REASON_UNKNOWN)
    return str(ReasonEnumType.other.value)
