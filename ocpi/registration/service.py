"""What an operator does about a partner: invite, register with it, renew, suspend, resume, leave.

A registration that fails leaves nothing behind here; if the far side had accepted already, its credentials
are given back to it. A renewal that ends in the dark keeps both tokens open, since either may be the one
that the far side knows.
Spec: 2.3.0 credentials, Use cases.
"""

from dataclasses import dataclass
from datetime import timedelta

from ocpi.errors import DeliveryError, InvalidParameters, OcpiError, Rejected, Unreadable
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Connection, Partner, PartnerState
from ocpi.partners.store import PartyTaken, Superseded
from ocpi.process.logs import logger
from ocpi.registration.discovery import Discovered, discover
from ocpi.registration.handshake import OVERLAP, Handshake, connection
from ocpi.registration.offer import Offer, read_offer
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId
from schemas.v2_3_0.credentials import Credentials

log = logger(__name__)


class UnknownPartner(Exception):
    """The operator named a partner that we do not have."""


class NotNow(Exception):
    """The partner is not in a state in which this can be done."""


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom the operator lets in, and as what. `parties` of None: any party that nobody else has."""

    name: str
    roles: frozenset[str]
    parties: frozenset[PartyId] | None = None


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
        await self._with.partners.add(self._partner(invited, PartnerState.INVITED), admission)
        await self._with.directory.refresh()
        return token

    async def register(self, invited: Invited, versions_url: str, token_a: CredentialsToken) -> Partner:
        """Begin the handshake with the platform that gave us TOKEN_A.

        Raises NameTaken, PartyTaken, Superseded, and the OcpiError that the far side caused.
        """
        token_b = CredentialsToken.generate()
        partner = await self._with.partners.add(
            self._partner(invited, PartnerState.REGISTERING), Admission.of(token_b, Scope.HANDSHAKE)
        )
        try:
            await self._begin(partner, versions_url, token_a, token_b)
        except (OcpiError, PartyTaken, Superseded):
            await self._with.partners.forget(partner)
            raise
        await self._with.directory.refresh()
        return self._known(invited.name)

    async def renew(self, name: str) -> Partner:
        """New tokens and endpoints on both sides. Raises UnknownPartner, NotNow, Superseded, OcpiError."""
        seen, current = self._active(name)
        found = await self._discover(current.versions_url, current.token)
        token_b = CredentialsToken.generate()
        admission = Admission.of(token_b, Scope.FULL)
        partner = await self._with.partners.admit_also(seen, admission)
        try:
            theirs = await self._offer("PUT", found, current.token, token_b)
        except Rejected:
            await self._with.partners.withdraw(name, admission)
            raise
        offer = self._read(theirs, partner)
        await self._with.partners.connect(
            partner, connection(found, offer), admission, self._with.clock.now(), OVERLAP
        )
        await self._with.directory.refresh()
        return self._known(name)

    async def leave(self, name: str) -> str | None:
        """Tell the far side, then forget its tokens in any case: what an operator ends has ended.

        What kept the far side from being told, if anything did.
        """
        partner = self._known(name)
        if partner.connection is None:
            await self._with.partners.forget(partner)
            trouble = None
        else:
            trouble = await self._take_back(partner.connection.credentials_url, partner.connection.token)
            await self._with.partners.leave(name)
        await self._with.directory.refresh()
        return trouble

    async def suspend(self, name: str) -> Partner:
        """Refuse the partner, and send it nothing. Raises UnknownPartner, NotNow, Superseded."""
        return await self._move(name, PartnerState.REGISTERED, PartnerState.SUSPENDED)

    async def resume(self, name: str) -> Partner:
        return await self._move(name, PartnerState.SUSPENDED, PartnerState.REGISTERED)

    async def _begin(
        self, partner: Partner, versions_url: str, token_a: CredentialsToken, token_b: CredentialsToken
    ) -> None:
        found = await self._discover(versions_url, token_a)
        theirs = await self._offer("POST", found, token_a, token_b)
        try:
            offer = self._read(theirs, partner)
            admission = Admission.of(token_b, Scope.FULL)
            await self._with.partners.connect(
                partner, connection(found, offer), admission, self._with.clock.now()
            )
        except (OcpiError, PartyTaken, Superseded):
            await self._give_back(found, theirs)
            raise

    async def _discover(self, versions_url: str, show: CredentialsToken) -> Discovered:
        return await discover(
            self._with.peer(show), versions_url, version=self._with.version, needed=self._with.needed
        )

    async def _offer(
        self, method: str, found: Discovered, show: CredentialsToken, token_b: CredentialsToken
    ) -> Credentials:
        mine = self._with.identity.credentials(token_b)
        return await self._with.peer(show).offer_credentials(method, found.credentials_url, mine)

    def _read(self, theirs: Credentials, partner: Partner) -> Offer:
        try:
            return read_offer(theirs, partner, self._with.identity)
        except InvalidParameters as error:
            raise Unreadable(f"the credentials of the far side are not acceptable: {error.text}") from error

    async def _give_back(self, found: Discovered, theirs: Credentials) -> None:
        """The far side believes that we are registered, and we are not."""
        try:
            token_c = CredentialsToken(theirs.token)
        except ValueError:
            return
        await self._take_back(found.credentials_url, token_c)

    async def _take_back(self, credentials_url: str, token: CredentialsToken) -> str | None:
        """Delete our credentials at the far side; what kept us from it, if anything did."""
        try:
            await self._with.peer(token).withdraw_credentials(credentials_url)
        except DeliveryError as error:
            log.warning("credentials not taken back", url=credentials_url, error=error.text)
            return error.text
        return None

    async def _move(self, name: str, before: PartnerState, after: PartnerState) -> Partner:
        partner = self._known(name)
        if partner.state is not before:
            raise NotNow(f"the partner {name!r} is {partner.state}, not {before}")
        await self._with.partners.set_state(partner, after)
        await self._with.directory.refresh()
        return self._known(name)

    def _partner(self, invited: Invited, state: PartnerState) -> Partner:
        return Partner(
            name=invited.name,
            state=state,
            allowed_roles=invited.roles,
            connection=None,
            created_at=self._with.clock.now(),
            allowed_parties=invited.parties,
        )

    def _known(self, name: str) -> Partner:
        partner = self._with.directory.partner(name)
        if partner is None or partner.state is PartnerState.LEFT:
            raise UnknownPartner(f"there is no partner named {name!r}")
        return partner

    def _active(self, name: str) -> tuple[Partner, Connection]:
        partner = self._known(name)
        if not partner.is_active or partner.connection is None:
            raise NotNow(f"the partner {name!r} is {partner.state}, not {PartnerState.REGISTERED}")
        return partner, partner.connection
