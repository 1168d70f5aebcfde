"""What is marked at all, by what each partner has chosen for the module.

A partner that wants each state once or never is marked only while it can be told; one that wants every state
has each of them marked with a copy of itself. What is told to a newcomer, or because an agreement begins, is
no news, and nothing for the strict.
Spec: 2.3.0 transport_and_format, Offline behaviour; mod_hub_client_info, Scenarios; case C-065.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ocpi.delivery.marks import Due
from ocpi.delivery.platforms import Platforms, platform_of
from ocpi.partners.directory import Directory
from ocpi.partners.keeping import Keeping, usual
from ocpi.partners.model import Partner

Rests = Callable[[str], bool]
"""Whether a platform is in trouble now."""


class Keeper:
    """`is_offline` says of a partner whether it is known to be away; nobody is, unless somebody watches."""

    def __init__(self, directory: Directory, platforms: Platforms) -> None:
        self._directory = directory
        self._platforms = platforms
        self.is_offline: Callable[[Partner], bool] = lambda _: False

    def kept(self, dues: Sequence[Due], rests: Rests) -> Sequence[Due]:
        """Those that are marked."""
        if self._all_as_usual():
            return dues
        return [kept for due in dues if (kept := self._kept(due, rests)) is not None]

    def caught_up(self, dues: Sequence[Due]) -> Sequence[Due]:
        if self._all_as_usual():
            return dues
        return [due for due in dues if self._chosen(due) is not Keeping.STRICT]

    def is_strict(self, platform: str) -> bool:
        """Whether anything is for the platform now or never."""
        return any(Keeping.STRICT in each.delivery.values() for each in self._platforms.parts(platform))

    def _all_as_usual(self) -> bool:
        return not any(partner.delivery for partner in self._directory.partners())

    def _kept(self, due: Due, rests: Rests) -> Due | None:
        partner = self._platforms.partner(due.address)
        keeping = self._keeping(partner, due)
        if keeping is usual(due.kind.module):
            return due
        if keeping is Keeping.STRICT and (partner is None or self._is_away(partner, rests)):
            return None
        return replace(due, keeping=keeping)

    def _is_away(self, partner: Partner, rests: Rests) -> bool:
        return not partner.is_active or self.is_offline(partner) or rests(platform_of(partner))

    def _chosen(self, due: Due) -> Keeping:
        return self._keeping(self._platforms.partner(due.address), due)

    def _keeping(self, partner: Partner | None, due: Due) -> Keeping:
        return usual(due.kind.module) if partner is None else partner.keeping_of(due.kind.module)
