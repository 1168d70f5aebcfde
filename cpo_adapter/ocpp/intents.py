"""What we want of a station, in words that every version of OCPP shares, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from cpo_adapter.ocpp.card_lists import AboutCards
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.schedules import RateUnit, Schedule


class Topic(StrEnum):
    """What a station can be asked to tell now."""

    BOOT = "BootNotification"
    METER = "MeterValues"
    STATUS = "StatusNotification"


@dataclass(frozen=True, slots=True)
class RemoteStart:
    """`outlet` is always named: stations with several refuse or guess without it.

    `number` is the order's, which 2.x tells again when the charge begins. Where `is_card` is false the uid is
    a name that was made for this order.
    """

    uid: str
    outlet: Outlet
    number: int = 1
    is_card: bool = True


@dataclass(frozen=True, slots=True)
class RemoteStop:
    """`reference` is how the station names the transaction."""

    reference: str


@dataclass(frozen=True, slots=True)
class Tell:
    """An accepted one is no proof that the message will come."""

    topic: Topic
    outlet: Outlet | None = None


@dataclass(frozen=True, slots=True)
class Unlock:
    """A transaction that runs there ends with it."""

    outlet: Outlet


@dataclass(frozen=True, slots=True)
class Reserve:
    """A reservation of the same `number` at the same station is replaced."""

    number: int
    uid: str
    outlet: Outlet
    until: datetime
    is_card: bool = True


@dataclass(frozen=True, slots=True)
class CancelReservation:
    number: int


@dataclass(frozen=True, slots=True)
class SetProfile:
    """For one transaction that runs, `reference` to the station. The same `number` replaces a profile."""

    number: int
    reference: str
    outlet: Outlet
    schedule: Schedule


@dataclass(frozen=True, slots=True)
class ClearProfile:
    number: int


@dataclass(frozen=True, slots=True)
class TellSchedule:
    """How fast the station will let a car charge for the next `for_s` seconds, all its limits together."""

    outlet: Outlet
    for_s: int
    unit: RateUnit | None = None


@dataclass(frozen=True, slots=True)
class TellBounds:
    """What it can keep of a profile."""


@dataclass(frozen=True, slots=True)
class SetFallback:
    """Limits whatever charges there while nothing else is told, as long as the station has no profile for it.

    `is_for_all`: the station as a whole, else each charge.
    """

    number: int
    schedule: Schedule
    is_for_all: bool = False


@dataclass(frozen=True, slots=True)
class TellProfile:
    """Whether it keeps the profile of that `number`, told in a message that bears `request`. Not in 1.6."""

    request: int
    number: int


@dataclass(frozen=True, slots=True)
class TellQueue:
    """Whether the station has still something to tell of a transaction. 1.6 has no words for it."""

    reference: str


@dataclass(frozen=True, slots=True)
class SetKey:
    """Show this key from now on."""

    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RaiseProfile:
    """Come in by this security profile from now on."""

    profile: int


@dataclass(frozen=True, slots=True)
class ShowPrice:
    """What a card will pay, in words. 2.x has other ways for it."""

    uid: str
    text: str


@dataclass(frozen=True, slots=True)
class Prices:
    """Taxes included, per kWh, per hour, once; None where there is none that always holds."""

    per_kwh: Decimal | None = None
    per_hour: Decimal | None = None
    once: Decimal | None = None
    per_hour_idle: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShowCost:
    """What a transaction comes to, taxes included. `is_final`: it has ended; 2.x tells that otherwise."""

    reference: str
    cost: Decimal
    at: datetime
    register_wh: Decimal
    prices: Prices
    text: str
    is_idle: bool = False
    is_final: bool = False


Intent: TypeAlias = (
    RemoteStart
    | RemoteStop
    | Tell
    | Unlock
    | Reserve
    | CancelReservation
    | SetProfile
    | ClearProfile
    | TellSchedule
    | TellBounds
    | SetFallback
    | TellProfile
    | TellQueue
    | SetKey
    | RaiseProfile
    | AboutCards
    | ShowPrice
    | ShowCost
)


class Outcome(StrEnum):
    """The words of the specification for it, where there are several the most general one."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    NOT_SUPPORTED = "NotImplemented"
    OCCUPIED = "Occupied"
    INOPERATIVE = "Unavailable"
    FAILED = "UnlockFailed"
    UNKNOWN = "Unknown"
    REBOOT_REQUIRED = "RebootRequired"
    VERSION_MISMATCH = "VersionMismatch"


class NotAsked(Exception):
    """The station did not answer an intent with an outcome."""


class NotSpoken(NotAsked):
    """The version that is spoken with the station has no words for it."""


class StationGone(NotAsked):
    """It is not connected, or its connection ended before the answer."""


class StationSilent(NotAsked):
    """It is connected and did not answer in time; the answer may still come, and counts no more."""


class StationRefused(NotAsked):
    """It answered CALLERROR; the text is the code, which may be any."""

    @property
    def is_ignorance(self) -> bool:
        """Whether it does not know what it was asked to do."""
        return str(self) in ("NotImplemented", "NotSupported")
