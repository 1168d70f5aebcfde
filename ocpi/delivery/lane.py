"""What this process knows of one platform: what its parties lack next, what is on its way, and how it fares.

Nothing here waits or asks anybody. A platform in trouble costs one probe after each rest; an object is on its
way once at a time, whichever of its forms.
"""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ocpi.delivery.marks import Due, Mark
from ocpi.delivery.platforms import Address
from ocpi.delivery.troubles import Trouble

AT_ONCE: Final = 8
LOW: Final = 16
"""With fewer marks at hand than that, more are fetched."""
MOST: Final = 128


class Lane:
    """`has_more`: the database may hold marks that are due and not at hand here, under these `addresses`.

    `served_in` and `asked_in` are the last rounds in which something went, and was asked for.
    """

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.addresses: set[Address] = set()
        self.has_more = False
        self.served_in = 0
        self.asked_in = 0
        self.failures = 0
        self.trouble: Trouble | None = None
        self._elsewhere_until: datetime | None = None
        self._queue: deque[Mark] = deque()
        self._busy: dict[str, str] = {}  # by mark, the object; until what became of it is written
        self._from_before: set[str] = set()  # on their way since before the last trouble
        self._flying = 0
        self._settled: set[int] = set()  # since marks were asked for last

    @property
    def is_idle(self) -> bool:
        return not (self._queue or self._busy or self.has_more)

    @property
    def is_at_hand(self) -> bool:
        """Something could go from here, unless too much is on its way, or the platform rests."""
        return bool(self._queue)

    @property
    def is_waiting(self) -> bool:
        """Something is not on its way that may be due."""
        return bool(self._queue) or self.has_more

    @property
    def busy(self) -> int:
        return len(self._busy)

    def rests(self, now: datetime) -> bool:
        return self.trouble is not None and now < self.trouble.rests_until

    def may_send(self, now: datetime) -> bool:
        """As far as the platform goes; each object may still have to wait for another."""
        return bool(self._queue) and self._flying < self._at_once() and not self.rests(now)

    def is_hungry(self, now: datetime) -> bool:
        if not self.has_more or self.rests(now):
            return False
        if self._elsewhere_until is not None and now < self._elsewhere_until:
            return False
        most = LOW if self.failures == 0 else 1
        return len(self._queue) + len(self._busy) < most

    def resume(self, trouble: Trouble | None) -> None:
        """The lease has just been taken; this is how whoever held it before left the platform."""
        self.recovers()
        if trouble is not None:
            self.ails(trouble)
        self._elsewhere_until = None
        self._queue.clear()

    def ails(self, trouble: Trouble) -> None:
        self.trouble, self.failures = trouble, trouble.failures
        self._from_before = set(self._busy)

    def recovers(self) -> None:
        self.trouble, self.failures = None, 0

    def tells_of_now(self, mark: Mark) -> bool:
        """How a platform fares is told by what was sent since its trouble began, and not before."""
        return mark.mark_id not in self._from_before

    def let_go(self, until: datetime) -> None:
        """Another process delivers to the platform, and is not asked again before then."""
        self._elsewhere_until, self.has_more = until, False
        self._queue.clear()

    def looks_anew(self) -> None:
        """No instant that was noted here means anything any more: the clock was set back."""
        self._elsewhere_until, self.has_more = None, True

    def is_asked_for(self) -> None:
        """Whatever is put from now on, or was settled meanwhile, the answer may know or not."""
        self.has_more = False
        self._settled.clear()

    def take_in(self, marks: Iterable[Mark]) -> None:
        """What has been fetched; some of it is known here already."""
        at_hand = self._busy.keys() | {mark.mark_id for mark in self._queue}
        news = [mark for mark in marks if mark.mark_id not in at_hand and mark.revision not in self._settled]
        room = MOST - len(self._queue)
        self._queue.extend(news[:room])
        self.has_more = self.has_more or len(news) > room

    def offer(self, mark: Mark) -> None:
        """It has just been put, and nothing else is due that is not at hand, unless that is known.

        What is urgent goes first, whatever else is due; of a full queue the last one is left to be fetched.
        """
        if self.failures or mark.mark_id in self._busy:
            self.has_more = True
        elif mark.due.is_urgent:
            self._make_room()
            self._queue.appendleft(mark)
        elif self.has_more or len(self._queue) >= MOST:
            self.has_more = True
        else:
            self._queue.append(mark)

    def _make_room(self) -> None:
        if len(self._queue) >= MOST:
            self._queue.pop()
            self.has_more = True

    def news_of(self, due: Due) -> None:
        """It has been put once more: what is at hand of it is no longer what is due.

        What is urgent is fetched before the rest, so nothing may be left at hand that would go before it.
        """
        kept = () if due.is_urgent else (mark for mark in self._queue if mark.mark_id != due.mark_id)
        self._queue = deque(kept)
        self.has_more = True

    def empty(self) -> None:
        """What is at hand may be another's, or out of date, by the time that it could go."""
        self.has_more = self.has_more or bool(self._queue)
        self._queue.clear()

    def next(self, now: datetime, at_most: int = AT_ONCE) -> list[Mark]:
        """What may go now; it counts as on its way."""
        if not self._queue or self.rests(now):
            return []
        chosen: list[Mark] = []
        objects, passed = set(self._busy.values()), deque[Mark]()
        waiting = {mark.mark_id for mark in self._queue} | self._busy.keys()
        while self._queue and self._flying < self._at_once() and len(chosen) < at_most:
            mark = self._queue.popleft()
            if mark.revision in self._settled:  # it was fetched and offered, both
                continue
            name = mark.due.named
            if name in objects or mark.due.behind in waiting:
                passed.append(mark)
                continue
            objects.add(name)
            chosen.append(mark)
            self._busy[mark.mark_id] = name
            self._flying += 1
        self._queue.extendleft(reversed(passed))
        return chosen

    def _at_once(self) -> int:
        return AT_ONCE if self.failures == 0 else 1

    def landed(self) -> None:
        """Answered, or not sent after all: another may go."""
        self._flying -= 1

    def give_up(self, mark: Mark) -> None:
        """It did not come to that; it is due as before."""
        self.landed()
        self.done(mark)
        self.has_more = True

    def done(self, mark: Mark) -> None:
        """What became of it is written."""
        self._busy.pop(mark.mark_id, None)
        self._from_before.discard(mark.mark_id)
        self._settled.add(mark.revision)
