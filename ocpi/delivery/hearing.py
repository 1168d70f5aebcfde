"""A partner in trouble that calls is back: its parties are tried at once, wherever they are delivered to.

Each process listens to whoever shows it a good token, and knows which parties are in trouble anywhere. Not
every call counts: a partner whose own door is broken may call us all day.
Spec: 2.3.0 mod_hub_client_info, Still alive check.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from ocpi.delivery.troubles import Trouble, Troubles
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from schemas.kinds import PartyId

READ_EVERY: Final = timedelta(seconds=2)
COUNTS_EVERY: Final = timedelta(seconds=10)


class Hearing:
    def __init__(self, *, directory: Directory, troubles: Troubles, clock: Clock) -> None:
        self._directory = directory
        self._troubles = troubles
        self._clock = clock
        self._known: Mapping[PartyId, Trouble] = {}
        self._read_at: datetime | None = None
        self._heard: set[PartyId] = set()
        self._counted: dict[PartyId, datetime] = {}
        directory.on_admitted(self._hear)

    def rests(self, party: PartyId) -> bool:
        """As far as was known a moment ago, whoever delivers to it."""
        known = self._known.get(party)
        return known is not None and self._clock.now() < known.rests_until

    def began(self, party: PartyId, trouble: Trouble) -> None:
        """Here; it need not be read first."""
        self._known = {**self._known, party: trouble}

    async def news(self, held: Mapping[PartyId, Trouble]) -> dict[PartyId, Trouble]:
        """Those of the troubles `held` here that now end sooner."""
        if self._heard:
            heard, self._heard = self._heard, set()
            await self._troubles.heard(heard)
            self._counted |= dict.fromkeys(heard, self._clock.now())
        elif not self._is_time():
            return {}
        self._known, self._read_at = await self._troubles.all(), self._clock.now()
        return {
            party: known
            for party, mine in held.items()
            if (known := self._known.get(party)) is not None and known.rests_until < mine.rests_until
        }

    def _is_time(self) -> bool:
        return self._read_at is None or self._clock.now() - self._read_at >= READ_EVERY

    def _hear(self, partner: Partner) -> None:
        if self._known:
            self._heard.update(party for party in self._parties(partner) if self._counts(party))

    def _parties(self, partner: Partner) -> Iterable[PartyId]:
        """Whoever has no platform of its own may be behind a hub that calls."""
        if partner.hub_party is None:
            return partner.parties()
        return [each for each in self._known if not self._directory.is_connected(each)]

    def _counts(self, party: PartyId) -> bool:
        known, last = self._known.get(party), self._counted.get(party)
        if known is None or known.is_asked or not self.rests(party):
            return False
        return last is None or self._clock.now() - last >= COUNTS_EVERY
