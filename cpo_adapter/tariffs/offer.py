"""A tariff, and for whom it is: for everybody, for the cards of one eMSP, or for one group of those. Pure.

Connectors name tariffs by id. Where an eMSP, or a group of its cards, has one of its own in the place of
that, it is charged by the nearest: the group's, else the eMSP's, else everybody's.
Spec: 2.3.0 mod_tariffs, Tariff object (start_date_time, end_date_time); mod_tokens, Token (group_id).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from schemas.kinds import PartyId
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token

EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Offer:
    """`instead_of` is what connectors name. It is in force from `since` until another takes its place."""

    tariff: Tariff
    instead_of: str
    emsp: PartyId | None = None
    group: str | None = None
    since: datetime = EVER
    until: datetime | None = None

    @property
    def name(self) -> tuple[str, PartyId | None]:
        """An eMSP knows one tariff of an id."""
        return self.tariff.id.lower(), self.emsp

    @property
    def nearness(self) -> int:
        return (self.emsp is not None) + (self.group is not None)

    def says_same(self, other: "Offer") -> bool:
        """Since whenever."""
        return _timeless(self) == _timeless(other)

    def is_for(self, card: Token | None) -> bool:
        """None: nobody's card, who pays what everybody pays."""
        if self.emsp is None:
            return True
        is_theirs = card is not None and self.emsp == PartyId(card.country_code, card.party_id)
        group = str(card.group_id or "") if card else ""
        return is_theirs and (self.group is None or self.group.casefold() == group.casefold())

    def is_in_force(self, at: datetime) -> bool:
        """As it was authored then, and valid as it says itself."""
        begins, ends = self.tariff.start_date_time, self.tariff.end_date_time
        is_valid = (begins is None or begins <= at) and (ends is None or at < ends)
        return is_valid and self.since <= at and (self.until is None or at < self.until)


def for_all(tariff: Tariff) -> Offer:
    return Offer(tariff, tariff.id.lower())


def nearest(offers: Iterable[Offer], card: Token | None, at: datetime) -> Tariff | None:
    """Of those that are named alike the one that a charge of the card costs that begins at that instant."""
    possible = [each for each in offers if each.is_in_force(at) and each.is_for(card)]
    return max(possible, key=lambda each: (each.nearness, each.since)).tariff if possible else None


def _timeless(offer: Offer) -> Offer:
    tariff = offer.tariff.model_copy(update={"last_updated": EVER})
    return replace(offer, tariff=tariff, since=EVER, until=None)
