"""What the door needs from the rooms behind it, and what they answer.

A room returns once what it was told is on disk: then the station gets its answer. What follows from the fact
(OCPI, tariffs, bills) comes afterwards and in the room's own time.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from cpo_adapter.ocpp.events import (
    Authorizing,
    Booted,
    CertificateAsked,
    FirmwareProgressed,
    MeterRead,
    Noticed,
    Progressed,
    ReportPart,
    ReservationDropped,
    StatusChanged,
    TransactionBegan,
    TransactionEnded,
    TransactionTold,
)


class CannotStore(Exception):
    """A fact could not be kept. The station is not answered, so that it says it again."""


class NotSigned(Exception):
    """A certificate that a station wants is not made; the text says why, `code` in a word of OCPP 2.0.1.

    Spec: OCPP 2.0.1, part 2 appendices, reason codes.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Registration(StrEnum):
    ACCEPTED = "Accepted"
    PENDING = "Pending"


class CardStatus(StrEnum):
    """As 2.x spells it; a version that has no such word says Invalid."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT = "ConcurrentTx"
    NO_CREDIT = "NoCredit"
    NOT_HERE = "NotAtThisLocation"


@dataclass(frozen=True, slots=True)
class CardAnswer:
    """What a station is told of a card; `expires` bounds how long it may remember it."""

    status: CardStatus
    expires: datetime | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """`number` is how the station names the transaction from now on, 1 to 2^31-1."""

    number: int
    card: CardAnswer


class StationWatch(Protocol):
    """Who keeps what stations are and how they do."""

    def is_accepted(self, station: str) -> bool:
        """Whether it has ever been accepted: it then need not boot again."""

    def said_time(self, station: str, at: datetime, heard_at: datetime) -> None:
        """A message of `at` by the station's clock was heard at `heard_at`; it may have waited long."""

    async def booted(self, event: Booted) -> Registration: ...

    async def status_changed(self, event: StatusChanged) -> None: ...

    async def firmware_progressed(self, event: FirmwareProgressed) -> None: ...

    async def noticed(self, event: Noticed) -> None: ...

    async def progressed(self, event: Progressed) -> None: ...

    async def reported(self, event: ReportPart) -> None: ...

    async def reservation_dropped(self, event: ReservationDropped) -> None: ...


class CardDesk(Protocol):
    """Who knows which card may charge here, now."""

    async def authorize(self, event: Authorizing) -> CardAnswer: ...


class CostDesk(Protocol):
    """Who knows what a charge costs."""

    async def total(self, event: TransactionTold) -> Decimal | None:
        """What it comes to once the event is kept, taxes included; None where the station shall not know."""


class NoCosts:
    """A `CostDesk` for stations without displays."""

    async def total(self, _: TransactionTold) -> Decimal | None:
        return None


class SigningDesk(Protocol):
    """Who has certificates of stations signed."""

    async def asked(self, event: CertificateAsked) -> None:
        """It will be sent, after the answer. Raises NotSigned."""


class NothingSigned:
    """A `SigningDesk` without an authority."""

    async def asked(self, _: CertificateAsked) -> None:
        raise NotSigned("NotEnabled", "no certificate of a station is signed here")


class SessionDesk(Protocol):
    """Who keeps transactions. Raises CannotStore, and nothing else."""

    async def began(self, event: TransactionBegan) -> Begun: ...

    async def metered(self, event: MeterRead) -> None: ...

    async def ended(self, event: TransactionEnded) -> CardAnswer | None:
        """What to tell of the card that ended it, if one did."""

    async def told(self, event: TransactionTold) -> CardAnswer | None:
        """What to tell of the card that it names, if it names one."""
