"""A limit that stations keep by themselves, for when nobody reaches them; and proof that they do.

An accepted profile is no kept one, so it is read back: in 2.x by the profile itself, else by the schedule
that the station makes of its profiles, where some show it during a charge alone. It is set again only after a
boot, or when it is gone: stations count how often they write.
Spec: OCPP 1.6, 3.13.1 (TxDefaultProfile, ChargePointMaxProfile), 5.7; OCPP 2.0.1, K01, K09.
"""

import asyncio
import secrets
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import (
    Intent,
    NotAsked,
    Outcome,
    SetFallback,
    StationRefused,
    TellProfile,
    TellSchedule,
)
from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from cpo_adapter.smart_charging import reports
from cpo_adapter.smart_charging.abilities import Abilities
from cpo_adapter.smart_charging.fallback_store import Fallback, FallbackStore, Standing, Wanted
from cpo_adapter.smart_charging.fitting import Unfit, fitted
from cpo_adapter.smart_charging.reports import ProfileReports
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.states import States
from ocpi.errors import UnknownObject
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.tasks import Supervisor

log = logger(__name__)

AFTER_S: Final = 15.0
"""A boot and its statuses come first."""
NUMBER: Final = 1
"""Of the profile; those of sessions bear the numbers of their transactions, which begin far above."""
_LARGEST_REQUEST: Final = 2**31 - 1


class Asker(Protocol):
    def is_connected(self, station: str) -> bool: ...

    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""

    async def schedule(self, station: str, intent: TellSchedule) -> Schedule | None:
        """None: the station would not say. Raises NotAsked."""


class Fallbacks:
    """A `Follower` of the registry."""

    def __init__(
        self,
        *,
        inventory: Inventory,
        states: States,
        asker: Asker,
        abilities: Abilities,
        reports: ProfileReports,
        store: FallbackStore,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._inventory = inventory
        self._states = states
        self._asker = asker
        self._abilities = abilities
        self._reports = reports
        self._store = store
        self._supervisor = supervisor
        self._clock = clock
        self._due: set[str] = set()

    def came(self, station: str) -> None:
        """A line that comes and goes brings no more than one question."""
        if self._wanted(station) is not None and station not in self._due:
            self._due.add(station)
            self._supervisor.start(f"{station} fallback", partial(self._soon, station))

    def went(self, station: str) -> None:
        """What it keeps is for that."""

    async def check(self, station: str) -> Fallback:
        """Now. Raises UnknownObject for a station that shall have none."""
        wanted = self._wanted(station)
        if wanted is None:
            raise UnknownObject(f"the inventory names no fallback for a station {station!r}")
        known = await self._store.get(station)
        try:
            fallback = await self._ensured(station, wanted, known)
        except (NotAsked, Unfit) as error:
            log.warning("fallback profile not checked", station=station, reason=str(error))
            fallback = Fallback(station, wanted, Standing.NOT_ASKED, self._clock.now())
        await self._store.put(fallback)
        if not fallback.standing.is_kept:
            log.error("station without fallback profile", station=station, why=fallback.standing.value)
        return fallback

    async def _soon(self, station: str) -> None:
        await self._clock.sleep(AFTER_S)
        self._due.discard(station)
        if self._asker.is_connected(station) and self._states.of(station).accepted:
            await self.check(station)

    def _wanted(self, station: str) -> Wanted | None:
        known = self._inventory.station(station)
        if known is None or known.fallback_a is None:
            return None
        return Wanted(known.fallback_a, known.fallback_purpose == "ChargePointMaxProfile")

    async def _ensured(self, station: str, wanted: Wanted, known: Fallback | None) -> Fallback:
        """Raises NotAsked, Unfit."""
        schedule = await self._schedule(station, wanted)
        if known is not None and self._may_stand(known, wanted):
            is_kept = await self._is_kept(station, schedule)
            if is_kept is not False:
                standing = Standing.VERIFIED if is_kept else known.standing
                return Fallback(station, wanted, standing, known.at)
        intent = SetFallback(NUMBER, schedule, is_for_all=wanted.is_for_all)
        outcome = await self._asker.ask(station, intent)
        if outcome is not Outcome.ACCEPTED:
            return Fallback(station, wanted, Standing.REFUSED, self._clock.now())
        standing = _STANDINGS[await self._is_kept(station, schedule)]
        return Fallback(station, wanted, standing, self._clock.now())

    def _may_stand(self, known: Fallback, wanted: Wanted) -> bool:
        booted_at = self._states.of(known.station).booted_at
        is_since = booted_at is None or booted_at <= known.at
        return known.wanted == wanted and known.standing.is_kept and is_since

    async def _schedule(self, station: str, wanted: Wanted) -> Schedule:
        """In the station's own unit."""
        limit = Limit(0, Decimal(wanted.amperes))
        whole = Schedule(begins_at=self._clock.now(), unit=RateUnit.A, limits=(limit,))
        spot = next(self._inventory.spots(station))
        return fitted(whole, await self._abilities.of(station), spot.evse.connectors[0])

    async def _is_kept(self, station: str, wanted: Schedule) -> bool | None:
        """None where the station does not show it, one way or the other."""
        request = secrets.randbelow(_LARGEST_REQUEST) + 1
        reported = self._reports.expect(request)
        try:
            outcome = await self._asker.ask(station, TellProfile(request, NUMBER))
            if outcome is Outcome.UNKNOWN:
                return False
            if outcome is Outcome.ACCEPTED:
                async with asyncio.timeout(reports.WITHIN_S):
                    return any(_is_it(wanted, each) for each in await reported)
        except (StationRefused, TimeoutError) as error:
            log.info("station does not report its profiles", station=station, reason=str(error))
        finally:
            self._reports.forget(request)
        return await self._limits_by_it(station, wanted)

    async def _limits_by_it(self, station: str, wanted: Schedule) -> bool | None:
        outlet = Outlet(next(self._inventory.spots(station)).evse.number)
        try:
            found = await self._asker.schedule(station, TellSchedule(outlet, 60, wanted.unit))
        except StationRefused:
            return None
        if found is None or not found.limits or found.unit is not wanted.unit:
            return None
        return True if found.limits[0].rate <= wanted.limits[0].rate else None


_STANDINGS: Final = {True: Standing.VERIFIED, False: Standing.DIFFERS, None: Standing.NOT_SHOWN}


def _is_it(wanted: Schedule, kept: reports.KeptProfile) -> bool:
    told = (kept.number, kept.unit, kept.limits)
    return told == (NUMBER, wanted.unit, wanted.limits)
