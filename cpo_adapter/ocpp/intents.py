"""What we want of a station, in words that every version of OCPP shares, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from cpo_adapter.ocpp.events import Outlet


class Topic(StrEnum):
    """What a station can be asked to tell now."""

    BOOT = "BootNotification"
    METER = "MeterValues"
    STATUS = "StatusNotification"


@dataclass(frozen=True, slots=True)
class RemoteStart:
    """`outlet` is always named: stations with several refuse or guess without it."""

    uid: str
    outlet: Outlet


@dataclass(frozen=True, slots=True)
class RemoteStop:
    """`reference` is how the station names the transaction."""

    reference: str


@dataclass(frozen=True, slots=True)
class Tell:
    """An accepted one is no proof that the message will come."""

    topic: Topic
    outlet: Outlet | None = None


Intent: TypeAlias = RemoteStart | RemoteStop | Tell


class Outcome(StrEnum):
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    NOT_SUPPORTED = "NotImplemented"


class NotAsked(Exception):
    """The station did not answer an intent with an outcome."""


class StationGone(NotAsked):
    """It is not connected, or its connection ended before the answer."""


class StationSilent(NotAsked):
    """It is connected and did not answer in time; the answer may still come, and counts no more."""


class StationRefused(NotAsked):
    """It answered CALLERROR; the text is the code, which may be any."""
