"""What the terms of an agreement let one side see of the other. Pure: facts in, a decision out.

Every door asks this: what is routed, marked, listed, told when it is sent, and taken back. A module that is
not in the terms is as if there were no agreement; of locations and tariffs the terms may name some, and the
rest is as if it were not there. References to tariffs in locations stay, since what is said there is the
owner's word.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ocpi.partners.agreements import Terms
from schemas.kinds import ObjectKind

Groups = Mapping[str, frozenset[str]]
"""Of one CPO: by name, ids of locations in lower case."""
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Sight:
    """`modules` that may be used, and ids in lower case that may be seen; None: all of them."""

    modules: frozenset[str] | None = None
    locations: frozenset[str] | None = None
    tariffs: frozenset[str] | None = None

    def has(self, module: str) -> bool:
        return self.modules is None or module in self.modules

    def only(self, kind: ObjectKind) -> frozenset[str] | None:
        """The ids of this kind that may be seen."""
        match kind:
            case ObjectKind.LOCATION:
                return self.locations
            case ObjectKind.TARIFF:
                return self.tariffs
            case _:
                return None

    def shows(self, kind: ObjectKind, object_id: str) -> bool:
        only = self.only(kind)
        return self.has(kind.module) and (only is None or object_id.lower() in only)

    def covers(self, other: "Sight") -> bool:
        """Whether this shows all that the other does."""
        pairs = (
            (self.modules, other.modules),
            (self.locations, other.locations),
            (self.tariffs, other.tariffs),
        )
        return all(mine is None or (theirs is not None and theirs <= mine) for mine, theirs in pairs)


EVERYTHING: Final = Sight()


def sight(terms: Terms, groups: Groups) -> Sight:
    """A group that does not exist shows nothing."""
    return Sight(terms.modules, _locations(terms.location_groups, groups), _folded(terms.tariffs))


def _locations(names: Iterable[str] | None, groups: Groups) -> frozenset[str] | None:
    return None if names is None else _NONE.union(*(groups.get(name, _NONE) for name in names))


def _folded(ids: Iterable[str] | None) -> frozenset[str] | None:
    return None if ids is None else frozenset(each.lower() for each in ids)
