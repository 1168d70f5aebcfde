"""The far side comes with its credentials: register, renew, leave.

While it waits for the answer we call it back with its token and read its endpoints in the version that it
called; until the last write nothing of the old is touched, and of two who come with the same token one wins.
A renewal in another version than before moves the connection there.
Spec: credentials of each version, Use cases; POST, PUT and DELETE method; cases C-009 to C-018.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from ocpi.errors import (
    AlreadyRegistered,
    CannotUseTheirApi,
    DeliveryError,
    InvalidParameters,
    NotRegistered,
)
from ocpi.partners.directory import Admitted
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Connection, Partner, PartnerState, PartyRole
from ocpi.partners.store import PartyTaken, Superseded
from ocpi.process.logs import logger
from ocpi.registration.discovery import Discovered
from ocpi.registration.far_side import FarSide
from ocpi.registration.handshake import OVERLAP, Handshake, connection
from ocpi.registration.offer import Offer, parse, read_offer
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import Quirks
from schemas.base import OcpiModel
from schemas.v2_3_0.enums import VersionNumber

CALL_BACK_WITHIN_S: Final = 8.0  # twice: the far side waits meanwhile, and gives up after some 30 s
log = logger(__name__)
_NO_TIME: Final = timedelta(0)
Json = dict[str, Any]


class Acceptance:
    """Credentials are asked and told as `version` has them, which is that of the address that was called."""

    def __init__(self, handshake: Handshake) -> None:
        self._with = handshake

    def towards(self, caller: Admitted) -> "Acceptance":
        return Acceptance(self._with.towards(caller.partner))

    def ours(self, caller: Admitted, version: VersionNumber) -> OcpiModel:
        """What GET shows: ourselves, and the token that the caller used."""
        return self._with.identity.credentials(caller.token, version, caller.partner.roles)

    async def register(self, caller: Admitted, theirs: Json, version: VersionNumber) -> OcpiModel:
        """Raises AlreadyRegistered, ValidationError, InvalidParameters, CannotUseTheirApi and the like."""
        if caller.partner.state is not PartnerState.INVITED:
            raise AlreadyRegistered("this platform is registered already: PUT replaces its credentials")
        try:
            return await self._accept(caller, theirs, version, overlap=_NO_TIME)
        except Superseded as error:
            raise AlreadyRegistered("this invitation was used or taken back meanwhile") from error

    async def renew(self, caller: Admitted, theirs: Json, version: VersionNumber) -> OcpiModel:
        """As `register`; raises NotRegistered. What the far side showed before stays good for a while."""
        if not caller.partner.is_active:
            raise NotRegistered("there are no credentials to replace: POST them first")
        try:
            return await self._accept(caller, theirs, version, overlap=OVERLAP)
        except Superseded as error:
            raise InvalidParameters("these credentials were changed by another request meanwhile") from error

    async def part(self, caller: Admitted) -> None:
        """The far side takes its credentials back."""
        if not caller.partner.is_active:
            raise NotRegistered("there are no credentials to delete")
        await self._with.partners.leave(caller.partner.name)
        await self._with.directory.refresh()

    async def _accept(
        self, caller: Admitted, theirs: Json, version: VersionNumber, *, overlap: timedelta
    ) -> OcpiModel:
        offer = read_offer(parse(theirs, version), caller.partner, self._with.identity)
        self._check_free(offer.pending, caller.partner)
        known = caller.partner.quirks
        far_side = self._with.far_side(offer.token, version, known, within_s=CALL_BACK_WITHIN_S)
        found = await self._call_back(caller.partner, far_side, offer, version)
        before = caller.partner.connection
        result = connection(found, offer, spare=before.token if before else None)
        token_c = CredentialsToken.generate()
        answer = self._with.identity.credentials(token_c, version, offer.roles)
        await self._keep(caller, result, token_c, overlap, far_side.quirks(known))
        return answer

    def _check_free(self, pending: Iterable[PartyRole], partner: Partner) -> None:
        """Raises InvalidParameters for what cannot be approved, since another platform is that."""
        for each in pending:
            speaker = self._with.directory.speaker(each.party, each.role)
            if speaker is not None and speaker.name != partner.name:
                text = f"another platform is registered for {each.party} as {each.role}"
                raise InvalidParameters(text, pointer="/roles")
            log.warning("role waits for approval", partner=partner.name, role=f"{each.role} {each.party}")

    async def _call_back(
        self, partner: Partner, far_side: FarSide, offer: Offer, version: VersionNumber
    ) -> Discovered:
        try:
            return await self._with.discover(partner, far_side, offer.versions_url, [version])
        except DeliveryError as error:
            raise CannotUseTheirApi(f"your API cannot be used: {error.text}") from error

    async def _keep(
        self,
        caller: Admitted,
        result: Connection,
        token_c: CredentialsToken,
        overlap: timedelta,
        quirks: Quirks,
    ) -> None:
        try:
            await self._with.partners.connect(
                caller.partner,
                result,
                Admission.of(token_c, Scope.FULL),
                self._with.clock.now(),
                overlap,
                told=self._with.identity.fingerprint(result.version, result.roles),
                quirks=quirks,
            )
        except PartyTaken as error:
            raise InvalidParameters(str(error), pointer="/roles") from error
        await self._with.directory.refresh()
