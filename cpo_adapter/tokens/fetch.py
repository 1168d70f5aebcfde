"""The tokens of one issuer, fetched page by page: nothing is held but the page at hand.

What is held already, to the byte, is not written again. A token that the issuer lists no more stays as it is:
issuers do not delete tokens, they tell that they are not valid any more.
Spec: 2.3.0 mod_tokens, GET method; Token object (valid, last_updated).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from ocpi.client.crawl import Found, Page, Window
from ocpi.client.line import Line
from ocpi.client.lines import Lines
from ocpi.client.tokens import every
from ocpi.errors import InvalidParameters
from ocpi.objects.kinds import token_key
from ocpi.objects.record import Original, Outcome, Record
from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.pulling.fetching import Told
from ocpi.pulling.rhythm import Extent, Fetched
from ocpi.versions.known import CANONICAL
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import EMSP
from schemas import codec
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.tokens import Token

log = logger(__name__)

OVERLAP: Final = timedelta(days=1)
"""A token may bear an older date than the moment at which it could be fetched first."""
WITHIN: Final = timedelta(hours=6)
A_PAGE: Final = 1000
AT_ONCE: Final = 2
"""Pages at hand, whoever sends them: nobody waits for an issuer that is slow."""

Arrived = Callable[[Sequence[Record]], Awaitable[None]]
"""Told of tokens that were held before and say something else now."""


@dataclass(frozen=True, slots=True)
class Result:
    """`new` counts those that were not held so; `bad` were no tokens of that issuer."""

    seen: int = 0
    new: int = 0
    bad: int = 0

    def plus(self, new: int, bad: int, seen: int) -> "Result":
        return Result(self.seen + seen, self.new + new, self.bad + bad)


class Fetcher:
    def __init__(
        self,
        *,
        party: PartyId,
        directory: Directory,
        lines: Lines,
        store: ObjectStore,
        changed: Arrived,
        clock: Clock,
    ) -> None:
        self._party = party
        self._directory = directory
        self._lines = lines
        self._store = store
        self._changed = changed
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)

    async def fetch(self, issuer: PartyId, _: str, extent: Extent, fetched: Fetched) -> Told:
        """Raises OcpiError; what was read until then is kept."""
        partner = self._directory.route_to(issuer, EMSP)
        routing = Routing(to=issuer, sender=self._party)
        line = self._lines.to(partner, routing, self._clock.now() + WITHIN)
        since = None if extent is Extent.ALL or fetched.until is None else fetched.until - OVERLAP
        result = Result()
        async for page in every(line, Context(owner=issuer), Window(since=since, limit=A_PAGE)):
            async with self._places:
                result = await self._take(line, issuer, page, result)
        log.info("tokens fetched", issuer=str(issuer), extent=extent, seen=result.seen, new=result.new)
        return {"last": asdict(result)}

    async def _take(self, line: Line, issuer: PartyId, page: Page[Token], so_far: Result) -> Result:
        read = [_record(line, issuer, each) for each in page.found]
        records = [each for each in read if each is not None]
        bad = len(page.bad) + len(read) - len(records)
        new = await self._keep(records)
        return so_far.plus(new, bad, len(page.bad) + len(read))

    async def _keep(self, records: Sequence[Record]) -> int:
        held = await self._store.digests([each.database_id for each in records])
        new = [each for each in records if held.get(each.database_id) != each.digest]
        outcomes = await asyncio.gather(*(self._store.put(each) for each in new))
        told = list(zip(new, outcomes, strict=True))
        changed = [each for each, outcome in told if outcome is Outcome.UPDATED]
        if changed:
            await self._changed(changed)
        return sum(outcome is not Outcome.STALE for outcome in outcomes)


def _record(line: Line, issuer: PartyId, found: Found[Token]) -> Record | None:
    """As the issuer wrote it; None for what is no token of the issuer's."""
    token = found.model
    try:
        owner = PartyId(token.country_code, token.party_id)
        key = token_key(owner, token.uid, str(token.type))
    except (InvalidParameters, ValueError):
        return None
    if owner != issuer:
        return None
    if line.version == CANONICAL:
        return Record(key, token.last_updated, found.body)
    return Record(key, token.last_updated, codec.dump(token), original=Original(line.version, found.body))
