"""Whose turn it is, when more could go than may begin at once. Pure.

However much many platforms lack, a turn is short, so that news for another one wait for no more than what has
begun: whoever was served the longest ago comes first, and all get alike.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from ocpi.delivery.lane import Lane
from ocpi.delivery.marks import Mark

AT_MOST: Final = 24
"""So many deliveries begin in one turn."""


class Turns:
    def __init__(self) -> None:
        self._number = 0

    def next(self, lanes: Iterable[Lane], now: datetime) -> list[tuple[Lane, Mark]]:
        """What goes now; it counts as on its way. When it is nothing, nothing more can go."""
        self._number += 1
        waiting = sorted((lane for lane in lanes if lane.may_send(now)), key=lambda lane: lane.served_in)
        share = max(1, AT_MOST // max(1, len(waiting)))
        chosen: list[tuple[Lane, Mark]] = []
        for lane in waiting:
            if len(chosen) >= AT_MOST:
                break
            lane.served_in = self._number
            chosen += [(lane, mark) for mark in lane.next(now, share)]
        return chosen
