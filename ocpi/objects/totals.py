"""How many objects a list has, remembered for a minute while somebody leafs through it."""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from ocpi.process.clock import Clock
from ocpi.process.mongo import Document

LIFETIME: Final = timedelta(minutes=1)
AT_MOST: Final = 256


class Totals:
    """The longest unused is forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def get(self, wanted: Document) -> int | None:
        counted_at, total = self._known.get(repr(wanted), (None, 0))
        return total if counted_at is not None and self._clock.now() - counted_at < LIFETIME else None

    def put(self, wanted: Document, total: int) -> None:
        name = repr(wanted)
        self._known[name] = (self._clock.now(), total)
        self._known.move_to_end(name)
        if len(self._known) > AT_MOST:
            self._known.popitem(last=False)
