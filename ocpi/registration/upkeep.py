"""Partners are renewed without anybody asking: when tokens grow old, and when there is news of ourselves.

A hub of 2.3.0 lists in its credentials who can be reached through it, so each party that comes or goes is
news to every partner of that version. But each exchange changes tokens, so news are gathered: a partner is
told at most once in a while. An exchange that failed is tried again after the same while. Of several
processes one does it.
Spec: 2.3.0 credentials, PUT method; the advice to renew tokens at least monthly. 2.2.1 tells its parties by
hubclientinfo alone.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from ocpi.errors import OcpiError
from ocpi.partners.model import Partner
from ocpi.partners.store import PartyTaken, Superseded
from ocpi.process.duty import Duty
from ocpi.process.logs import logger
from ocpi.registration.handshake import Handshake
from ocpi.registration.named import NotNow, UnknownPartner
from ocpi.registration.rhythm import Rhythm
from ocpi.registration.rotation import Rotation
from schemas.v2_3_0.enums import VersionNumber

LOOK_EVERY_S: Final = 60.0
AT_ONCE: Final = 8
log = logger(__name__)


class Reason(StrEnum):
    AGE = "AGE"
    NEWS = "NEWS"


def due(
    partner: Partner, tried_at: datetime | None, news: str, now: datetime, rhythm: Rhythm
) -> Reason | None:
    """Why credentials should be exchanged with a partner now; `news` is the fingerprint of ours."""
    latest = max((each for each in (partner.registered_at, tried_at) if each), default=None)
    if latest is None or partner.registered_at is None or now - latest < rhythm.tell_every:
        return None
    if rhythm.rotate_every is not None and now - partner.registered_at >= rhythm.rotate_every:
        return Reason.AGE
    return Reason.NEWS if partner.told != news else None


class Upkeep:
    def __init__(self, *, handshake: Handshake, rotation: Rotation, rhythm: Rhythm, duty: Duty) -> None:
        self._with = handshake
        self._duty = duty
        self._rotation = rotation
        self._rhythm = rhythm
        self._tried: dict[str, datetime] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        while True:
            await self._with.clock.sleep(LOOK_EVERY_S)
            if await self._duty.is_ours():
                await self.look()

    async def look(self) -> None:
        """Everybody once; one partner's trouble is nobody else's."""
        await self._with.partners.clear_abandoned(self._with.clock.now())
        news = {version: self._with.identity.fingerprint(version) for version in self._with.versions}
        await asyncio.gather(*(self._tend(each, news) for each in self._with.directory.active_partners()))

    async def _tend(self, partner: Partner, news: Mapping[VersionNumber, str]) -> None:
        async with self._places:
            try:
                await self._rotation.confirm(partner)
                await self._renew_if_due(partner.name, news)
            except (OcpiError, PartyTaken, Superseded, UnknownPartner, NotNow) as error:
                log.warning("credentials not renewed", partner=partner.name, error=str(error))
            except Exception:
                log.exception("credentials not renewed", partner=partner.name)

    async def _renew_if_due(self, name: str, news: Mapping[VersionNumber, str]) -> None:
        partner = self._with.directory.partner(name)
        ours = None if partner is None else self._news_for(partner, news)
        if partner is None or ours is None:
            return
        now = self._with.clock.now()
        reason = due(partner, self._tried.get(name), ours, now, self._rhythm)
        if reason is not None:
            self._tried[name] = now
            log.info("credentials are renewed", partner=name, reason=reason)
            await self._rotation.rotate(name)

    def _news_for(self, partner: Partner, news: Mapping[VersionNumber, str]) -> str | None:
        """Of ourselves, or of whom we pose as; None where we speak the version no more."""
        if partner.connection is None:
            return None
        version = partner.connection.version
        return news.get(version) if partner.pose is None else self._posed(partner, version)

    def _posed(self, partner: Partner, version: VersionNumber) -> str:
        return self._with.towards(partner).identity.fingerprint(version)
