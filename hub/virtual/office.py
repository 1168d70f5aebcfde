"""Makes, renews and ends the registrations of a virtual partner, all of them at a time.

Either side may begin: the hub invites, with a token and a versions URL for each remote party; or it registers
with the partner, by a token for each or by one that is good for all. Whatever is there already is left alone,
so every step can be taken again; one registration that fails keeps no other from its turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from hub.virtual.plan import remotes, who
from ocpi.errors import OcpiError
from ocpi.partners.model import Partner, PartnerState
from ocpi.partners.store import NameTaken, PartyTaken, Superseded
from ocpi.partners.virtual import Pose, Welcome, name_of
from ocpi.partners.virtual_store import VirtualStore
from ocpi.registration.handshake import Handshake
from ocpi.registration.identity import Identity
from ocpi.registration.named import NotNow, UnknownPartner, in_state
from ocpi.registration.rotation import Rotation
from ocpi.registration.service import Invited, Registration
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import opposite
from schemas.kinds import PartyId

AT_ONCE: Final = 8
LIFETIME: Final = timedelta(days=7)
"""Of an invitation, unless told otherwise."""
_TROUBLES: Final = (OcpiError, NameTaken, PartyTaken, Superseded, NotNow, UnknownPartner)
_CONNECTED: Final = frozenset({PartnerState.REGISTERED, PartnerState.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Part:
    """One registration: `versions_url` is ours, `token` is told once, to whom is invited by it."""

    remote: PartyId
    name: str
    state: str
    versions_url: str
    token: CredentialsToken | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A partner of 2.1.1. `tokens`, by remote party, are good once each at `versions_url`, where the token of
    a `welcome` is good for every remote party, now and later.
    """

    name: str
    party: PartyId
    role: str
    welcome: Welcome | None = None
    versions_url: str | None = None
    tokens: Mapping[PartyId, CredentialsToken] = field(default_factory=dict)
    lifetime: timedelta = LIFETIME


class Office:
    """`posing` tells who the hub is on a connection."""

    def __init__(
        self, *, handshake: Handshake, store: VirtualStore, posing: Callable[[Pose], Identity]
    ) -> None:
        self._with = handshake
        self._store = store
        self._posing = posing
        self._directory = handshake.directory

    async def create(self, wanted: Wanted) -> list[Part]:
        """The partner and its registrations, as far as they are not there. Raises NameTaken, PartyTaken."""
        virtual = await self._known(wanted)
        doors = {remote: self._door(wanted, remote) for remote in self.remotes(virtual)}
        return await _each(
            doors, lambda remote: self.bring(virtual, remote, doors[remote], wanted.lifetime)
        )

    async def rotate(self, name: str, only: Collection[PartyId] | None = None) -> list[Part]:
        """New tokens for each registration, or an invitation that is new. Raises UnknownPartner, NotNow."""
        virtual = self.virtual(name)
        chosen = _chosen([each.remote for each in self.parts(name)], only)
        return await _each(chosen, lambda remote: self._renew(virtual, remote))

    async def remove(self, name: str) -> list[Part]:
        """Everything, on both sides. Raises UnknownPartner, NotNow."""
        self.virtual(name)
        parts = self._parts_of(name)
        await self._with.partners.leave(name)
        await self._directory.refresh()
        return await _each(parts, lambda remote: self.end(parts[remote]))

    async def bring(
        self, virtual: Partner, remote: PartyId, welcome: Welcome | None, lifetime: timedelta = LIFETIME
    ) -> Part:
        """The registration for one remote party: nothing to do, or a handshake, or an invitation."""
        held = self._directory.partner(name_of(virtual.name, remote))
        if held is not None and held.state in (*_CONNECTED, PartnerState.REGISTERING):
            return self._part(virtual, remote)
        return await self._tried(virtual, remote, lambda: self._begin(virtual, remote, welcome, lifetime))

    async def end(self, part: Partner) -> Part:
        """Told to the far side, and forgotten here in any case."""
        pose = _pose(part)
        trouble = await self._left(part)
        return Part(pose.party, part.name, PartnerState.LEFT, self._url(pose), trouble=trouble)

    def virtual(self, name: str) -> Partner:
        """Raises UnknownPartner, NotNow."""
        return in_state(self._directory, name, PartnerState.VIRTUAL)

    def parts(self, name: str) -> list[Part]:
        """Those that are there, and those that should be. Raises UnknownPartner, NotNow."""
        virtual = self.virtual(name)
        there = self._parts_of(name)
        return [self._part(virtual, each) for each in sorted({*there, *self.remotes(virtual)})]

    def remotes(self, virtual: Partner) -> list[PartyId]:
        party, role = who(virtual)
        return remotes(party, role, self._directory.agreements_of(party), self._with.clock.now().date())

    async def _known(self, wanted: Wanted) -> Partner:
        held = self._directory.partner(wanted.name)
        if held is None or held.state is PartnerState.LEFT:
            await self._store.add(self._new(wanted))
        elif held.state is not PartnerState.VIRTUAL or who(held) != (wanted.party, wanted.role):
            raise NameTaken(f"a partner named {wanted.name!r} exists already, and is another one")
        elif wanted.welcome is not None:
            await self._store.set_welcome(wanted.name, wanted.welcome)
        await self._directory.refresh()
        return self.virtual(wanted.name)

    def _new(self, wanted: Wanted) -> Partner:
        return Partner(
            name=wanted.name,
            state=PartnerState.VIRTUAL,
            allowed_roles=frozenset({wanted.role}),
            allowed_parties=frozenset({wanted.party}),
            connection=None,
            created_at=self._with.clock.now(),
            welcome=wanted.welcome,
        )

    def _door(self, wanted: Wanted, remote: PartyId) -> Welcome | None:
        token = wanted.tokens.get(remote)
        if token is None or wanted.versions_url is None:
            return wanted.welcome
        return Welcome(wanted.versions_url, token)

    async def _renew(self, virtual: Partner, remote: PartyId) -> Part:
        part = self._directory.partner(name_of(virtual.name, remote))
        if part is None or part.state not in _CONNECTED:
            return await self.bring(virtual, remote, virtual.welcome)

        async def exchange() -> None:
            await Rotation(self._with).rotate(part.name)

        return await self._tried(virtual, remote, exchange)

    async def _begin(
        self, virtual: Partner, remote: PartyId, welcome: Welcome | None, lifetime: timedelta
    ) -> CredentialsToken | None:
        """TOKEN_A, where it was made here."""
        invited = self._invited(virtual, remote)
        registration = Registration(self._with.posing(self._posing(_pose(invited))))
        await self._forget(invited.name)
        if welcome is None:
            return await registration.invite(invited, lifetime)
        await registration.register(invited, welcome.versions_url, welcome.token)
        return None

    async def _tried(
        self, virtual: Partner, remote: PartyId, step: Callable[[], Awaitable[CredentialsToken | None]]
    ) -> Part:
        try:
            token = await step()
        except _TROUBLES as error:
            return self._part(virtual, remote, trouble=str(error))
        return self._part(virtual, remote, token=token)

    async def _left(self, part: Partner) -> str | None:
        try:
            trouble = await Registration(self._with).leave(part.name)
        except UnknownPartner:
            trouble = None  # another process was faster, or it had left by itself
        await self._forget(part.name)
        await self._directory.refresh()
        return trouble

    async def _forget(self, name: str) -> None:
        """An invitation that nobody used, or one that left."""
        held = await self._with.partners.by_name(name)
        if held is not None and held.connection is None and held.state is not PartnerState.REGISTERING:
            await self._with.partners.forget(held)

    def _invited(self, virtual: Partner, remote: PartyId) -> Invited:
        _, role = who(virtual)
        return Invited(
            name=name_of(virtual.name, remote),
            roles=virtual.allowed_roles,
            parties=virtual.allowed_parties,
            pose=Pose(opposite(role), remote),
            part_of=virtual.name,
        )

    def _part(
        self,
        virtual: Partner,
        remote: PartyId,
        *,
        token: CredentialsToken | None = None,
        trouble: str | None = None,
    ) -> Part:
        """As it stands now."""
        invited = self._invited(virtual, remote)
        held = self._directory.partner(invited.name)
        state = "NONE" if held is None else str(held.state)
        return Part(remote, invited.name, state, self._url(_pose(invited)), token, trouble)

    def _parts_of(self, name: str) -> dict[PartyId, Partner]:
        return {_pose(each).party: each for each in self._directory.partners() if each.part_of == name}

    def _url(self, pose: Pose) -> str:
        return self._posing(pose).versions_url


def _pose(part: Partner | Invited) -> Pose:
    if part.pose is None:
        raise TypeError(f"{part.name} is no part of a virtual partner")
    return part.pose


def _chosen(parties: Iterable[PartyId], only: Collection[PartyId] | None) -> list[PartyId]:
    found = [party for party in parties if only is None or party in only]
    if only is not None and len(found) < len(set(only)):
        missing = sorted(set(only).difference(found))
        raise UnknownPartner(f"there is no registration for {', '.join(map(str, missing))}")
    return found


async def _each(parties: Iterable[PartyId], step: Callable[[PartyId], Awaitable[Part]]) -> list[Part]:
    """A few at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(party: PartyId) -> Part:
        async with places:
            return await step(party)

    return list(await asyncio.gather(*(one(party) for party in parties)))
