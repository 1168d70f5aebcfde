"""An order of a partner, and the promise that it gets: one result, later, at the address that it named.

Spec: 2.3.0 mod_commands, mod_charging_profiles: the asynchronous half of every request.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ocpi.client.results import Result
from schemas.kinds import PartyId
from schemas.v2_3_0.charging_profiles import (
    ActiveChargingProfileResult,
    ChargingProfileResult,
    ClearProfileResult,
)
from schemas.v2_3_0.commands import CommandResult

KINDS: Final[tuple[type[Result], ...]] = (
    CommandResult,
    ChargingProfileResult,
    ActiveChargingProfileResult,
    ClearProfileResult,
)
TIMEOUT_S: Final = 60
"""What partners are told to wait: the station's half minute, and time to reach them."""


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where a result goes, and in whose name it was asked for."""

    url: str
    partner: str
    party: PartyId
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Promise:
    """`about` is what the operator recognises it by: a session, an EVSE, a reservation."""

    id: str
    action: str
    kind: type[Result]
    station: str
    about: str
    reply: ReplyTo
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """`reply.party` is who orders, and who alone is acted for."""

    reply: ReplyTo
    at: datetime

    @property
    def party(self) -> PartyId:
        return self.reply.party

    def promise(
        self, action: str, *, station: str, about: str, kind: type[Result] = CommandResult
    ) -> Promise:
        return Promise(uuid.uuid4().hex, action, kind, station, about, self.reply, self.at)


class No(StrEnum):
    """Why an order is not even tried, as far as any of the modules can say it."""

    NOT_SUPPORTED = "NOT_SUPPORTED"
    REJECTED = "REJECTED"
    TOO_OFTEN = "TOO_OFTEN"
    UNKNOWN_SESSION = "UNKNOWN_SESSION"


class Declined(Exception):
    """The order is answered with `why`; the text is for whoever gave it."""

    def __init__(self, why: No, text: str) -> None:
        super().__init__(text)
        self.why = why
