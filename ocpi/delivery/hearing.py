"""A platform in trouble that calls is back: it is tried at once, whichever process delivers to it.

Each process listens to whoever shows it a good token, and knows which platforms are in trouble anywhere. Not
every call counts: a partner whose own door is broken may call us all day.
Spec: 2.3.0 mod_hub_client_info, Still alive check.
"""

from collections.abc import Mapping
from typing import Final

from ocpi.delivery.platforms import platform_of
from ocpi.delivery.troubles import Trouble, Troubles
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock

READ_EVERY_S: Final = 2.0
COUNTS_EVERY_S: Final = 10.0


class Hearing:
    def __init__(self, *, directory: Directory, troubles: Troubles, clock: Clock) -> None:
        self._troubles = troubles
        self._clock = clock
        self._known: Mapping[str, Trouble] = {}
        self._begun: dict[str, Trouble] = {}
        self._read_at_s: float | None = None
        self._heard: set[str] = set()
        self._counted_at_s: dict[str, float] = {}
        directory.on_admitted(self._hear)

    def rests(self, platform: str) -> bool:
        """As far as was known a moment ago, whoever delivers to it."""
        known = self._known.get(platform)
        return known is not None and self._clock.now() < known.rests_until

    def began(self, platform: str, trouble: Trouble) -> None:
        """Here; it need not be read first, and what is being read may not have it yet."""
        self._begun[platform] = trouble
        self._known = {**self._known, platform: trouble}

    def read_anew(self) -> None:
        """The next time that it is asked: much may have changed."""
        self._read_at_s = None

    async def news(self, held: Mapping[str, Trouble]) -> dict[str, Trouble]:
        """Those of the troubles `held` here that now end sooner."""
        if self._heard:
            heard, self._heard = self._heard, set()
            await self._troubles.heard(heard)
            self._counted_at_s |= dict.fromkeys(heard, self._clock.monotonic())
        elif not self._is_time():
            return {}
        self._begun = {}
        read, self._read_at_s = await self._troubles.all(), self._clock.monotonic()
        self._known = {**read, **self._begun}
        return {
            platform: known
            for platform, mine in held.items()
            if (known := self._known.get(platform)) is not None and known.rests_until < mine.rests_until
        }

    def _is_time(self) -> bool:
        return self._read_at_s is None or self._clock.monotonic() - self._read_at_s >= READ_EVERY_S

    def _hear(self, partner: Partner) -> None:
        if self._counts(platform_of(partner)):
            self._heard.add(platform_of(partner))

    def _counts(self, platform: str) -> bool:
        known, last_s = self._known.get(platform), self._counted_at_s.get(platform)
        if known is None or known.is_asked or not self.rests(platform):
            return False
        return last_s is None or self._clock.monotonic() - last_s >= COUNTS_EVERY_S
