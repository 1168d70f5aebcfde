"""Gives access tokens out, takes them back, and says whose one is.

They begin with a mark of their own: what is no such token is not looked for among them, and a leaked one is
found by those who search for it.
"""

import secrets
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.access.store import AccessStore, Grant
from ocpi.errors import InvalidParameters, UnknownObject
from ocpi.partners.directory import Directory
from ocpi.partners.reading import Reading
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId

log = logger(__name__)

MARK: Final = "passerelle-read-"
_SECRET_BYTES: Final = 32
_MOST_REMEMBERED: Final = 1_000


class AccessOffice:
    def __init__(self, store: AccessStore, directory: Directory, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def create(self, reading: Reading, last_day: date, operator: str) -> CredentialsToken:
        """Nobody can be told this token again. Raises AccessNameTaken, InvalidParameters."""
        now, expires_at = self._clock.now(), _end_of(last_day)
        if expires_at <= now:
            raise InvalidParameters(f"{last_day} is over", pointer="/expires")
        if not self._is_known(reading.party):
            text = f"{reading.party} is not connected here, and no agreement names it"
            raise InvalidParameters(text, pointer="/party")
        token = CredentialsToken(MARK + secrets.token_urlsafe(_SECRET_BYTES))
        await self._store.add(Grant(reading, expires_at, operator), token, now)
        return token

    async def revoke(self, name: str, operator: str) -> None:
        """Raises UnknownObject."""
        if not await self._store.revoke(name, operator, self._clock.now()):
            raise UnknownObject(f"there is no access token {name!r}")

    async def admit(self, token: CredentialsToken, from_memory: bool) -> Reading | None:  # noqa: FBT001 - Readers
        """While somebody guesses at the address, only tokens that were good before are looked for."""
        digest = token.digest()
        if not token.reveal().startswith(MARK) or (from_memory and digest not in self._seen):
            return None
        reading = await self._store.used(token, self._clock.now())
        if reading is not None:
            self._remember(digest)
            log.info("bills read by token", access=reading.name, party=str(reading.party))
        return reading

    def _remember(self, digest: str) -> None:
        self._seen[digest] = None
        self._seen.move_to_end(digest)
        if len(self._seen) > _MOST_REMEMBERED:
            self._seen.popitem(last=False)

    def _is_known(self, party: PartyId) -> bool:
        return self._directory.is_connected(party) or bool(self._directory.agreements_of(party))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC) + timedelta(days=1)
