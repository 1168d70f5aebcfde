"""New tokens for a partner that we are connected to, and perhaps another version.

Nobody may be locked out, whatever fails and whenever: our new token is good before it is sent, the old one
until the partner uses the new one. What we show stays what it was until the far side has told something
else, and even then the former is kept until the new one was seen to open. An answer that never came leaves
it open which token the far side knows: both stay good here.
Spec: credentials of each version, PUT method; OCPI issue 568 (a rotation is no transaction).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from ocpi.errors import DeliveryError, Rejected, Unreadable
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Connection, Partner
from ocpi.partners.store import PartyTaken, Superseded
from ocpi.process.logs import logger
from ocpi.registration.discovery import Discovered
from ocpi.registration.far_side import FarSide, is_unknown
from ocpi.registration.handshake import OVERLAP, Handshake, connection
from ocpi.registration.named import active, known
from ocpi.registration.offer import read_answer, token_in
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import Quirks
from schemas.v2_3_0.enums import VersionNumber

log = logger(__name__)


class Rotation:
    def __init__(self, handshake: Handshake) -> None:
        self._with = handshake

    async def rotate(self, name: str) -> Partner:
        """New tokens and endpoints on both sides. Raises UnknownPartner, NotNow, Superseded, OcpiError."""
        _, current = active(self._with.directory, name)
        return await self.switch(name, current.version)

    async def switch(self, name: str, version: VersionNumber) -> Partner:
        """As `rotate`, and from then on in this version."""
        seen, current = active(self._with.directory, name)
        return await Rotation(self._with.towards(seen)).exchange(seen, current, version)

    async def exchange(self, seen: Partner, current: Connection, version: VersionNumber) -> Partner:
        """With a partner as it was seen, by who we are to it. Raises as `switch`."""
        shown, far_side, found = await self._opening(seen, current, self._with.spoken(version))
        token_b = CredentialsToken.generate()
        admission = Admission.of(token_b, Scope.FULL)
        partner = await self._with.partners.admit_also(seen, admission)
        await self._with.directory.refresh()
        quirks = far_side.quirks(partner.quirks)
        try:
            theirs = await self._put(partner, far_side, found, token_b)
            try:
                offer = read_answer(theirs, found.version, partner, self._with.identity)
                await self._keep(partner, connection(found, offer, spare=shown), admission, quirks)
            except (Unreadable, PartyTaken):
                await self._keep_tokens(partner, current, theirs, admission)
                raise
        finally:
            await self._with.directory.refresh()
        return known(self._with.directory, seen.name)

    async def confirm(self, partner: Partner) -> None:
        """See which of two tokens opens at the far side after an exchange, and show that one.

        Does nothing for a partner that has one, or does not answer now. Raises Superseded.
        """
        current = partner.connection
        if current is None or current.spare is None:
            return
        try:
            opens = await self._which(partner, current, (current.token, current.spare))
        except DeliveryError:
            return
        if opens is None:
            log.warning("no token opens any more", partner=partner.name)
            return
        spare = None if opens is current.token else current.token
        await self._with.partners.show(partner, opens, spare)
        await self._with.directory.refresh()

    async def _opening(
        self, partner: Partner, current: Connection, versions: Sequence[VersionNumber]
    ) -> tuple[CredentialsToken, FarSide, Discovered]:
        """The token that opens at the far side, and what is found there."""
        try:
            return await self._discover(partner, current, current.token, versions)
        except Rejected as error:
            if current.spare is None or not is_unknown(error):
                raise
            return await self._discover(partner, current, current.spare, versions)

    async def _discover(
        self,
        partner: Partner,
        current: Connection,
        show: CredentialsToken,
        versions: Sequence[VersionNumber],
    ) -> tuple[CredentialsToken, FarSide, Discovered]:
        far_side = self._with.far_side(show, current.version, partner.quirks)
        found = await self._with.discover(partner, far_side, current.versions_url, versions)
        return show, far_side, found

    async def _which(
        self, partner: Partner, current: Connection, tokens: Sequence[CredentialsToken]
    ) -> CredentialsToken | None:
        for token in tokens:
            try:
                far_side = self._with.far_side(token, current.version, partner.quirks)
                await far_side.versions(current.versions_url)
            except Rejected as error:
                if not is_unknown(error):
                    raise
            else:
                return token
        return None

    async def _put(
        self, partner: Partner, far_side: FarSide, found: Discovered, token_b: CredentialsToken
    ) -> Any:
        """What the far side answers. A clear no ends the new token; after anything else it may be in use."""
        mine = self._with.identity.credentials(token_b, found.version, partner.roles)
        try:
            return await far_side.offer_credentials("PUT", found.credentials_url, mine)
        except Rejected as error:
            if error.http < HTTPStatus.INTERNAL_SERVER_ERROR:
                await self._with.partners.withdraw(partner.name, Admission.of(token_b, Scope.FULL))
            raise
        except DeliveryError:
            log.warning("it is not known which token the partner has", partner=partner.name)
            raise

    async def _keep(
        self, partner: Partner, result: Connection, admission: Admission, quirks: Quirks | None = None
    ) -> None:
        """A change that the operator made meanwhile stands, and so do the new tokens.

        Raises PartyTaken; Superseded when the connection itself is another one by now.
        """
        told = self._with.identity.fingerprint(result.version, result.roles)
        connect = partial(self._with.partners.connect, overlap=OVERLAP, told=told)
        now = self._with.clock.now()
        try:
            await connect(partner, result, admission, now, quirks=quirks)
        except Superseded:
            changed = await self._with.partners.by_name(partner.name)
            if changed is None or not _is_same(changed.connection, partner.connection):
                raise
            await connect(changed, result, admission, now)

    async def _keep_tokens(
        self, partner: Partner, current: Connection, theirs: Any, admission: Admission
    ) -> None:
        """The far side changed its tokens, but what else it says is not acceptable: that stays as it was."""
        token_c = token_in(theirs)
        if token_c is not None:
            await self._keep(partner, replace(current, token=token_c, spare=current.token), admission)


def _is_same(one: Connection | None, other: Connection | None) -> bool:
    return one is not None and other is not None and one.token.reveal() == other.token.reveal()
