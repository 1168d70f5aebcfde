"""How a station comes to its key and its security profile, at first and later.

A password that somebody read is good once: as soon as its station is there, it is changed over the wire. A
new key is kept, and known to all processes, before the station is told, and good beside the old one
until it is known to be taken over: by the station's word, or by its use. A profile is only ever raised.
Spec: OCPP security whitepaper, A01 (password update), A05 (profile upgrade), A00.FR.005 (no downgrade);
OCPP-J 1.6, 6.2.2.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from cpo_adapter.ocpp.basic_auth import SHORTEST_KEY_BYTES
from cpo_adapter.ocpp.credentials import Profile
from cpo_adapter.ocpp.intents import Intent, NotAsked, Outcome, RaiseProfile, SetKey
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.knocks import Knocks
from cpo_adapter.stations.network_profile import NetworkProfiles
from cpo_adapter.stations.told import Told
from ocpi.errors import UnknownObject
from ocpi.process import logs
from ocpi.registration.named import NotNow

_log = logs.logger(__name__)

_KEY_BYTES: Final = 20
"""The most that 1.6 lets a station have; as hex digits, the most that 2.0.1 lets it have."""


class Asker(Protocol):
    def is_connected(self, station: str) -> bool: ...

    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""


@dataclass(frozen=True, slots=True)
class Added:
    """What an installer enters, told this once."""

    station: str
    password: str = field(repr=False)
    profile: Profile


class Provisioning:
    def __init__(
        self,
        *,
        ring: KeyRing,
        asker: Asker,
        networks: NetworkProfiles,
        knocks: Knocks,
        everywhere: Callable[[], Awaitable[object]],
        highest: Profile,
    ) -> None:
        """`everywhere`: have the other processes know the keys as they are, for stations come to any.

        `highest`: the strongest profile by which a station can come in here.
        """
        self._ring = ring
        self._asker = asker
        self._networks = networks
        self._knocks = knocks
        self._everywhere = everywhere
        self._highest = highest
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def add(self, station: str, *, anew: bool = False) -> Added:
        """A new password. `anew`: also for a station that has a key, which is void then. Raises NotNow."""
        async with self._turns[station]:
            if self._ring.kept(station).digest is not None and not anew:
                raise NotNow(f"{station} has a key already; a new one makes that void: ask for it anew")
            key = secrets.token_bytes(_KEY_BYTES)
            await self._begin(station, self._ring.digest_of(key))
        return Added(station, key.hex().upper(), self._profile(station))

    async def adopt(self, station: str) -> None:
        """Trust an unknown station with the password that it knocked with last. Raises NotNow."""
        knock = await self._knocks.of(station)
        if knock is None or self._ring.is_known(station):
            raise NotNow(f"no unknown station knocked as {station}")
        if knock.digest is None:
            raise NotNow(
                f"{station} showed no password of {SHORTEST_KEY_BYTES} bytes or more: add it, which makes one"
            )
        async with self._turns[station]:
            await self._begin(station, knock.digest)

    async def rotate(self, station: str) -> Told:
        """Give it another key over the wire. Raises UnknownObject, NotNow."""
        async with self._turns[station]:
            self._check_is_here(station)
            key = secrets.token_bytes(_KEY_BYTES)
            digest = self._ring.digest_of(key)
            await self._ring.offer(station, digest)
            await self._everywhere()
            told = await self._tell(station, SetKey(key))
            if told.is_accepted:
                await self._ring.put_in_force(station, digest)
        return told

    async def raise_profile(self, station: str, profile: Profile) -> Told:
        """Raises UnknownObject, NotNow; ValueError for what is no raise."""
        async with self._turns[station]:
            self._check_is_here(station)
            self._check_is_raise(station, profile)
            await self._ring.put(station, raised_to=int(profile))
            await self._everywhere()
            told = await self._tell_profile(station, profile)
            if told.outcome in {Outcome.REJECTED, Outcome.NOT_SUPPORTED}:
                await self._ring.put(station, raised_to=None)
        return told

    async def _begin(self, station: str, digest: bytes) -> None:
        """As a station that comes for the first time, whatever it was before."""
        await self._ring.put(
            station,
            key_digest=digest,
            next_key_digests=None,
            is_one_time=True,
            is_added=None if self._ring.is_in_inventory(station) else True,
            security_profile=None,
            raised_to=None,
        )
        await self._knocks.forget(station)
        await self._everywhere()

    async def _tell_profile(self, station: str, profile: Profile) -> Told:
        """1.6 has a key for it, 2.x a way to connect."""
        if self._networks.are_spoken(station):
            return await self._networks.raise_to(station, profile)
        return await self._tell(station, RaiseProfile(int(profile)))

    async def _tell(self, station: str, intent: Intent) -> Told:
        try:
            told = Told(await self._asker.ask(station, intent))
        except NotAsked as error:
            told = Told(None, str(error))
        what = type(intent).__name__
        _log.info("station told", station=station, what=what, outcome=told.outcome, reason=told.reason)
        return told

    def _profile(self, station: str) -> Profile:
        credentials = self._ring.credentials(station)
        return credentials.profile if credentials else Profile.BASIC

    def _check_is_here(self, station: str) -> None:
        if not self._ring.is_known(station):
            raise UnknownObject(f"there is no station {station}")
        if not self._asker.is_connected(station):
            raise NotNow(f"{station} is not connected")

    def _check_is_raise(self, station: str, profile: Profile) -> None:
        least = self._profile(station)
        if profile <= least:
            raise ValueError(f"{station} uses profile {int(least)}; a profile is never lowered over the wire")
        if profile > self._highest:
            raise NotNow(f"nobody can come in by profile {int(profile)} here: the settings offer no such way")
        if profile is not Profile.TLS_CERTIFICATE and self._ring.kept(station).digest is None:
            raise NotNow(f"{station} has no key to come in with: add one first")
        if self._networks.are_spoken(station):
            self._networks.check_fits(profile)
