"""Compiled tariffs, kept by owner, id, version and reading.

A partner may send another tariff under the key of a known one; therefore the kept value must also be equal.
A tariff that was found equal once is recognised by identity from then on.
"""

from collections import OrderedDict
from typing import Final

from ocpi.pricing.compile import CompiledTariff
from ocpi.pricing.policy import Policy
from ocpi.pricing.tariff import Tariff

_Key = tuple[str, str, str, Policy]


class TariffCache:
    """The last few thousand tariffs used."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, CompiledTariff] = OrderedDict()
        self._seen: OrderedDict[tuple[int, Policy], tuple[Tariff, CompiledTariff]] = OrderedDict()

    def compiled(self, tariff: Tariff, policy: Policy) -> CompiledTariff:
        """The compiled form. The tariff is held on to, so that its identity cannot become another's."""
        seen = self._seen.get((id(tariff), policy))
        if seen is not None:
            return seen[1]
        found = self._equal(tariff, policy)
        self._seen[id(tariff), policy] = tariff, found
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return found

    def _equal(self, tariff: Tariff, policy: Policy) -> CompiledTariff:
        key = (tariff.owner, tariff.id, tariff.last_updated, policy)
        found = self._kept.get(key)
        if found is None or found.tariff != tariff:
            found = self._kept[key] = CompiledTariff(tariff, policy)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found


_KEPT: Final = TariffCache()


def compiled(tariff: Tariff, policy: Policy) -> CompiledTariff:
    """The compiled form from the memo of this process."""
    return _KEPT.compiled(tariff, policy)
