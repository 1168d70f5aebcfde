"""One registration of a virtual partner, for one remote party: begun, renewed, ended.

It is a partner of its own among all others, by a name that tells whose part it is. What is there already is
left alone, so each step can be taken again, also by several processes at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hub.virtual.plan import who
from ocpi.errors import OcpiError
from ocpi.partners.model import Partner, PartnerState
from ocpi.partners.store import NameTaken, PartyTaken, Superseded
from ocpi.partners.virtual import Pose, Welcome, name_of
from ocpi.registration.handshake import Handshake
from ocpi.registration.identity import Identity
from ocpi.registration.named import NotNow, UnknownPartner
from ocpi.registration.rotation import Rotation
from ocpi.registration.service import Invited, Registration
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import opposite
from schemas.kinds import PartyId

LIFETIME: Final = timedelta(days=7)
"""Of an invitation, unless told otherwise."""
_TROUBLES: Final = (OcpiError, NameTaken, PartyTaken, Superseded, NotNow, UnknownPartner)
_CONNECTED: Final = frozenset({PartnerState.REGISTERED, PartnerState.SUSPENDED})
_BUSY: Final = _CONNECTED | {PartnerState.REGISTERING}


@dataclass(frozen=True, slots=True)
class Part:
    """`state` of None: there is none. `versions_url` is ours; `token` is a new TOKEN_A."""

    remote: PartyId
    name: str
    state: PartnerState | None
    versions_url: str
    token: CredentialsToken | None = None
    trouble: str | None = None


class Parts:
    """`posing` tells who the hub is on a connection.

    Whoever makes or ends parts has `one_hand` meanwhile, so that what an operator does and what is done by
    itself do not undo each other.
    """

    def __init__(self, *, handshake: Handshake, posing: Callable[[Pose], Identity]) -> None:
        self._with = handshake
        self._posing = posing
        self._directory = handshake.directory
        self.one_hand = asyncio.Lock()

    async def bring(
        self, virtual: Partner, remote: PartyId, welcome: Welcome | None, lifetime: timedelta = LIFETIME
    ) -> Part:
        """By a handshake where the partner welcomes us, else by an invitation; nothing where it is there."""
        held = self._directory.partner(name_of(virtual.name, remote))
        if held is not None and held.state in _BUSY:
            return self.shown(virtual, remote)
        return await self._tried(
            virtual, remote, lambda: self._begin(virtual, remote, welcome, lifetime, anew=True)
        )

    async def add(self, virtual: Partner, remote: PartyId) -> Part:
        """As `bring`, where there is none yet: what another process made in the meantime stays."""
        return await self._tried(virtual, remote, lambda: self._begin(virtual, remote, virtual.welcome))

    async def renew(self, virtual: Partner, remote: PartyId) -> Part:
        """New tokens on both sides; a new invitation where the last one was not used."""
        part = self._directory.partner(name_of(virtual.name, remote))
        if part is None or part.state not in _CONNECTED:
            return await self.bring(virtual, remote, virtual.welcome)
        return await self._tried(virtual, remote, lambda: self._exchange(part.name))

    async def end(self, part: Partner) -> Part:
        """Told to the far side, and forgotten here in any case."""
        pose = pose_of(part)
        try:
            trouble = await Registration(self._with).leave(part.name)
        except UnknownPartner:
            trouble = None  # another process was faster, or it had left by itself
        await self._forget(part.name)
        await self._directory.refresh()
        return Part(pose.party, part.name, None, self._url(pose), trouble=trouble)

    def shown(
        self,
        virtual: Partner,
        remote: PartyId,
        *,
        token: CredentialsToken | None = None,
        trouble: str | None = None,
    ) -> Part:
        """As it stands now."""
        name = name_of(virtual.name, remote)
        held = self._directory.partner(name)
        url = self._url(_pose_for(virtual, remote))
        return Part(remote, name, held.state if held else None, url, token, trouble)

    def of(self, name: str) -> dict[PartyId, Partner]:
        """Those of the virtual partner of that name, by their remote party."""
        mine = (each for each in self._directory.partners() if each.part_of == name)
        return {pose_of(each).party: each for each in mine}

    async def _begin(
        self,
        virtual: Partner,
        remote: PartyId,
        welcome: Welcome | None,
        lifetime: timedelta = LIFETIME,
        *,
        anew: bool = False,
    ) -> CredentialsToken | None:
        """TOKEN_A, where it is made here."""
        pose = _pose_for(virtual, remote)
        invited = Invited(
            name=name_of(virtual.name, remote),
            roles=virtual.allowed_roles,
            parties=virtual.allowed_parties,
            pose=pose,
            part_of=virtual.name,
            anew=anew,
        )
        registration = Registration(self._with.posing(self._posing(pose)))
        if welcome is None:
            return await registration.invite(invited, lifetime)
        await registration.register(invited, welcome.versions_url, welcome.token)
        return None

    async def _exchange(self, name: str) -> None:
        await Rotation(self._with).rotate(name)

    async def _tried(
        self, virtual: Partner, remote: PartyId, step: Callable[[], Awaitable[CredentialsToken | None]]
    ) -> Part:
        try:
            token = await step()
        except _TROUBLES as error:
            return self.shown(virtual, remote, trouble=str(error))
        return self.shown(virtual, remote, token=token)

    async def _forget(self, name: str) -> None:
        """An invitation that nobody used, or a part that left."""
        held = await self._with.partners.by_name(name)
        if held is not None and held.state in (PartnerState.INVITED, PartnerState.LEFT):
            await self._with.partners.forget(held)

    def _url(self, pose: Pose) -> str:
        return self._posing(pose).versions_url


def pose_of(part: Partner) -> Pose:
    if part.pose is None:
        raise TypeError(f"{part.name} is no part of a virtual partner")
    return part.pose


def _pose_for(virtual: Partner, remote: PartyId) -> Pose:
    _, role = who(virtual)
    return Pose(opposite(role), remote)
