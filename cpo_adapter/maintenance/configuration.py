"""A station's configuration: read, and changed with a look at what became of it.

A station that accepts a change may ignore it, so every change is read back. A key of its own is not changed
here: that is `rotate-key`, which nobody reads. 2.x limits how many variables may be asked for at once.
Spec: OCPP 1.6, 5.3 and 5.8; OCPP 2.0.1, B05, B06 and DeviceDataCtrlr.ItemsPerMessage.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cpo_adapter.maintenance.asking import Asking, Heard
from cpo_adapter.maintenance.values import Setting, Settings, normal, settings
from cpo_adapter.ocpp.orders import ReadSettings, WriteSetting
from cpo_adapter.ocpp.secrets import is_secret

AT_ONCE: Final = "DeviceDataCtrlr.ItemsPerMessage[GetVariables]"
_MOST_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Change:
    """`found` is the value after it; None where the station told none."""

    heard: Heard
    wanted: str
    found: str | None = None

    @property
    def is_effective(self) -> bool:
        return self.heard.is_accepted and normal(self.wanted) == self.found


class Configuration:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def read(self, station: str, names: Sequence[str]) -> tuple[Heard, Settings]:
        """Raises UnknownObject, NotNow; ValueError for variables that are none."""
        if not names and not self._asking.speaks_16(station):
            self._asking.check_is_here(station)
            raise ValueError("name the variables: all of them come in a report")
        heard = Heard("Accepted", is_accepted=True)
        known: list[Setting] = []
        unknown: list[str] = []
        for some in await self._portions(station, names):
            heard = await self._asking.order(station, ReadSettings(tuple(some)))
            found = settings(heard.told)
            known.extend(found.known)
            unknown.extend(found.unknown)
            if not heard.is_accepted:
                break
        return heard, Settings(tuple(known), tuple(unknown))

    async def change(self, station: str, name: str, value: str) -> Change:
        """Raises UnknownObject, NotNow; ValueError for a secret, and for what is no variable."""
        if is_secret(name):
            raise ValueError(f"{name} is a key of the station's own: rotate-key changes it")
        heard = await self._asking.order(station, WriteSetting(name, value))
        if not heard.is_accepted:
            return Change(heard, value)
        again = await self._asking.order(station, ReadSettings((name,)))
        return Change(heard, value, settings(again.told).value(name))

    async def _portions(self, station: str, names: Sequence[str]) -> list[Sequence[str]]:
        """As many as the station takes at once; 1.6 takes all."""
        if len(names) < 2 or self._asking.speaks_16(station):  # noqa: PLR2004 - one is never too many
            return [names]
        limits = settings((await self._asking.order(station, ReadSettings((AT_ONCE,)))).told)
        told = limits.value(AT_ONCE) or ""
        size = min(int(told), _MOST_AT_ONCE) if told.isdecimal() and int(told) else 1
        return [names[begin : begin + size] for begin in range(0, len(names), size)]
