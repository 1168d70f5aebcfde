"""A reservation: who keeps which EVSE for which card until when, and where it stands.

An id is its eMSP's own, so that no other can replace or cancel it; stations know it by a number of ours.
Spec: 2.3.0 mod_commands, ReserveNow and CancelReservation object; OCPP 1.6, 5.1 and 5.13.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cpo_adapter.commands.model import ReplyTo
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import Token


class ReservationState(StrEnum):
    """CHANGING: the station is being asked to move or drop it, and what it tells meanwhile proves nothing.

    DOUBTFUL: it was asked for, and whether the station keeps it nobody knows.
    """

    ASKED = "ASKED"
    ACTIVE = "ACTIVE"
    CHANGING = "CHANGING"
    USED = "USED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    REPLACED = "REPLACED"
    REFUSED = "REFUSED"
    DOUBTFUL = "DOUBTFUL"


HELD = (ReservationState.ACTIVE, ReservationState.CHANGING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """`id` names this one for ever; `number` is the station's and outlives a replacement.

    `session_id` is that of the session which it becomes when it is used.
    """

    id: str
    reservation_id: str
    number: int
    location_id: str
    station: str
    evse: int
    evse_uid: str
    connector_id: str
    tag: str
    token: Token
    reference: str | None
    reply: ReplyTo
    session_id: str
    at: datetime
    expires: datetime
    state: ReservationState = ReservationState.ASKED
    changed_at: datetime

    @property
    def party(self) -> PartyId:
        return self.reply.party
