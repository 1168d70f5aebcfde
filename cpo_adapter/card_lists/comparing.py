"""One station's list of cards made what it should be.

A change is tried where the station has the list that it took from us; where it has another, or does not take
the change, it gets the whole. One that does not take that either keeps no list: the feature is off there.
Spec: OCPP 1.6, 5.15 (SendLocalList, UpdateStatus); 2.0.1, D01.
"""

from typing import Final, Protocol

from cpo_adapter.card_lists.planning import Cards, changes, fitting, whole
from cpo_adapter.card_lists.store import CardListStore, Kept
from cpo_adapter.ocpp.card_lists import UNKNOWN, ListLimits, SetList
from cpo_adapter.ocpp.intents import Intent, Outcome, StationRefused
from ocpi.process.clock import Clock
from ocpi.process.logs import logger

log = logger(__name__)

_LONGEST_UID: Final = {"ocpp1.6": 20}
_LONGEST_ELSEWHERE: Final = 36


class Asker(Protocol):
    """All that asks a station raises NotAsked."""

    def subprotocol(self, station: str) -> str | None: ...

    async def ask(self, station: str, intent: Intent) -> Outcome: ...

    async def list_version(self, station: str) -> int: ...

    async def list_limits(self, station: str) -> ListLimits: ...


class GaveUp(Exception):
    """The station keeps no list of ours, for the reason that is told."""


class Comparing:
    def __init__(self, *, store: CardListStore, asker: Asker, clock: Clock) -> None:
        self._store = store
        self._asker = asker
        self._clock = clock
        self._limits: dict[str, ListLimits] = {}
        self._is_off: set[str] = set()

    def forget(self, station: str) -> None:
        """What it said of itself: it may be another when it comes again."""
        self._limits.pop(station, None)
        self._is_off.discard(station)

    async def bring_up_to_date(self, station: str, wanted: Cards, *, has_just_come: bool) -> None:
        """One that has just come may have lost what it had. Raises NotAsked."""
        kept = await self._store.kept(station)
        if station in self._is_off or (kept is None and not wanted):
            return
        try:
            await self._compare(station, kept, wanted, has_just_come=has_just_come)
        except StationRefused as refused:
            if not refused.is_ignorance:
                raise
            await self._give_up(station, f"it answered {refused}")
        except GaveUp as reason:
            await self._give_up(station, str(reason))

    async def _give_up(self, station: str, reason: str) -> None:
        log.warning("a station keeps no list of cards", station=station, reason=reason)
        self._is_off.add(station)
        await self._store.is_off(station, reason, self._clock.now())

    async def _compare(self, station: str, kept: Kept | None, wanted: Cards, *, has_just_come: bool) -> None:
        limits = await self._limits_of(station)
        longest = _LONGEST_UID.get(self._asker.subprotocol(station) or "", _LONGEST_ELSEWHERE)
        cards = fitting(wanted, limits, longest)
        if kept is not None and kept.cards == cards and not has_just_come:
            return
        version = await self._sent(station, kept, cards, limits)
        await self._store.took(station, version, cards, self._clock.now())
        log.info("list of cards on a station", station=station, version=version, cards=len(cards))

    async def _limits_of(self, station: str) -> ListLimits:
        limits = self._limits.get(station) or await self._asker.list_limits(station)
        if not limits.is_on:
            raise GaveUp("it has no such list, or has it switched off")
        self._limits[station] = limits
        return limits

    async def _sent(self, station: str, kept: Kept | None, cards: Cards, limits: ListLimits) -> int:
        """The number of the list that it has then."""
        has = await self._asker.list_version(station)
        if has == UNKNOWN:
            raise GaveUp("it tells no number of a list")
        if kept is not None and kept.version == has:
            change = changes(kept.cards, cards, has, limits)
            if await self._takes(station, change):
                return change[-1].version if change else has
        plan = whole(cards, has, limits)
        if not await self._takes(station, plan):
            raise GaveUp("it did not take the list that it was sent")
        return plan[-1].version

    async def _takes(self, station: str, plan: list[SetList]) -> bool:
        for each in plan:
            outcome = await self._asker.ask(station, each)
            if outcome is Outcome.NOT_SUPPORTED:
                raise GaveUp("it has no such list")
            if outcome is not Outcome.ACCEPTED:
                log.info("list of cards not taken", station=station, version=each.version, outcome=outcome)
                return False
        return True
