"""Issuers that take their time: the station is answered without them, and what they say later still counts.

A yes is what the session rests on from then on; after a no it is ended, unless the operator would rather have
it go on. Nothing is asked twice for it: the one request is simply waited for longer than the station is.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization); ocpp.md 7, case 102.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from ocpi.errors import OcpiError, TimedOut
from ocpi.process.clock import Clock
from ocpi.process.logs import logger, pseudonym
from ocpi.process.tasks import Supervisor
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token

log = logger(__name__)

LISTENED: Final = timedelta(seconds=30)


class Asking(Protocol):
    """Who reaches the issuers of cards."""

    def is_agreed(self, issuer: PartyId) -> bool: ...

    async def ask(
        self, card: Token | str, at: LocationReferences | None, within: timedelta
    ) -> AuthorizationInfo:
        """`card` is its Token where that is known, else its uid. Raises UnknownToken, DeliveryError."""


@dataclass(frozen=True, slots=True)
class Question:
    """`card` is its Token where that is known, else the uid."""

    station: str
    uid: str
    card: Token | str
    at: LocationReferences | None


Late = Callable[[Question, AuthorizationInfo], Awaitable[None]]


class LateAnswers:
    def __init__(self, *, issuers: Asking, supervisor: Supervisor, clock: Clock) -> None:
        self._issuers = issuers
        self._supervisor = supervisor
        self._clock = clock

    def is_agreed(self, issuer: PartyId) -> bool:
        return self._issuers.is_agreed(issuer)

    async def ask(self, question: Question, within: timedelta, late: Late) -> AuthorizationInfo:
        """`late` hears the answer that comes after that. Raises TimedOut, and as the issuers."""
        answer: asyncio.Future[AuthorizationInfo] = asyncio.get_running_loop().create_future()
        self._supervisor.start("ask an issuer", partial(self._hear, question, answer, late))
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await answer  # a time-out cancels it, by which it is known to be late
        except TimeoutError:
            raise TimedOut("the issuer did not answer in time") from None

    async def _hear(self, question: Question, answer: asyncio.Future[AuthorizationInfo], late: Late) -> None:
        try:
            info = await self._issuers.ask(question.card, question.at, LISTENED)
        except OcpiError as error:
            if answer.done():
                log.info("issuer said nothing later either", station=question.station, error=error.text)
            else:
                answer.set_exception(error)
            return
        if not answer.done():
            answer.set_result(info)
            return
        uid = pseudonym(question.uid)
        log.warning("issuer answered late", station=question.station, uid=uid, allowed=info.allowed)
        await late(question, info)
