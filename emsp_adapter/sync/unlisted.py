"""After a whole list: what is held here and stood in none of its pages.

It is marked, never deleted. A list that suddenly lacks half of everything is more likely a CPO in trouble
than the end of its network: that is believed when it is told twice.
Spec: 2.3.0 mod_locations and mod_tariffs, GET method; transport_and_format, GET (empty lists).
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from emsp_adapter.sync.tally import Tally
from ocpi.errors import Unreadable
from ocpi.objects.store import ObjectStore
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from schemas.kinds import ObjectKind, PartyId

log = logger(__name__)

KINDS: Final = frozenset({ObjectKind.LOCATION, ObjectKind.TARIFF})
"""Sessions and bills leave the lists of CPOs with time, and are none the less true."""
FEW: Final = 4


class Doubtful(Unreadable):
    """A list lacks so much that it has to be told twice."""


class Unlisted:
    def __init__(self, store: ObjectStore, clock: Clock) -> None:
        self._listed = store.listed
        self._clock = clock

    async def mark(
        self, kind: ObjectKind, cpo: PartyId, tally: Tally, began_at: datetime, *, is_told_twice: bool
    ) -> int:
        """How many are absent now that were not. Raises Doubtful.

        Who cannot be named in the list may be anybody: then nobody is missed.
        """
        if tally.nameless:
            return 0
        there = await self._listed.there(kind, cpo, began_at)
        missing = [each for each, name in there.items() if name not in tally.names]
        if not is_told_twice and is_doubtful(missing, there):
            raise Doubtful(f"{len(missing)} of {len(there)} {kind.module} are listed no more: told once")
        await self._listed.absent(missing, began_at, self._clock.now())
        if missing:
            log.warning("listed no more", cpo=str(cpo), module=kind.module, count=len(missing))
        return len(missing)


def is_doubtful(missing: Collection[str], there: Collection[str]) -> bool:
    return len(missing) >= FEW and 2 * len(missing) > len(there)
