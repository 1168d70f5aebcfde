"""What a party may see of the hub's own store.

Broadcast objects of everybody with whom it has an agreement now, as far as its terms say, and what parties of
2.1.1 told it alone, since they cannot broadcast; of sessions and bills exactly those whose station or card is
its own, whatever agreement has ended since.
Spec: 2.3.0 transport_and_format, GET All via Hubs.
"""

from collections.abc import Iterable, Sequence

from ocpi.objects.store import Selection
from ocpi.partners.directory import Directory, calling_role
from ocpi.server.call import Call
from schemas.kinds import ObjectKind, PartyId

_TARGETED = frozenset({ObjectKind.SESSION, ObjectKind.CDR})


class Visibility:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def of(self, party: PartyId, kind: ObjectKind, call: Call) -> Selection:
        if kind in _TARGETED:
            return Selection(kind, reader=party)
        owners = self._directory.counterparts(party, calling_role(call.module, call.side), call.module)
        return Selection(
            kind,
            owners=owners,
            audiences=self._audiences(party, owners),
            only=self._only(party, kind, owners),
        )

    def _audiences(self, party: PartyId, owners: Sequence[PartyId]) -> list[PartyId | None]:
        """Owners of 2.1.1 tell nothing to everybody, but each party by itself."""
        return [None, party] if any(map(self._directory.is_virtual, owners)) else [None]

    def _only(
        self, party: PartyId, kind: ObjectKind, owners: Iterable[PartyId]
    ) -> dict[PartyId, frozenset[str]]:
        """Of whom the party may see some alone, and which."""
        named = ((owner, self._directory.only(party, kind, owner)) for owner in owners)
        return {owner: ids for owner, ids in named if ids is not None}
