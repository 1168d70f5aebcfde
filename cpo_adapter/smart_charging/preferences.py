"""What a driver wants of a session: which of the connector's tariffs, by when and how much.

Whoever can wait is charged by another tariff, so there must be one of that kind, and we must know for how
long. What is wanted is kept with the session; from then on its energy has the price that goes with it.
Spec: 2.3.0 mod_sessions, PUT method of the Sender Interface; ChargingPreferences; ProfileType.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Protocol

from cpo_adapter.commands.control import is_of
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin, Transaction
from cpo_adapter.stations.model import Inventory
from ocpi.errors import UnknownObject
from ocpi.process.clock import Clock
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import Capability, ChargingPreferencesResponse, ProfileType, TariffType
from schemas.v2_3_0.sessions import ChargingPreferences
from schemas.v2_3_0.tariffs import Tariff

_TARIFFS: Final[Mapping[ProfileType, TariffType]] = MappingProxyType(
    {
        ProfileType.CHEAP: TariffType.PROFILE_CHEAP,
        ProfileType.FAST: TariffType.PROFILE_FAST,
        ProfileType.GREEN: TariffType.PROFILE_GREEN,
        ProfileType.REGULAR: TariffType.REGULAR,
    }
)
PROFILES: Final = frozenset(_TARIFFS.values()) - {TariffType.REGULAR}
_SECOND: Final = timedelta(seconds=1)
_WAITS: Final = frozenset({ProfileType.CHEAP, ProfileType.GREEN})


class PreferenceDesk(Protocol):
    async def prefer(self, begin: Begin, preferences: ChargingPreferences, tariff_id: str) -> None:
        """Kept when it returns; whatever is told of the session from then on rests on it."""


class Preferences:
    def __init__(
        self, *, transactions: TransactionStore, inventory: Inventory, desk: PreferenceDesk, clock: Clock
    ) -> None:
        self._transactions = transactions
        self._inventory = inventory
        self._desk = desk
        self._clock = clock

    async def put(
        self, party: PartyId, session_id: str, wanted: ChargingPreferences
    ) -> ChargingPreferencesResponse:
        """Raises UnknownObject, also where the EVSE leaves nothing to prefer."""
        found = await self._transactions.of_session(session_id)
        if found is None or not is_of(found.begin, party):
            raise UnknownObject(f"there is no session {session_id!r}")
        if not self._is_able(found.begin):
            raise UnknownObject("this EVSE takes no charging preferences")
        tariff = tariff_for(wanted.profile_type, found.begin.terms.tariffs)
        answer = judged(found, wanted, tariff, self._clock.now())
        if answer is ChargingPreferencesResponse.ACCEPTED and tariff is not None:
            await self._desk.prefer(found.begin, wanted, tariff.id)
        return answer

    def _is_able(self, begin: Begin) -> bool:
        spot = self._inventory.spot(begin.station, begin.outlet.evse)
        return spot is not None and spot.evse.can(Capability.CHARGING_PREFERENCES_CAPABLE)


def tariff_for(profile: ProfileType, tariffs: Iterable[Tariff]) -> Tariff | None:
    """One without a type is for every session, so for regular ones too."""
    wanted = _TARIFFS[profile]
    of_none = [None] if profile is ProfileType.REGULAR else []
    return next((each for each in tariffs if each.type in (wanted, *of_none)), None)


def judged(
    session: Transaction, wanted: ChargingPreferences, tariff: Tariff | None, now: datetime
) -> ChargingPreferencesResponse:
    if tariff is None:
        return ChargingPreferencesResponse.PROFILE_TYPE_NOT_SUPPORTED
    if wanted.profile_type in _WAITS and wanted.departure_time is None:
        return ChargingPreferencesResponse.DEPARTURE_REQUIRED
    if wanted.profile_type in _WAITS and wanted.energy_need is None:
        return ChargingPreferencesResponse.ENERGY_NEED_REQUIRED
    is_possible = session.end is None and _is_in_time(session.begin.terms.max_power_w, wanted, now)
    return ChargingPreferencesResponse.ACCEPTED if is_possible else ChargingPreferencesResponse.NOT_POSSIBLE


def _is_in_time(max_power_w: int, wanted: ChargingPreferences, now: datetime) -> bool:
    """Whether the connector at full power could do it before the driver leaves."""
    if wanted.departure_time is None:
        return True
    left = Decimal((wanted.departure_time - now) // _SECOND)
    needed_wh = (wanted.energy_need or 0) * 1000
    return left > 0 and needed_wh <= max_power_w * left / 3600
