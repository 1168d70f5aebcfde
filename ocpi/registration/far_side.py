"""A platform in the middle of a handshake, when nobody can know yet how it reads a token.

The spelling of its version is tried first; a platform that answers 401 hears the others too, and the one that
opened is kept for it. A request that was refused so has changed nothing, so asking again is safe.
Spec: transport_and_format of each version, Authorization header; OCPI issues 212 and 369.
"""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, Final, TypeVar

from ocpi.client.peer import Peer
from ocpi.errors import Rejected
from ocpi.wire.quirks import Quirk, Quirks, usual
from schemas.base import OcpiModel
from schemas.v2_1_1.versions import VersionDetails
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.versions import Version

SPELLINGS: Final = (Quirk.BASE64_TOKEN, Quirk.RAW_TOKEN, Quirk.NEWLINE_TOKEN)

Answer = TypeVar("Answer")


class FarSide:
    """`peer` makes the platform callable in a spelling; `known` are quirks that were found earlier."""

    def __init__(self, peer: Callable[[Quirks], Peer], known: Quirks, version: VersionNumber) -> None:
        self._peer = peer
        self._is_known = not known.isdisjoint(SPELLINGS)
        self._version = version
        self._order = _first(*known) if self._is_known else _first(usual_spelling(version))

    def expect(self, version: VersionNumber) -> None:
        """What follows goes to addresses of this version."""
        if version != self._version and not self._is_known:
            self._order = _first(usual_spelling(version))
        self._version = version

    def quirks(self, before: Quirks) -> Quirks:
        """Those of before, with the spelling that opened if it is not that of the version."""
        others = before.difference(SPELLINGS)
        spelling = self._order[0]
        return others if spelling is usual_spelling(self._version) else others | {spelling}

    async def versions(self, url: str) -> list[Version]:
        return await self._ask(lambda peer: peer.versions(url))

    async def details(self, url: str) -> VersionDetails:
        return await self._ask(lambda peer: peer.details(url))

    async def offer_credentials(self, method: str, url: str, mine: OcpiModel) -> Any:
        return await self._ask(lambda peer: peer.offer_credentials(method, url, mine))

    async def withdraw_credentials(self, url: str) -> None:
        await self._ask(lambda peer: peer.withdraw_credentials(url))

    async def _ask(self, question: Callable[[Peer], Awaitable[Answer]]) -> Answer:
        *others, last = self._order
        for spelling in others:
            try:
                return self._opened(spelling, await question(self._peer(frozenset({spelling}))))
            except Rejected as error:
                if not is_unknown(error):
                    raise
        return self._opened(last, await question(self._peer(frozenset({last}))))

    def _opened(self, spelling: Quirk, answer: Answer) -> Answer:
        self._order = _first(spelling)
        return answer


def usual_spelling(version: VersionNumber) -> Quirk:
    return Quirk.RAW_TOKEN if Quirk.RAW_TOKEN in usual(version) else Quirk.BASE64_TOKEN


def is_unknown(error: Rejected) -> bool:
    """Whether the token was at fault, or its spelling."""
    return error.http == HTTPStatus.UNAUTHORIZED


def _first(*favourites: Quirk) -> Sequence[Quirk]:
    return sorted(SPELLINGS, key=lambda each: each not in favourites)
