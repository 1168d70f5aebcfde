"""What an operator does about a partner: invite, register with it, suspend, resume, leave.

A registration that fails, wherever it does, leaves nothing behind here; if the far side had accepted already,
its credentials are given back to it. For new tokens and other versions see `rotation`.
Spec: credentials of each version, Use cases.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ocpi.errors import DeliveryError
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Connection, Partner, PartnerState
from ocpi.partners.store import HANDSHAKE_LIFETIME
from ocpi.partners.virtual import Pose
from ocpi.process.logs import logger
from ocpi.registration.discovery import Discovered
from ocpi.registration.far_side import FarSide
from ocpi.registration.handshake import Handshake, connection
from ocpi.registration.named import NotNow, in_state, known
from ocpi.registration.offer import read_answer, token_in
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import Quirks
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import VersionNumber

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom the operator lets in, and as what. `parties` of None: any party that nobody else has.

    `part_of` names the virtual partner towards which, on this connection, we have the `pose`. `anew`: an
    invitation by that name that nobody has used may be replaced.
    """

    name: str
    roles: frozenset[str]
    parties: frozenset[PartyId] | None = None
    pose: Pose | None = None
    part_of: str | None = None
    anew: bool = False


class Registration:
    def __init__(self, handshake: Handshake) -> None:
        self._with = handshake

    @property
    def versions_url(self) -> str:
        return self._with.identity.versions_url

    async def invite(self, invited: Invited, lifetime: timedelta) -> CredentialsToken:
        """TOKEN_A, told once and kept only as a digest. Raises NameTaken."""
        token = CredentialsToken.generate()
        admission = Admission.of(token, Scope.HANDSHAKE, self._with.clock.now() + lifetime)
        partner = self._partner(invited, PartnerState.INVITED)
        await self._with.partners.add(partner, admission, anew=invited.anew)
        await self._with.directory.refresh()
        return token

    async def revoke(self, name: str) -> None:
        """Take an invitation back, also from whoever is using it now. Raises UnknownPartner, NotNow."""
        await self._with.partners.forget(in_state(self._with.directory, name, PartnerState.INVITED))
        await self._with.directory.refresh()

    async def register(
        self,
        invited: Invited,
        versions_url: str,
        token_a: CredentialsToken,
        version: VersionNumber | None = None,
    ) -> Partner:
        """Begin the handshake with the platform that gave us TOKEN_A, in the newest version that both speak
        unless one is named.

        Raises NameTaken, PartyTaken, Superseded, and the OcpiError that the far side caused.
        """
        versions = self._with.versions if version is None else self._with.spoken(version)
        token_b = CredentialsToken.generate()
        ends = self._with.clock.now() + HANDSHAKE_LIFETIME  # a crash leaves it behind
        admission = Admission.of(token_b, Scope.HANDSHAKE, ends)
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._with.directory.refresh)  # the last to be done
            undo.push_async_callback(self._with.partners.undo, invited.name, admission)
            partner = await self._with.partners.add(
                self._partner(invited, PartnerState.REGISTERING), admission, anew=invited.anew
            )
            await self._begin(undo, partner, versions_url, (token_a, token_b), versions)
            undo.pop_all()
        await self._with.directory.refresh()
        return known(self._with.directory, invited.name)

    async def leave(self, name: str) -> str | None:
        """Tell the far side, then forget its tokens in any case: what an operator ends has ended.

        What kept the far side from being told, if anything did. Raises UnknownPartner, NotNow.
        """
        partner = known(self._with.directory, name)
        if partner.state is PartnerState.VIRTUAL:
            raise NotNow(f"the partner {name!r} is virtual: it is removed with all its parts, as such")
        if partner.connection is None:
            await self._with.partners.forget(partner)
            trouble = None
        else:
            trouble = await self._part(partner.connection, partner.quirks)
            await self._with.partners.leave(name)
        await self._with.directory.refresh()
        return trouble

    async def approve(self, name: str, role: str, party: PartyId) -> Partner:
        """Let the partner act in a role that it claims.

        Raises UnknownPartner, NotNow, PartyTaken, Superseded.
        """
        partner = known(self._with.directory, name)
        current = partner.connection
        wanted = next((each for each in partner.pending if (each.role, each.party) == (role, party)), None)
        if current is None or wanted is None:
            raise NotNow(f"the partner {name!r} does not ask to be {party} as {role}")
        pending = tuple(each for each in current.pending if each != wanted)
        result = replace(current, roles=(*current.roles, wanted), pending=pending)
        await self._with.partners.approve(partner, result, wanted)
        await self._with.directory.refresh()
        return known(self._with.directory, name)

    async def suspend(self, name: str) -> Partner:
        """Refuse the partner, and send it nothing. Raises UnknownPartner, NotNow, Superseded."""
        return await self._move(name, PartnerState.REGISTERED, PartnerState.SUSPENDED)

    async def resume(self, name: str) -> Partner:
        return await self._move(name, PartnerState.SUSPENDED, PartnerState.REGISTERED)

    async def _begin(
        self,
        undo: AsyncExitStack,
        partner: Partner,
        versions_url: str,
        tokens: tuple[CredentialsToken, CredentialsToken],
        versions: Sequence[VersionNumber],
    ) -> None:
        """`tokens` are A and B; `undo` learns what must be taken back should this fail further on."""
        token_a, token_b = tokens
        far_side = self._with.far_side(token_a, versions[0])
        found = await self._with.discover(partner, far_side, versions_url, versions)
        mine = self._with.identity.credentials(token_b, found.version)
        theirs = await far_side.offer_credentials("POST", found.credentials_url, mine)
        undo.push_async_callback(self._give_back, found, theirs)
        offer = read_answer(theirs, found.version, partner, self._with.identity)
        await self._with.partners.connect(
            partner,
            connection(found, offer),
            Admission.of(token_b, Scope.FULL),
            self._with.clock.now(),
            told=self._with.identity.fingerprint(found.version, offer.roles),
            quirks=far_side.quirks(partner.quirks),
        )

    async def _give_back(self, found: Discovered, theirs: Any) -> None:
        """The far side believes that we are registered, and we are not."""
        token_c = token_in(theirs)
        if token_c is not None:
            await self._take_back(self._with.far_side(token_c, found.version), found.credentials_url)

    async def _part(self, current: Connection, quirks: Quirks) -> str | None:
        far_side = self._with.far_side(current.token, current.version, quirks)
        return await self._take_back(far_side, current.credentials_url)

    async def _take_back(self, far_side: FarSide, credentials_url: str) -> str | None:
        """Delete our credentials at the far side; what kept us from it, if anything did."""
        try:
            await far_side.withdraw_credentials(credentials_url)
        except DeliveryError as error:
            log.warning("credentials not taken back", url=credentials_url, error=error.text)
            return error.text
        return None

    async def _move(self, name: str, before: PartnerState, after: PartnerState) -> Partner:
        partner = in_state(self._with.directory, name, before)
        await self._with.partners.set_state(partner, after)
        await self._with.directory.refresh()
        return known(self._with.directory, name)

    def _partner(self, invited: Invited, state: PartnerState) -> Partner:
        return Partner(
            name=invited.name,
            state=state,
            allowed_roles=invited.roles,
            connection=None,
            created_at=self._with.clock.now(),
            allowed_parties=invited.parties,
            pose=invited.pose,
            part_of=invited.part_of,
        )
