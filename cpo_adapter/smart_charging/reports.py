"""What 2.x stations tell of limits: their profiles, for whoever asked, and that somebody else limits them.

A report comes after the answer to its question, or before.
Spec: OCPP 2.0.1, ReportChargingProfiles, NotifyChargingLimit, ClearedChargingLimit.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from cpo_adapter.ocpp.events import Noticed, ReportPart
from cpo_adapter.ocpp.v201.reports import ACTION, KeptProfile, profiles_in

__all__ = ["WITHIN_S", "KeptProfile", "ProfileReports"]

WITHIN_S: Final = 10.0
_CHANGES: Final = frozenset({"NotifyChargingLimit", "ClearedChargingLimit"})


class ProfileReports:
    """`changed` hears of which station another limit holds now."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self._awaited: dict[int, asyncio.Future[tuple[KeptProfile, ...]]] = {}

    def expect(self, request: int) -> asyncio.Future[tuple[KeptProfile, ...]]:
        """To be called before the question is asked; `forget` it in the end."""
        self._awaited[request] = asyncio.get_running_loop().create_future()
        return self._awaited[request]

    def forget(self, request: int) -> None:
        self._awaited.pop(request, None)

    def noticed(self, event: Noticed) -> None:
        if event.action in _CHANGES:
            self._changed(event.origin.station)

    def reported(self, event: ReportPart) -> None:
        """The first part that names a profile counts, else the last: one was asked for."""
        awaited = self._awaited.get(event.number) if event.action == ACTION and event.number else None
        profiles = tuple(profiles_in(event.told))
        if awaited is not None and not awaited.done() and (profiles or event.is_last):
            awaited.set_result(profiles)
