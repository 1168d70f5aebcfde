"""A reservation as the session that its eMSP sees, until a charge goes on with it or it is over.

Spec: 2.3.0 mod_sessions, Session object; Reservation (the list of states says RESERVATION).
"""

from typing import Final, Protocol

from cpo_adapter.commands.reservation import Reservation, ReservationState
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.cdrs import CdrToken
from schemas.v2_3_0.enums import AuthMethod, SessionStatus
from schemas.v2_3_0.sessions import Session

_STATUSES: Final = {
    ReservationState.ACTIVE: SessionStatus.RESERVATION,
    ReservationState.CANCELLED: SessionStatus.COMPLETED,
    ReservationState.EXPIRED: SessionStatus.COMPLETED,
}


class Telling(Protocol):
    async def to_one(self, record: Record) -> None:
        """Durable when it returns."""


class ReservationSessions:
    """The `ReservationNews`. `currency` stands in a session that costs nothing yet."""

    def __init__(self, party: PartyId, currency: str, announcer: Telling) -> None:
        self._party = party
        self._currency = currency
        self._announcer = announcer

    async def changed(self, reservation: Reservation) -> None:
        status = _STATUSES.get(reservation.state)
        if status is not None:
            await self._announcer.to_one(self._record(reservation, status))

    def _record(self, reservation: Reservation, status: SessionStatus) -> Record:
        is_over = status is SessionStatus.COMPLETED
        token = reservation.token
        session = Session.model_validate(
            {
                "country_code": self._party.country_code,
                "party_id": self._party.party_id,
                "id": reservation.session_id,
                "start_date_time": reservation.at,
                "end_date_time": reservation.changed_at if is_over else None,
                "kwh": 0,
                "cdr_token": {name: getattr(token, name) for name in CdrToken.model_fields},
                "auth_method": AuthMethod.COMMAND,
                "authorization_reference": reservation.reference,
                "location_id": reservation.location_id,
                "evse_uid": reservation.evse_uid,
                "connector_id": reservation.connector_id,
                "currency": self._currency,
                "status": status,
                "last_updated": reservation.changed_at,
            }
        )
        key = ObjectKey(ObjectKind.SESSION, self._party, reservation.session_id)
        return Record(key, reservation.changed_at, codec.dump(session), reservation.party)
