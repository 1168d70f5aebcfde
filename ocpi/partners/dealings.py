"""Who deals with whom, since when, and what they may see of each other: as this process knows it now.

With a `module` it is asked whether that may be used between two parties; without one, whether they deal.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ocpi.partners.agreements import Agreement, Terms
from ocpi.partners.groups import LocationGroup
from ocpi.partners.snapshot import Snapshot
from ocpi.partners.terms import EVERYTHING, Sight, sight
from ocpi.process.clock import Clock
from ocpi.wire.interfaces import ABOUT_BILLS, CPO, Side, serving_role
from schemas.kinds import ObjectKey, ObjectKind, PartyId


class Dealings:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now = Snapshot.of([], [])

    def agreements(self) -> list[Agreement]:
        return list(self._now.agreements.values())

    def agreements_of(self, party: PartyId) -> list[Agreement]:
        return self._now.agreements_of.get(party, [])

    def agreement(self, cpo: PartyId, emsp: PartyId) -> Agreement | None:
        """Whether it holds or not."""
        return self._now.agreements.get((cpo, emsp))

    def groups(self) -> Sequence[LocationGroup]:
        return self._now.groups

    def agreed(self, party: PartyId, role: str, other: PartyId, module: str | None = None) -> bool:
        """Whether `party` (in `role`) and `other` (in the opposite one) have an agreement that holds now."""
        agreement = self._between(party, role, other)
        return agreement is not None and self._allows(agreement, module)

    def agreed_since(
        self, party: PartyId, role: str, other: PartyId, began: datetime, module: str | None = None
    ) -> bool:
        """Whether their agreement holds now, or held when something `began` that is not in the future."""
        agreement = self._between(party, role, other)
        if agreement is None:
            return False
        if self._allows(agreement, module):
            return True
        then = (each for each in agreement.periods if each.holds_at(began))
        return began <= self._clock.now() and any(_has(each.terms, module) for each in then)

    def may_deal(
        self, party: PartyId, role: str, other: PartyId, module: str, began: datetime | None = None
    ) -> bool:
        """Whether the two may use the module now, or for what `began` before.

        Bills are discussed for as long as somebody has something to say about them.
        """
        if module == ABOUT_BILLS:
            return self.were_agreed(party, role, other, module)
        if began is not None:
            return self.agreed_since(party, role, other, began, module)
        return self.agreed(party, role, other, module)

    def were_agreed(self, party: PartyId, role: str, other: PartyId, module: str | None = None) -> bool:
        """Whether they have, or have had, an agreement."""
        agreement, now = self._between(party, role, other), self._clock.now()
        begun = (each for each in agreement.periods if each.has_begun_by(now)) if agreement else ()
        return any(_has(each.terms, module) for each in begun)

    def counterparts(self, party: PartyId, role: str, module: str | None = None) -> list[PartyId]:
        """Everybody of the opposite role with whom `party` has an agreement that holds now."""
        return [each.emsp if role == CPO else each.cpo for each in self._holding(party, role, module)]

    def sight(self, viewer: PartyId, kind: ObjectKind, owner: PartyId) -> Sight | None:
        """How far `viewer` may see now what `owner` tells everybody; None: not at all."""
        agreement = self._between(owner, serving_role(kind.module, Side.SENDER), viewer)
        if agreement is None or not self._allows(agreement, kind.module):
            return None
        return self._now.sights.get(agreement.key, EVERYTHING)

    def sees(self, viewer: PartyId, key: ObjectKey) -> bool:
        """Whether this object, if its owner tells it to everybody, is for `viewer` now."""
        seen = self.sight(viewer, key.kind, key.owner)
        return seen is not None and seen.shows(key.kind, key.id)

    def only(self, viewer: PartyId, kind: ObjectKind, owner: PartyId) -> frozenset[str] | None:
        """The ids of this kind, in lower case, that the terms of viewer and owner name, if they name some."""
        agreement = self._between(owner, serving_role(kind.module, Side.SENDER), viewer)
        seen = self._now.sights.get(agreement.key) if agreement else None
        return seen.only(kind) if seen else None

    def hides(self, viewer: PartyId, key: ObjectKey) -> bool:
        """Whether the terms of viewer and owner name some of this kind, and not this one."""
        only = self.only(viewer, key.kind, key.owner)
        return only is not None and key.id.lower() not in only

    def seen_before(self, agreement: Agreement) -> list[tuple[Sight, datetime]]:
        """What each period showed, and until when, that is over, and of which something may be left."""
        over, groups = (
            agreement.to_take_back(self._clock.now()),
            self._now.ever_grouped.get(agreement.cpo, {}),
        )
        return [(sight(each.terms, groups), each.ended_at) for each in over]

    def viewers(self, key: ObjectKey) -> list[PartyId]:
        """Everybody who may see now what its owner tells everybody."""
        role = serving_role(key.kind.module, Side.SENDER)
        shown = (each for each in self._holding(key.owner, role, key.kind.module) if self._shows(each, key))
        return [each.emsp if role == CPO else each.cpo for each in shown]

    def _holding(self, party: PartyId, role: str, module: str | None) -> Iterator[Agreement]:
        for each in self.agreements_of(party):
            if (each.cpo if role == CPO else each.emsp) == party and self._allows(each, module):
                yield each

    def _shows(self, agreement: Agreement, key: ObjectKey) -> bool:
        if agreement.terms.tariffs is None and agreement.terms.location_groups is None:
            return True
        return self._now.sights[agreement.key].shows(key.kind, key.id)

    def _between(self, party: PartyId, role: str, other: PartyId) -> Agreement | None:
        return self._now.agreements.get((party, other) if role == CPO else (other, party))

    def _allows(self, agreement: Agreement, module: str | None) -> bool:
        return agreement.holds_at(self._clock.now()) and _has(agreement.terms, module)


def _has(terms: Terms, module: str | None) -> bool:
    return module is None or terms.modules is None or module in terms.modules
