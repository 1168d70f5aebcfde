"""Partners and agreements as this process knows them now.

Every request asks who is calling and which partner serves a party, so both are answered from memory.
The memory is read anew after each change made here, and every two seconds for what other processes change.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ocpi.errors import UnknownReceiver, Unreachable, Unregistered
from ocpi.partners import agreement_store, groups
from ocpi.partners.agreement_documents import read_agreement
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.dealings import Dealings
from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Partner
from ocpi.partners.reading import Reading
from ocpi.partners.snapshot import Known, Snapshot
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import Clock
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import CPO, EMSP, Side, opposite, serving_role
from schemas.kinds import PartyId

REFRESH_S: Final = 2.0
_BESIDE_PARTNERS: Final = {agreement_store.COLLECTION: {}, groups.COLLECTION: groups.REVISIONS}
"""What is read in one trip with them, since that happens all the time."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A caller whose token is good, and how far it is good; `news` if its use ends other tokens.

    `reading` is that of a token that only reads; its partner is no platform.
    """

    partner: Partner
    token: CredentialsToken
    scope: Scope
    news: Admission | None = None
    reading: Reading | None = None


class Directory(Dealings):
    """`on_admitted` is called with each partner that shows a good token."""

    def __init__(self, *, partners: PartnerStore, agreements: AgreementStore, clock: Clock) -> None:
        super().__init__(clock)
        self._partners = partners
        self._agreements = agreements
        self._one_at_a_time = asyncio.Lock()
        self._asked = self._answered = 0
        self._listeners: list[Callable[[], None]] = []
        self._admitted: list[Callable[[Partner], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Have it called whenever the memory was read anew."""
        self._listeners.append(listener)

    def on_admitted(self, listener: Callable[[Partner], None]) -> None:
        """Have it called with each partner that shows a good token."""
        self._admitted.append(listener)

    async def refresh(self) -> None:
        """What was written before this was called is known when it returns.

        One reading does for all who waited until it began.
        """
        asked = self._asked = self._asked + 1
        async with self._one_at_a_time:  # else a slow reading could replace one that began after it
            if self._answered < asked:
                await self._read()

    async def _read(self) -> None:
        answered = self._asked
        partners, others = await self._partners.all_and(_BESIDE_PARTNERS)
        self._now = Snapshot.of(
            partners,
            map(read_agreement, others[agreement_store.COLLECTION]),
            await self._agreements.groups.at(others[groups.COLLECTION]),
        )
        self._answered = answered
        for listener in self._listeners:
            listener()

    async def keep_fresh(self) -> None:
        while True:
            await self._clock.sleep(REFRESH_S)
            await self.refresh()

    async def admit(self, token: CredentialsToken, *, from_memory: bool = False) -> Admitted | None:
        """Whose token this is; None for an unknown, expired or withdrawn one.

        Looked up by its digest, so how long it takes says nothing of the tokens that are good (A-8). One that
        is missing in memory is looked for in the database, unless it may only be `from_memory`: another
        process may have just issued it.
        """
        digest = token.digest()
        known = self._now.admissions.get(digest)
        if known is None and not from_memory:
            known = await self._newly_issued(digest)
        if known is None or not known.admission.is_good_at(self._clock.now()):
            return None
        for listener in self._admitted:
            listener(known.partner)
        news = known.admission if known.is_news else None
        return Admitted(known.partner, token, known.admission.scope, news)

    async def settle(self, admitted: Admitted) -> None:
        """The partner was seen to use this token: those that it replaced are good no more."""
        if admitted.news is not None:
            await self._partners.settle(admitted.partner.name, admitted.news)
            await self.refresh()

    async def _newly_issued(self, digest: str) -> Known | None:
        found = await self._partners.by_digest(digest)
        if found is None:
            return None
        partner, admissions = found
        admission = next(each for each in admissions if each.digest == digest)
        return Known.of(partner, admission, admissions)

    def partners(self) -> list[Partner]:
        return list(self._now.partners.values())

    def active_partners(self) -> list[Partner]:
        return [partner for partner in self._now.partners.values() if partner.is_active]

    def partner(self, name: str) -> Partner | None:
        return self._now.partners.get(name)

    def speaker(self, party: PartyId, *roles: str, remote: PartyId | None = None) -> Partner | None:
        """The platform of the party itself in the first of these roles that it has; hubs do not count.

        A virtual partner is the part of it that is registered for `remote`; any, where none is named.
        """
        found = (self._now.speaker(party, role, remote) for role in roles)
        return next((partner for partner in found if partner is not None), None)

    def is_connected(self, party: PartyId) -> bool:
        """Whether a platform of its own speaks for the party, in whatever role."""
        return any(party == each for each, _ in (*self._now.speakers, *self._now.virtual))

    def is_virtual(self, party: PartyId) -> bool:
        """Whether it is connected by registrations of 2.1.1, one for each remote party."""
        return any((party, role) in self._now.virtual for role in (CPO, EMSP))

    def route_to(self, party: PartyId, *roles: str, remote: PartyId | None = None) -> Partner:
        """The partner that speaks for the party to `remote`, else the hub that can pass things on.

        Raises Unreachable when the operator suspended the way, Unregistered when a virtual partner has none
        for the remote party, UnknownReceiver when there is none at all.
        """
        partner = self.speaker(party, *roles, remote=remote)
        if partner is None and any((party, role) in self._now.virtual for role in roles):
            raise Unregistered(f"{party} is not registered for {remote}")
        partner = partner or self._hub_for(party, roles)
        if partner is None:
            raise UnknownReceiver(f"no partner speaks for {party} as {' or '.join(roles)}")
        if not partner.is_active:
            raise Unreachable(f"{party} is not connected: its platform is suspended")
        return partner

    def _hub_for(self, party: PartyId, roles: Sequence[str]) -> Partner | None:
        """The hub itself where it is the party, else the one that names the party, else the only one."""
        hubs = self._now.hubs
        chosen = next((each for each in hubs if each.hub_party == party), None)
        chosen = chosen or next((each for each in hubs if each.speaks_for(party, *roles)), None)
        return chosen or (hubs[0] if len(hubs) == 1 else None)

    def is_hub(self, party: PartyId) -> bool:
        return any(each.hub_party == party for each in self._now.hubs)

    def endpoint_of(self, partner: Partner, module: str, side: Side) -> str | None:
        return partner.connection.endpoint(module, side) if partner.connection else None


def calling_role(module: str, side: Side) -> str:
    """The role in which somebody calls this side of a module."""
    return opposite(serving_role(module, side))
