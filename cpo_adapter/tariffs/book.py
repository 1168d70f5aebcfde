"""The tariffs in force, and those that were: by what connectors name, by whose card it is, and when.

A session keeps the tariffs that were in force when it began, however late its station tells of it; a later
change is for later sessions.
Spec: 2.3.0 mod_tariffs, Tariff object.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from cpo_adapter.tariffs.offer import Offer, nearest
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.enums import TariffType
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token


class TariffBook:
    def __init__(self, offers: Iterable[Offer] = ()) -> None:
        self._named: dict[str, list[Offer]] = {}
        self._own: set[tuple[str, PartyId | None]] = set()
        self.put(offers)

    def put(self, offers: Iterable[Offer]) -> None:
        """In the place of all that there was; those that are over are for what began before."""
        named: defaultdict[str, list[Offer]] = defaultdict(list)
        for offer in offers:
            named[offer.instead_of].append(offer)
        self._named = named
        self._own = {offer.name for offer in self.current() if offer.emsp is not None}

    def current(self) -> list[Offer]:
        """As they are authored now, each once."""
        there = [each for offers in self._named.values() for each in offers if each.until is None]
        return list({each.name: each for each in sorted(there, key=lambda each: each.since)}.values())

    def tariffs_at(
        self, tariff_ids: Sequence[str], at: datetime, card: Token | None = None
    ) -> tuple[Tariff, ...]:
        """What a connector that names these ids costs the card from that instant on, in their order."""
        found = (nearest(self._named.get(name.lower(), ()), card, at) for name in tariff_ids)
        return tuple(tariff for tariff in found if tariff is not None)

    def type_of(self, tariff_id: str) -> TariffType | None:
        """None where nobody said, or for one that is not there."""
        for offer in self._named.get(tariff_id.lower(), ()):
            if offer.emsp is None and offer.until is None:
                return offer.tariff.type
        return None

    def has_own(self, key: ObjectKey, party: PartyId) -> bool:
        """Whether the party is told another tariff under that id than everybody else."""
        return key.kind is ObjectKind.TARIFF and (key.id.lower(), party) in self._own
