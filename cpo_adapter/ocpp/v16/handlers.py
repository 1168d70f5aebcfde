"""What a 1.6 station may say, as facts, and what it hears back once the fact is kept.

Spec: OCPP 1.6, chapter 4 (operations initiated by the charge point); security whitepaper, chapter 5
(extensions).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from ocpp.exceptions import PropertyConstraintViolationError
from ocpp.v16 import call_result, enums

from cpo_adapter.ocpp import handlers
from cpo_adapter.ocpp import request as let_in
from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.effects import Effect, answered, used
from cpo_adapter.ocpp.events import (
    Authorizing,
    Booted,
    CertificateAsked,
    ConnectorStatus,
    Doubt,
    FirmwareProgressed,
    MeterRead,
    Progressed,
    StatusChanged,
    TransactionBegan,
    TransactionEnded,
    Work,
)
from cpo_adapter.ocpp.refusal import Refusal
from cpo_adapter.ocpp.rooms import NotSigned
from cpo_adapter.ocpp.v16 import answers
from cpo_adapter.ocpp.v16.notices import EFFECTS as OF_NOTICES
from cpo_adapter.ocpp.v16.notices import NOTICES
from cpo_adapter.ocpp.v16.reading import Reading

_REASONS = frozenset(enums.Reason)


@dataclass(frozen=True, slots=True)
class Request(let_in.Request):
    """A CALL that was let in."""

    def reading(self) -> Reading:
        return Reading(self.payload, self.origin.received_at)


Handler: TypeAlias = let_in.Handler[Request]

EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        **OF_NOTICES,
        "Authorize": used("cards: by whitelist, else asked of the issuer in real time"),
        "BootNotification": used("stations: accepted by the inventory; make, firmware, a changed serial"),
        "DiagnosticsStatusNotification": used("files: the progress of what was asked for"),
        "FirmwareStatusNotification": used("files: progress; EVSE status INOPERATIVE while it installs"),
        "Heartbeat": answered("with the time: any frame is a sign of life"),
        "LogStatusNotification": used("files: the progress of what was asked for"),
        "MeterValues": used("sessions: energy and charging periods"),
        "SignCertificate": used(
            "certificates of stations: signed by the operator's authority, if one is set, and sent afterwards"
        ),
        "SignedFirmwareStatusNotification": used("files, as FirmwareStatusNotification"),
        "StartTransaction": used("sessions: one begins; commands and reservations that it fulfils"),
        "StatusNotification": used("EVSE status; sessions; reservations; an error code is an alarm"),
        "StopTransaction": used("sessions: one ends, and becomes a CDR"),
    }
)
"""What comes of each action of `table()`."""


class Handlers(handlers.Handlers):
    """One method an action; `table()` says which."""

    def table(self) -> Mapping[str, Handler]:
        return {
            **dict.fromkeys(NOTICES, self._notice),
            "Authorize": self._authorize,
            "BootNotification": self._boot_notification,
            "DiagnosticsStatusNotification": self._diagnostics_status,
            "FirmwareStatusNotification": self._firmware_status,
            "Heartbeat": self._heartbeat,
            "LogStatusNotification": self._log_status,
            "MeterValues": self._meter_values,
            "SignCertificate": self._sign_certificate,
            "SignedFirmwareStatusNotification": self._signed_firmware_status,
            "StartTransaction": self._start_transaction,
            "StatusNotification": self._status_notification,
            "StopTransaction": self._stop_transaction,
        }

    async def _notice(self, request: Request) -> OcppDataclass:
        await self.keep(request)
        return NOTICES[request.action]

    async def _sign_certificate(self, request: Request) -> OcppDataclass:
        await self.keep(request)
        try:
            await self._signing.asked(CertificateAsked(request.origin, request.reading().text("csr")))
        except NotSigned:
            return call_result.SignCertificate(status=enums.GenericStatus.rejected)
        return call_result.SignCertificate(status=enums.GenericStatus.accepted)

    async def _authorize(self, request: Request) -> OcppDataclass:
        card = await self._cards.authorize(Authorizing(request.origin, request.reading().text("idTag")))
        return call_result.Authorize(id_tag_info=answers.id_tag_info(card))

    async def _boot_notification(self, request: Request) -> OcppDataclass:
        registration = await self._stations.booted(_booted(request))
        return call_result.BootNotification(
            current_time=answers.instant(self._clock.now()),
            interval=self._heartbeat_s,
            status=enums.RegistrationStatus(registration.value),
        )

    async def _firmware_status(self, request: Request) -> OcppDataclass:
        await self._stations.firmware_progressed(_firmware_progressed(request))
        return call_result.FirmwareStatusNotification()

    async def _signed_firmware_status(self, request: Request) -> OcppDataclass:
        await self._stations.firmware_progressed(_firmware_progressed(request))
        return call_result.SignedFirmwareStatusNotification()

    async def _diagnostics_status(self, request: Request) -> OcppDataclass:
        await self._stations.progressed(_progressed(request, Work.DIAGNOSTICS))
        return call_result.DiagnosticsStatusNotification()

    async def _log_status(self, request: Request) -> OcppDataclass:
        await self._stations.progressed(_progressed(request, Work.LOG))
        return call_result.LogStatusNotification()

    async def _heartbeat(self, _: Request) -> OcppDataclass:
        return call_result.Heartbeat(current_time=answers.instant(self._clock.now()))

    async def _status_notification(self, request: Request) -> OcppDataclass:
        await self._stations.status_changed(_status_changed(request))
        return call_result.StatusNotification()

    async def _start_transaction(self, request: Request) -> OcppDataclass:
        begun = await self._sessions.began(transaction_began(request))
        return call_result.StartTransaction(
            transaction_id=begun.number, id_tag_info=answers.id_tag_info(begun.card)
        )

    async def _meter_values(self, request: Request) -> OcppDataclass:
        await self._sessions.metered(meter_read(request))
        return call_result.MeterValues()

    async def _stop_transaction(self, request: Request) -> OcppDataclass:
        card = await self._sessions.ended(transaction_ended(request))
        return call_result.StopTransaction(id_tag_info=answers.id_tag_info(card) if card else None)


def transaction_began(request: Request) -> TransactionBegan:
    reading = request.reading()
    return TransactionBegan(
        origin=request.origin,
        outlet=reading.outlet("connectorId"),
        uid=reading.card("idTag"),
        meter_wh=reading.meter_wh("meterStart"),
        at=reading.instant("timestamp"),
        reservation=reading.number("reservationId"),
        doubts=frozenset(reading.doubts),
    )


def meter_read(request: Request) -> MeterRead:
    reading = request.reading()
    return MeterRead(
        origin=request.origin,
        outlet=reading.outlet("connectorId"),
        reference=reading.reference("transactionId"),
        samples=reading.samples("meterValue"),
        signed=reading.signed("meterValue"),
        doubts=frozenset(reading.doubts),
    )


def transaction_ended(request: Request) -> TransactionEnded:
    """Without a reason it was a local one, says the specification; an unknown one is Other."""
    reading = request.reading()
    reason = reading.text("reason") or enums.Reason.local
    if reason not in _REASONS:
        reading.doubts.add(Doubt.REASON_UNKNOWN)
        reason = enums.Reason.other
    return TransactionEnded(
        origin=request.origin,
        reference=reading.reference("transactionId"),
        uid=reading.text("idTag"),
        meter_wh=reading.meter_wh("meterStop"),
        at=reading.instant("timestamp"),
        reason=str(reason),
        samples=reading.samples("transactionData"),
        signed=reading.signed("transactionData"),
        doubts=frozenset(reading.doubts),
    )


def _booted(request: Request) -> Booted:
    reading = request.reading()
    return Booted(
        origin=request.origin,
        vendor=reading.text("chargePointVendor"),
        model=reading.text("chargePointModel"),
        serial=reading.text("chargePointSerialNumber"),
        firmware=reading.text("firmwareVersion"),
    )


def _firmware_progressed(request: Request) -> FirmwareProgressed:
    reading = request.reading()
    return FirmwareProgressed(request.origin, reading.text("status"), reading.number("requestId"))


def _progressed(request: Request, work: Work) -> Progressed:
    reading = request.reading()
    number = reading.number("requestId")
    return Progressed(request.origin, request.action, work, reading.text("status"), number)


def _status_changed(request: Request) -> StatusChanged:
    """Raises Refusal: a status that nobody knows says nothing."""
    reading = request.reading()
    try:
        status = ConnectorStatus(reading.text("status"))
    except ValueError:
        raise Refusal(PropertyConstraintViolationError, "status: no such status") from None
    return StatusChanged(
        origin=request.origin,
        outlet=reading.outlet("connectorId"),
        status=status,
        error_code=reading.text("errorCode"),
        at=reading.instant("timestamp"),
    )
