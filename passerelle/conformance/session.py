"""One run from beginning to end: get in by a token or by registering, look, and leave nothing behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.interfaces import CPO, EMSP
from passerelle.conformance.catalogue import catalogue
from passerelle.conformance.exchange import Wrong
from passerelle.conformance.opening import CannotBegin, discover, introduce
from passerelle.conformance.runner import examine, unseen
from passerelle.conformance.target import Target
from passerelle.conformance.verdict import Verdict
from schemas.kinds import PartyId
from simulators.dialect import VERSIONS
from simulators.partner import SimulatedPartner


@dataclass(frozen=True, slots=True)
class Wanted:
    """`token` is that of a registered partner, or TOKEN_A where `registers`.

    `own` is the party it was given to. `listen` is where the platform's calls arrive, `callback_url` what it
    is told about that.
    """

    versions_url: str
    token: CredentialsToken
    own: PartyId
    role: str | None = None
    version: str | None = None
    plays: str | None = None
    may_write: bool = False
    registers: bool = False
    listen: tuple[str, int] = ("127.0.0.1", 0)
    callback_url: str | None = None


async def run(wanted: Wanted) -> tuple[Target, list[Verdict]]:
    """Raises CannotBegin. Cases come in the order of their numbers."""
    async with _opened(wanted) as target:
        cases = catalogue()
        found = [verdict async for verdict in examine(target, cases, may_write=wanted.may_write)]
    return target, sorted([*found, *unseen()], key=lambda verdict: verdict.number)


@asynccontextmanager
async def _opened(wanted: Wanted) -> AsyncIterator[Target]:
    async with SimulatedPartner(
        (wanted.plays or EMSP, wanted.own),
        versions=VERSIONS,
        listen=wanted.listen,
        public_url=wanted.callback_url,
    ) as us:
        target = Target(us, wanted.versions_url, own=wanted.own, role=wanted.role or "")
        if wanted.registers:
            target.token_a = wanted.token
        else:
            us.their_token = wanted.token
        await discover(target, wanted.version)
        await introduce(target, wanted.role)
        us.roles = ((wanted.plays or (CPO if target.role == EMSP else EMSP), wanted.own),)
        try:
            yield target
        finally:
            await _leave(target)


async def _leave(target: Target) -> None:
    """What this run registered, it takes back, also when it was broken off."""
    if not target.us.is_registered:
        return
    try:
        await target.configure("DELETE", target.credentials_url)
    except Wrong as error:
        raise CannotBegin(f"the registration of this run could not be taken back: {error}") from error
