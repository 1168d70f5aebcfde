"""Which cards issuers may have told of: one that is certainly not among them need not be looked up.

A bit for each card, at a place that its digest tells, so a yes may be in vain and a no never is. What this
process stores is noted before it is written; what others store is learned within two seconds, until when the
issuer is asked, who knows best. An index that could not be kept up says yes to everything.
"""

import hashlib
import math
import mmap
from typing import Final

from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from schemas.kinds import ObjectKind

EVERY_S: Final = 1.0
GOOD_FOR_S: Final = 4.0
_AT_ONCE: Final = 5000
_BYTES: Final = 1 << 24
"""Of a million cards one in 130 that nobody told of is looked up."""


class ToldIndex:
    def __init__(self, *, store: ObjectStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._bits = mmap.mmap(-1, _BYTES)  # zeros that take no memory until one is set
        self._settled = 0
        self._good_until_s = -math.inf

    def note(self, record: Record) -> None:
        self._set(record.key.id.lower())

    def may_hold(self, card_id: str) -> bool:
        """`card_id` is that of a token, in lower case."""
        if self._clock.monotonic() > self._good_until_s:
            return True
        place = _place(card_id)
        return bool(self._bits[place >> 3] & 1 << (place & 7))

    async def keep_up(self) -> None:
        while True:
            await self.catch_up()
            await self._clock.sleep(EVERY_S)

    async def catch_up(self) -> None:
        """What was stored before this began is known when it returns. The horizon is looked at first: what
        has a smaller number than that need not be read again.
        """
        began_s, horizon = self._clock.monotonic(), await self._store.horizon()
        after = self._settled
        while rows := await self._store.names_after(ObjectKind.TOKEN, after, _AT_ONCE):
            for number, name in rows:
                self._set(name)
                after = number
        self._settled = max(self._settled, min(after, horizon - 1))
        self._good_until_s = began_s + GOOD_FOR_S

    def _set(self, card_id: str) -> None:
        place = _place(card_id)
        self._bits[place >> 3] |= 1 << (place & 7)


def _place(card_id: str) -> int:
    digest = hashlib.blake2b(card_id.encode(errors="surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest) % (8 * _BYTES)
