"""What a 2.x station hears back once the fact that it told is kept.

Of a card something is said exactly when one was named.
Spec: OCPP 2.0.1, the messages of the charging station.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from ocpp.v201 import call_result, enums
from ocpp.v201.datatypes import StatusInfoType

from cpo_adapter.ocpp import handlers
from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.effects import Effect, answered, used
from cpo_adapter.ocpp.events import Authorizing, Moment
from cpo_adapter.ocpp.rooms import NotSigned
from cpo_adapter.ocpp.v16.answers import instant
from cpo_adapter.ocpp.v201 import facts
from cpo_adapter.ocpp.v201.answers import NO_CARD, NO_CARD_NEEDED, id_token_info
from cpo_adapter.ocpp.v201.notices import EFFECTS as OF_NOTICES
from cpo_adapter.ocpp.v201.notices import NOTICES, REPORTS
from cpo_adapter.ocpp.v201.request import Handler, Request

EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        **OF_NOTICES,
        "Authorize": used("cards: by whitelist, else asked of the issuer in real time"),
        "BootNotification": used("stations: accepted by the inventory; make, firmware, a changed serial"),
        "FirmwareStatusNotification": used("files: progress; EVSE status INOPERATIVE while it installs"),
        "Heartbeat": answered("with the time: any frame is a sign of life"),
        "MeterValues": used("sessions: energy and charging periods"),
        "NotifyEvent": used("EVSE status by AvailabilityState; alarms by Problem; the rest is stored"),
        "ReservationStatusUpdate": used("reservations: the station keeps it no longer"),
        "SignCertificate": used(
            "certificates of stations: signed by the operator's authority, if one is set, and sent afterwards"
        ),
        "StatusNotification": used("EVSE status; sessions; reservations"),
        "TransactionEvent": used(
            "sessions, CDRs, EVSE status; commands and reservations that it fulfils; answered with the cost"
        ),
    }
)
"""What comes of each action of `table()`."""


class Handlers(handlers.Handlers):
    """One method an action; `table()` says which. `costs_at`: which events are answered with the total."""

    costs_at: ClassVar[frozenset[Moment]] = frozenset({Moment.ENDED})

    def table(self) -> Mapping[str, Handler]:
        return {
            **dict.fromkeys(NOTICES, self._notice),
            **dict.fromkeys(REPORTS, self._report_part),
            "Authorize": self._authorize,
            "BootNotification": self._boot_notification,
            "FirmwareStatusNotification": self._firmware_status,
            "Heartbeat": self._heartbeat,
            "LogStatusNotification": self._log_status,
            "MeterValues": self._meter_values,
            "NotifyEvent": self._notify_event,
            "PublishFirmwareStatusNotification": self._publication_status,
            "ReservationStatusUpdate": self._reservation_status_update,
            "SignCertificate": self._sign_certificate,
            "StatusNotification": self._status_notification,
            "TransactionEvent": self._transaction_event,
        }

    async def _notice(self, request: Request) -> OcppDataclass:
        await self.keep(request)
        return NOTICES[request.action]

    async def _report_part(self, request: Request) -> OcppDataclass:
        await self._stations.reported(facts.report_part(request))
        return NOTICES[request.action]

    async def _log_status(self, request: Request) -> OcppDataclass:
        await self._stations.progressed(facts.log_progressed(request))
        return NOTICES[request.action]

    async def _publication_status(self, request: Request) -> OcppDataclass:
        await self._stations.progressed(facts.publication_progressed(request))
        return NOTICES[request.action]

    async def _sign_certificate(self, request: Request) -> OcppDataclass:
        await self.keep(request)
        try:
            await self._signing.asked(facts.certificate_asked(request))
        except NotSigned as error:
            why = StatusInfoType(error.code, additional_info=str(error)[:512])
            return call_result.SignCertificate(enums.GenericStatusEnumType.rejected, status_info=why)
        return call_result.SignCertificate(enums.GenericStatusEnumType.accepted)

    async def _authorize(self, request: Request) -> OcppDataclass:
        uid = request.reading().shown()
        card = await self._cards.authorize(Authorizing(request.origin, uid)) if uid else NO_CARD
        return call_result.Authorize(id_token_info=id_token_info(card))

    async def _boot_notification(self, request: Request) -> OcppDataclass:
        registration = await self._stations.booted(facts.booted(request))
        return call_result.BootNotification(
            current_time=instant(self._clock.now()),
            interval=self._heartbeat_s,
            status=enums.RegistrationStatusEnumType(registration.value),
        )

    async def _firmware_status(self, request: Request) -> OcppDataclass:
        await self._stations.firmware_progressed(facts.firmware_progressed(request))
        return call_result.FirmwareStatusNotification()

    async def _heartbeat(self, _: Request) -> OcppDataclass:
        return call_result.Heartbeat(current_time=instant(self._clock.now()))

    async def _status_notification(self, request: Request) -> OcppDataclass:
        await self._stations.status_changed(facts.status_changed(request))
        return call_result.StatusNotification()

    async def _notify_event(self, request: Request) -> OcppDataclass:
        """Kept whatever it says: most of it is for people."""
        await self.keep(request, facts.problem(request))
        for change in facts.availabilities(request):
            await self._stations.status_changed(change)
        return call_result.NotifyEvent()

    async def _reservation_status_update(self, request: Request) -> OcppDataclass:
        dropped = facts.reservation_dropped(request)
        if dropped is not None:
            await self._stations.reservation_dropped(dropped)
        return call_result.ReservationStatusUpdate()

    async def _meter_values(self, request: Request) -> OcppDataclass:
        await self._sessions.metered(facts.meter_read(request))
        return call_result.MeterValues()

    async def _transaction_event(self, request: Request) -> OcppDataclass:
        told = facts.transaction_told(request)
        card = await self._sessions.told(told)
        total = await self._costs.total(told) if told.moment in self.costs_at else None
        if told.uid is None:
            return call_result.TransactionEvent(total_cost=total)  # type: ignore[arg-type]
        unknown = NO_CARD_NEEDED if request.reading().is_free() else NO_CARD
        info = id_token_info(card or unknown)
        return call_result.TransactionEvent(total_cost=total, id_token_info=info)  # type: ignore[arg-type]
