"""What a driver looks for, as a question to the database and to the moment. Pure.

Whatever is asked of a connector must hold for one and the same: a free slow one beside a fast one that is
taken is no free fast one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emsp_adapter.places.area import Area
from schemas.kinds import PartyId


@dataclass(frozen=True, slots=True)
class Wanted:
    """`standards` are choices, all of `capabilities` are needed. `owners` are those who may be shown, `only`
    names owners of whom no more than these ids, in lower case, may be. `is_priced`: prices will be told.
    """

    area: Area
    owners: frozenset[PartyId]
    only: Mapping[PartyId, frozenset[str]]
    standards: frozenset[str] = frozenset()
    min_power_w: int = 0
    is_available: bool = False
    capabilities: frozenset[str] = frozenset()
    is_open: bool = False
    is_priced: bool = False

    def question(self) -> dict[str, Any]:
        asked = {**self.area.within(), "owner": {"$in": sorted(map(str, self.owners))}}
        if spot := self._spot():
            asked["place.spots"] = {"$elemMatch": spot}
        if self.only:
            asked["$nor"] = [
                {"owner": str(owner), "folded_id": {"$nin": sorted(ids)}}
                for owner, ids in sorted(self.only.items())
            ]
        return asked

    def scope(self) -> str:
        """What a cursor belongs to. Not the owners: they come and go while somebody leafs."""
        chosen = (sorted(self.standards), self.min_power_w, self.is_available, sorted(self.capabilities))
        return f"{self.area} {chosen} {self.is_open}"

    def _spot(self) -> dict[str, Any]:
        spot: dict[str, Any] = {}
        if self.standards:
            spot["standard"] = {"$in": sorted(self.standards)}
        if self.min_power_w:
            spot["power_w"] = {"$gte": self.min_power_w}
        if self.is_available:
            spot["status"] = "AVAILABLE"
        if self.capabilities:
            spot["capabilities"] = {"$all": sorted(self.capabilities)}
        return spot
