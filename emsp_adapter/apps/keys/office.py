"""Gives keys of the API out, takes them back, and says whose one is.

They begin with a mark of their own, so that a leaked one is found by those who search for it. No key, an
unknown one, an ended and a revoked one are told apart by nobody outside: all get the same 401, and whoever
goes on guessing 429. While somebody guesses at an address, only keys that are known in memory are looked for,
so a good one behind the same address, which may be that of a proxy, still opens.
"""

import secrets
from http import HTTPStatus
from typing import Final

from emsp_adapter.apps.keys.key import OFFICE_ONLY, UNBOUND_ONLY, Bound, Key, Kind
from emsp_adapter.apps.keys.store import KeyStore
from emsp_adapter.apps.problems import Refused
from emsp_adapter.contracts.of_drivers import ContractsOf
from ocpi.errors import InvalidParameters, UnknownObject
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.server.attempts import Attempts

log = logger(__name__)

MARK: Final = "passerelle-api-"
GUESSES: Final = 60
"""Wrong keys a minute from one address: an app with an old key, retrying, stays below."""
_SECRET_BYTES: Final = 32
_LONGEST: Final = 200
_KNOWN_FOR_S: Final = 10.0
_ASK: Final = {"WWW-Authenticate": 'Bearer realm="passerelle"'}


class KeyOffice:
    def __init__(self, store: KeyStore, contracts_of: ContractsOf, clock: Clock) -> None:
        self._store = store
        self._contracts_of = contracts_of
        self._clock = clock
        self._attempts = Attempts(clock, allowed=GUESSES, told="API keys are being guessed")
        self._digests: frozenset[str] = frozenset()
        self._digests_until_s = 0.0

    async def create(self, key: Key, operator: str) -> str:
        """The key itself, which nobody can be told again. Raises KeyNameTaken, InvalidParameters."""
        now = self._clock.now()
        _check(key)
        if key.expires_at is not None and key.expires_at <= now:
            raise InvalidParameters("a key ends in the future", pointer="/expires_at")
        written = MARK + secrets.token_urlsafe(_SECRET_BYTES)
        await self._store.add(key, written, operator, now)
        log.info("api key made", key_name=key.name, kind=key.kind, scopes=sorted(map(str, key.scopes)))
        return written

    async def revoke(self, name: str, operator: str) -> None:
        """Raises UnknownObject."""
        if not await self._store.revoke(name, operator, self._clock.now()):
            raise UnknownObject(f"there is no key {name!r}")

    async def admit(self, authorization: str | None, address: str) -> Key:
        """`authorization` is the header; `address` where the request came from. Raises Refused: 401, 429."""
        written = _bearer(authorization)
        is_guessing = self._attempts.are_too_many(address)
        key = await self._known(written, from_memory=is_guessing)
        if key is None:
            if authorization:
                self._attempts.failed(address)
            raise _many() if is_guessing and authorization else _unauthorized()
        await self._bound_rate(key)
        return key

    async def still(self, key: Key, authorization: str | None) -> bool:
        """Whether a key that opened a stream would open it now."""
        now = await self._known(_bearer(authorization), from_memory=False)
        return now is not None and now.opens == key.opens

    async def bound(self, key: Key) -> Bound:
        """Whose charging it is about, as of now: a driver may have got another contract."""
        if not key.is_bound:
            return Bound()
        of_drivers = await self._contracts_of(key.drivers) if key.drivers else set()
        return Bound.to([*(key.contracts or ()), *of_drivers])

    async def _known(self, written: str | None, *, from_memory: bool) -> Key | None:
        if written is None:
            return None
        digest = self._store.digest(written)
        if from_memory and digest not in await self._remembered():
            return None
        return await self._store.good(digest, self._clock.now())

    async def _bound_rate(self, key: Key) -> None:
        if key.per_minute is None:
            return
        now = self._clock.now()
        if await self._store.counted(key.name, now) > key.per_minute:
            text = f"this key may make {key.per_minute} requests a minute"
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, text, headers={"Retry-After": str(60 - now.second)})

    async def _remembered(self) -> frozenset[str]:
        """All digests as of a moment ago: however many guesses come, they are read now and then."""
        now_s = self._clock.monotonic()
        if now_s >= self._digests_until_s:
            self._digests, self._digests_until_s = await self._store.digests(), now_s + _KNOWN_FOR_S
        return self._digests


def _check(key: Key) -> None:
    """Raises InvalidParameters for scopes that such a key never has."""
    if key.kind is Kind.APP and (closed := sorted(key.scopes & OFFICE_ONLY)):
        raise InvalidParameters(f"a key of an app never has {', '.join(closed)}", pointer="/scopes")
    if key.is_bound and (closed := sorted(key.scopes & UNBOUND_ONLY)):
        text = f"{', '.join(closed)} is about everybody: such a key is bound to nobody"
        raise InvalidParameters(text, pointer="/scopes")


def _bearer(authorization: str | None) -> str | None:
    """None for what cannot be a key."""
    scheme, _, written = (authorization or "").partition(" ")
    written = written.strip()
    is_like_one = scheme.lower() == "bearer" and written.startswith(MARK) and len(written) <= _LONGEST
    return written if is_like_one else None


def _unauthorized() -> Refused:
    text = "an Authorization header with a valid key is needed: Bearer …"
    return Refused(HTTPStatus.UNAUTHORIZED, text, headers=_ASK)


def _many() -> Refused:
    text = "too many requests with wrong keys came from this address: wait a minute"
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, text, headers={"Retry-After": "60"})
