"""Which cards stations are to know by themselves: valid ones of some issuers that need not be asked about.

Those issuers' newest cards first, for no station keeps a great many.
Spec: 2.3.0 mod_tokens, WhitelistType.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from cpo_adapter.card_lists.planning import Cards
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore, Selection
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import TokenType, WhitelistType

_PAGE: Final = 500
_UNASKED: Final = frozenset({WhitelistType.ALWAYS, WhitelistType.ALLOWED, WhitelistType.ALLOWED_OFFLINE})


class WantedCards:
    def __init__(self, *, store: ObjectStore, issuers: Sequence[PartyId], most: int) -> None:
        self._store = store
        self._most = most
        self._issuers = issuers

    def is_about(self, record: Record) -> bool:
        return record.key.owner in self._issuers

    async def now(self) -> Cards:
        """At most as many as are wanted on any station."""
        found: dict[str, str] = {}
        async for record in self._newest_first():
            token = record.value()
            if _is_for_stations(token) and len(found) < self._most:
                found.setdefault(str(token["uid"]), str(token.get("group_id") or ""))
            if len(found) >= self._most:
                break
        return found

    async def _newest_first(self) -> AsyncIterator[Record]:
        selection = Selection(ObjectKind.TOKEN, owners=self._issuers, audiences=[None])
        before: int | None = None
        while True:
            stretch = await self._store.newest(selection, before, _PAGE)
            for each in stretch.rows:
                yield each.record
            if not stretch.goes_on:
                return
            before = stretch.rows[-1].seq


def _is_for_stations(token: dict[str, object]) -> bool:
    is_card = token.get("type") == TokenType.RFID
    return is_card and token.get("valid") is True and token.get("whitelist") in _UNASKED
