"""What stations tell, in words that every version of OCPP shares.

A door of one version turns a message into one of these facts; the rooms behind know no version. Every fact
carries its origin, frame included, for what must be kept is what was said, not what we made of it.
Energy is in Wh, power in W, current in A; instants are aware and UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Origin:
    """Who said it, when we heard it, and the frame itself."""

    station: str
    received_at: datetime
    frame: str


@dataclass(frozen=True, slots=True, order=True)
class Outlet:
    """A connector as OCPP counts it: EVSE and connector of a station, both from 1.

    OCPP 1.6 knows connectors only, so there each one is an EVSE of its own; the station itself is 0. In 2.x
    connector 0 is the EVSE as a whole, or one that was not told.
    """

    evse: int
    connector: int = 1


STATION = Outlet(0, 0)


class ConnectorStatus(StrEnum):
    """The states of OCPP 1.6, ChargePointStatus; and OCCUPIED, which is all that 2.x says of a car."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"
    OCCUPIED = "Occupied"


class Doubt(StrEnum):
    """What a door had to mend to read a message. None of it keeps a message out; the bill shows it."""

    TIME_REPLACED = "time replaced by the time of receipt"
    METER_UNREADABLE = "meter value unreadable"
    SAMPLE_UNREADABLE = "sampled value unreadable"
    CARD_MISSING = "no card"
    CONNECTOR_UNREADABLE = "connector unreadable"
    REASON_UNKNOWN = "reason unknown"
    EVENTS_MISSING = "events missing that the station does not have any more"
    END_ASSUMED = "the station never told its end"
    METER_RESET = "the meter began again at zero"
    UNIT_MENDED = "meter values in another unit than told"
    ENERGY_ESTIMATED = "energy worked out of the power"
    CORRECTED = "corrected by the operator"


@dataclass(frozen=True, slots=True)
class Booted:
    """Texts are empty when the station told none."""

    origin: Origin
    vendor: str
    model: str
    serial: str
    firmware: str


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """`at` is the station's own time, or the time of receipt when it told none."""

    origin: Origin
    outlet: Outlet
    status: ConnectorStatus
    error_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FirmwareProgressed:
    """`number` is that of our request, where the message has one."""

    origin: Origin
    status: str
    number: int | None = None


class Work(StrEnum):
    """What a station does for an operator that takes its time."""

    DIAGNOSTICS = "diagnostics"
    LOG = "log"
    FIRMWARE = "firmware"
    PUBLICATION = "firmware publication"
    SWAP = "battery swap"


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far it is with its work, in its own word; `number` as in FirmwareProgressed.

    `detail` is what it adds: the addresses at which firmware is published.
    """

    origin: Origin
    action: str
    work: Work
    status: str
    number: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One of several messages that answer a request of ours; `told` is its payload, without secrets.

    Not all kinds are counted: `seq` is None where this one is not.
    """

    origin: Origin
    action: str
    number: int | None
    seq: int | None
    is_last: bool
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Noticed:
    """A message that is kept and shown, and changes nothing.

    `about` is the type of a security event, and the component that a NotifyEvent says has a problem.
    """

    origin: Origin
    action: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class CertificateAsked:
    """A certificate request in PEM. `use` and `number` are for the answer to bear, where 2.x tells them."""

    origin: Origin
    csr: str
    use: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Authorizing:
    """A card is held against a station; `uid` as the reader spells it."""

    origin: Origin
    uid: str


class Sample(NamedTuple):
    """One sampled value, in base units (Wh, W, A, V), finite.

    `measurand`, `context`, `location` and `phase` in the specification's spelling; an empty phase is all of
    them. A tuple, because a message brings a dozen and a charge thousands.
    """

    at: datetime
    measurand: str
    value: Decimal
    phase: str = ""
    context: str = "Sample.Periodic"
    location: str = "Outlet"


@dataclass(frozen=True, slots=True)
class SignedReading:
    """What a meter signed, byte for byte as it came; texts are empty where the station told none.

    `data` is the signed text in whatever spelling, `encoding` the name of its format, `context` as a
    Sample's.
    """

    at: datetime
    data: str = field(repr=False)
    encoding: str = ""
    public_key: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class TransactionBegan:
    """In 1.6 the central system names the transaction, so a start carries no reference.

    `reservation` is the number of the one that it uses up, `order` that of ours which set it off, where the
    station tells it. `is_offline`: the station could ask nobody.
    """

    origin: Origin
    outlet: Outlet
    uid: str
    meter_wh: int
    at: datetime
    doubts: frozenset[Doubt] = frozenset()
    reservation: int | None = None
    is_offline: bool = False
    order: int | None = None


@dataclass(frozen=True, slots=True)
class MeterRead:
    """`reference` is how the station names the transaction; empty: connector and time must tell."""

    origin: Origin
    outlet: Outlet
    reference: str
    samples: tuple[Sample, ...]
    doubts: frozenset[Doubt] = frozenset()
    signed: tuple[SignedReading, ...] = ()


@dataclass(frozen=True, slots=True)
class TransactionEnded:
    """`reference` may name no transaction at all. An empty `uid` means that no card was shown."""

    origin: Origin
    reference: str
    uid: str
    meter_wh: int
    at: datetime
    reason: str
    samples: tuple[Sample, ...] = ()
    doubts: frozenset[Doubt] = frozenset()
    signed: tuple[SignedReading, ...] = ()


class Moment(StrEnum):
    """Which event of a transaction is told: OCPP 2.x, TransactionEventEnumType."""

    STARTED = "Started"
    UPDATED = "Updated"
    ENDED = "Ended"


@dataclass(frozen=True, slots=True)
class TransactionTold:
    """One event of a transaction that its station names and whose events it counts: OCPP 2.x.

    Events come late, in any order and more than once; what one does not say may stand in another. `uid` is
    None where no card was shown, and empty where one was that is no card of anybody's. `status` is what the
    car does; `remote_start` the number of our order.
    """

    origin: Origin
    reference: str
    moment: Moment
    at: datetime
    seq: int | None = None
    outlet: Outlet | None = None
    uid: str | None = None
    status: ConnectorStatus | None = None
    samples: tuple[Sample, ...] = ()
    reason: str = ""
    remote_start: int | None = None
    reservation: int | None = None
    is_offline: bool = False
    doubts: frozenset[Doubt] = frozenset()
    signed: tuple[SignedReading, ...] = ()


@dataclass(frozen=True, slots=True)
class ReservationDropped:
    """The station does not keep it any more, and nobody used it. `number` is ours."""

    origin: Origin
    number: int
