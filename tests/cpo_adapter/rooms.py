"""The rooms behind the door, small: they remember what they were told, and can be slow or out of order."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.credentials import Credentials, Profile
from cpo_adapter.ocpp.events import (
    Authorizing,
    Booted,
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
from cpo_adapter.ocpp.raw import RawMessage
from cpo_adapter.ocpp.rooms import Begun, CannotStore, CardAnswer, CardStatus, Registration
from cpo_adapter.ocpp.subprotocol import Provisioned

PEPPER = b"a pepper of the tests"
KEY = "0123456789abcdef0123456789abcdef01234567"
STATION = "CP-1"


@dataclass
class Stations:
    """Knows the stations it was given keys for; accepts what boots unless told otherwise."""

    digests: dict[str, bytes] = field(
        default_factory=lambda: {STATION: StationKeys(PEPPER).digest(bytes.fromhex(KEY))}
    )
    special: dict[str, Credentials] = field(default_factory=dict)
    meant: dict[str, str] = field(default_factory=dict)
    entries: list[tuple[str, Profile, bytes | None]] = field(default_factory=list)
    registration: Registration = Registration.ACCEPTED
    accepted: set[str] = field(default_factory=set)
    times: list[tuple[str, datetime, datetime]] = field(default_factory=list)
    events: list[
        Booted | StatusChanged | FirmwareProgressed | Noticed | Progressed | ReportPart | ReservationDropped
    ] = field(default_factory=list)
    versions: dict[str, Provisioned] = field(default_factory=dict)

    def named(self, written: str) -> str:
        return self.meant.get(written, written)

    def credentials(self, station: str) -> Credentials | None:
        """As `special` says, else by Basic with its key."""
        if station in self.special:
            return self.special[station]
        digest = self.digests.get(station)
        return None if digest is None else Credentials(digests=(digest,))

    async def came_in(self, station: str, profile: Profile, digest: bytes | None) -> None:
        self.entries.append((station, profile, digest))

    def provisioned(self, station: str) -> Provisioned:
        return self.versions.get(station, Provisioned())

    def is_accepted(self, station: str) -> bool:
        return station in self.accepted

    def said_time(self, station: str, at: datetime, heard_at: datetime) -> None:
        self.times.append((station, at, heard_at))

    async def booted(self, event: Booted) -> Registration:
        self.events.append(event)
        if self.registration is Registration.ACCEPTED:
            self.accepted.add(event.origin.station)
        return self.registration

    async def status_changed(self, event: StatusChanged) -> None:
        self.events.append(event)

    async def firmware_progressed(self, event: FirmwareProgressed) -> None:
        self.events.append(event)

    async def noticed(self, event: Noticed) -> None:
        self.events.append(event)

    async def progressed(self, event: Progressed) -> None:
        self.events.append(event)

    async def reported(self, event: ReportPart) -> None:
        self.events.append(event)

    async def reservation_dropped(self, event: ReservationDropped) -> None:
        self.events.append(event)


@dataclass
class Cards:
    """`answer` for every card, once `gate` is open."""

    answer: CardAnswer = field(default_factory=lambda: CardAnswer(CardStatus.ACCEPTED))
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    async def authorize(self, event: Authorizing) -> CardAnswer:
        self.asked.append(event.uid)
        await self.gate.wait()
        return self.answer


@dataclass
class Messages:
    """Keeps every frame, or raises `trouble`; gives numbers from a million on."""

    kept: list[RawMessage] = field(default_factory=list)
    done: list[RawMessage] = field(default_factory=list)
    broken: list[tuple[RawMessage, str]] = field(default_factory=list)
    trouble: Exception | None = None

    async def keep(self, message: RawMessage) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.kept.append(message)

    def understood(self, message: RawMessage) -> None:
        self.done.append(message)

    def not_understood(self, message: RawMessage, reason: str) -> None:
        self.broken.append((message, reason))

    async def number(self) -> int:
        return 1_000_000 + len(self.broken)


@dataclass
class Sessions:
    """Keeps every event, numbers starts from 1, answers all cards alike; raises `trouble` if any."""

    events: list[TransactionBegan | MeterRead | TransactionEnded | TransactionTold] = field(
        default_factory=list
    )
    card: CardAnswer = field(default_factory=lambda: CardAnswer(CardStatus.ACCEPTED))
    trouble: Exception | None = None

    async def began(self, event: TransactionBegan) -> Begun:
        self._keep(event)
        return Begun(sum(isinstance(kept, TransactionBegan) for kept in self.events), self.card)

    async def metered(self, event: MeterRead) -> None:
        self._keep(event)

    async def ended(self, event: TransactionEnded) -> CardAnswer | None:
        self._keep(event)
        return self.card if event.uid else None

    async def told(self, event: TransactionTold) -> CardAnswer | None:
        self._keep(event)
        return self.card if event.uid else None

    def _keep(self, event: TransactionBegan | MeterRead | TransactionEnded | TransactionTold) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.events.append(event)


STORAGE_IS_AWAY = CannotStore("no primary")
