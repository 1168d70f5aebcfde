"""The far side comes with its credentials: register, renew, leave.

While it waits for the answer we call it back with its token and read its endpoints; until the last write
nothing of the old is touched, and of two who come with the same token one wins.
Spec: 2.3.0 credentials, Use cases; POST, PUT and DELETE method.
"""

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
from ocpi.partners.model import Connection, PartnerState
from ocpi.partners.store import PartyTaken, Superseded
from ocpi.registration.discovery import Discovered, discover
from ocpi.registration.handshake import OVERLAP, Handshake, connection
from ocpi.registration.offer import Offer, read_offer
from ocpi.wire.credentials_token import CredentialsToken
from schemas.v2_3_0.credentials import Credentials

CALL_BACK_WITHIN_S: Final = 8.0  # twice: the far side waits meanwhile, and gives up after some 30 s
_NO_TIME: Final = timedelta(0)
Json = dict[str, Any]


class Acceptance:
    def __init__(self, handshake: Handshake) -> None:
        self._with = handshake

    def ours(self, token: CredentialsToken) -> Credentials:
        """What GET shows: ourselves, and the token that the caller used."""
        return self._with.identity.credentials(token)

    async def register(self, caller: Admitted, theirs: Json) -> Credentials:
        """Raises AlreadyRegistered, ValidationError, InvalidParameters, CannotUseTheirApi and the like."""
        if caller.partner.state is not PartnerState.INVITED:
            raise AlreadyRegistered("this platform is registered already: PUT replaces its credentials")
        try:
            return await self._accept(caller, theirs, overlap=_NO_TIME)
        except Superseded as error:
            raise AlreadyRegistered("this token was used for another registration meanwhile") from error

    async def renew(self, caller: Admitted, theirs: Json) -> Credentials:
        """As `register`; raises NotRegistered. What the far side showed before stays good for a while."""
        if not caller.partner.is_active:
            raise NotRegistered("there are no credentials to replace: POST them first")
        try:
            return await self._accept(caller, theirs, overlap=OVERLAP)
        except Superseded as error:
            raise InvalidParameters("these credentials were changed by another request meanwhile") from error

    async def part(self, caller: Admitted) -> None:
        """The far side takes its credentials back."""
        if not caller.partner.is_active:
            raise NotRegistered("there are no credentials to delete")
        await self._with.partners.leave(caller.partner.name)
        await self._with.directory.refresh()

    async def _accept(self, caller: Admitted, theirs: Json, *, overlap: timedelta) -> Credentials:
        offer = read_offer(Credentials.model_validate(theirs), caller.partner, self._with.identity)
        found = await self._call_back(offer)
        token_c = CredentialsToken.generate()
        answer = self._with.identity.credentials(token_c)
        await self._keep(caller, connection(found, offer), token_c, overlap)
        return answer

    async def _call_back(self, offer: Offer) -> Discovered:
        peer = self._with.peer(offer.token, within_s=CALL_BACK_WITHIN_S)
        try:
            return await discover(
                peer, offer.versions_url, version=self._with.version, needed=self._with.needed
            )
        except DeliveryError as error:
            raise CannotUseTheirApi(f"your API cannot be used: {error.text}") from error

    async def _keep(
        self, caller: Admitted, result: Connection, token_c: CredentialsToken, overlap: timedelta
    ) -> None:
        admission = Admission.of(token_c, Scope.FULL)
        try:
            await self._with.partners.connect(
                caller.partner, result, admission, self._with.clock.now(), overlap
            )
        except PartyTaken as error:
            raise InvalidParameters(str(error), pointer="/roles") from error
        await self._with.directory.refresh()
