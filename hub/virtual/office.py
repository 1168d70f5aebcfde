"""All registrations of a virtual partner at a time, as the operator wants them.

Either side may begin: the hub invites, with a token and a versions URL for each remote party; or it registers
with the partner, by a token for each or by one that is good for all. One registration that fails keeps no
other from its turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from hub.virtual.parts import LIFETIME, Part, Parts
from hub.virtual.plan import remotes, who
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner, PartnerState
from ocpi.partners.store import NameTaken, PartnerStore
from ocpi.partners.virtual import Welcome
from ocpi.partners.virtual_store import VirtualStore
from ocpi.process.clock import Clock
from ocpi.registration.named import NotNow, UnknownPartner, in_state
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId

AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """A partner of 2.1.1. `tokens`, by remote party, are good once each at `versions_url`; the token of a
    `welcome` is good for every remote party, now and later.
    """

    name: str
    party: PartyId
    role: str
    welcome: Welcome | None = None
    versions_url: str | None = None
    tokens: Mapping[PartyId, CredentialsToken] = field(default_factory=dict)
    lifetime: timedelta = LIFETIME

    def welcome_for(self, remote: PartyId) -> Welcome | None:
        token = self.tokens.get(remote)
        if token is None or self.versions_url is None:
            return self.welcome
        return Welcome(self.versions_url, token)


class Office:
    def __init__(
        self, *, parts: Parts, store: VirtualStore, partners: PartnerStore, directory: Directory, clock: Clock
    ) -> None:
        self._parts = parts
        self._store = store
        self._partners = partners
        self._directory = directory
        self._clock = clock

    async def create(self, wanted: Wanted) -> list[Part]:
        """The partner and its registrations, as far as they are not there. Raises NameTaken, PartyTaken."""
        async with self._parts.one_hand:
            virtual = await self._known(wanted)

            async def bring(remote: PartyId) -> Part:
                return await self._parts.bring(virtual, remote, wanted.welcome_for(remote), wanted.lifetime)

            return await _each(self.remotes(virtual), bring)

    async def rotate(self, name: str, only: Collection[PartyId] | None = None) -> list[Part]:
        """New tokens, or new invitations where they were not used. Raises UnknownPartner, NotNow."""
        async with self._parts.one_hand:
            virtual = self.virtual(name)
            chosen = _chosen([each.remote for each in self.listed(name)], only)
            return await _each(chosen, lambda remote: self._parts.renew(virtual, remote))

    async def remove(self, name: str, only: Collection[PartyId] | None = None) -> list[Part]:
        """Everything, on both sides; or what is there for parties with whom no agreement goes on.

        Raises UnknownPartner, NotNow.
        """
        async with self._parts.one_hand:
            parts = self._parts.of(name)
            chosen = _chosen(parts, only)
            if only is None:
                await self._partners.leave(self.virtual(name).name)
                await self._directory.refresh()
            else:
                self._check_over(name, only)
            return await _each(chosen, lambda remote: self._parts.end(parts[remote]))

    def virtual(self, name: str) -> Partner:
        """Raises UnknownPartner, NotNow."""
        return in_state(self._directory, name, PartnerState.VIRTUAL)

    def listed(self, name: str) -> list[Part]:
        """Registrations that are there, and those that should be. Raises UnknownPartner, NotNow."""
        virtual = self.virtual(name)
        return [
            self._parts.shown(virtual, each)
            for each in sorted({*self._parts.of(name), *self.remotes(virtual)})
        ]

    def remotes(self, virtual: Partner) -> list[PartyId]:
        """Those with whom it deals now, or will."""
        party, role = who(virtual)
        return remotes(party, role, self._directory.agreements_of(party), self._clock.now().date())

    def _check_over(self, name: str, parties: Collection[PartyId]) -> None:
        needed = sorted(set(parties).intersection(self.remotes(self.virtual(name))))
        if needed:
            listed = ", ".join(map(str, needed))
            raise NotNow(f"the agreement with {listed} goes on, and needs its registration")

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
            created_at=self._clock.now(),
            welcome=wanted.welcome,
        )


def _chosen(parties: Iterable[PartyId], only: Collection[PartyId] | None) -> list[PartyId]:
    """Raises UnknownPartner."""
    there = list(parties)
    if only is not None and (missing := sorted(set(only).difference(there))):
        raise UnknownPartner(f"there is no registration for {', '.join(map(str, missing))}")
    return there if only is None else [party for party in there if party in only]


async def _each(parties: Iterable[PartyId], step: Callable[[PartyId], Awaitable[Part]]) -> list[Part]:
    """A few at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(party: PartyId) -> Part:
        async with places:
            return await step(party)

    return list(await asyncio.gather(*(one(party) for party in parties)))
