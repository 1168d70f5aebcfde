"""Which CPOs know the present state of a card, and what keeps the others from it.

Whoever lacks it has a mark in the outbox; whoever has none, and receives tokens, knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ocpi.delivery.fates import Fates
from ocpi.delivery.marks import mark_id
from ocpi.errors import UnknownObject
from ocpi.objects.record import Record, database_id
from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import Directory
from ocpi.process.mongo import Document
from ocpi.wire.interfaces import CPO, EMSP, Side
from schemas.kinds import ObjectKey, ObjectKind, PartyId


class State(StrEnum):
    KNOWS = "KNOWS"
    WAITS = "WAITS"
    PARKED = "PARKED"
    NOT_TOLD = "NOT_TOLD"
    """By this hub: it takes no tokens here, is suspended, or is behind another hub."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`mark` is what stands in the outbox, where something does."""

    cpo: PartyId
    state: State
    mark: Mapping[str, Any]


class Knowledge:
    def __init__(self, *, fates: Fates, store: ObjectStore, directory: Directory) -> None:
        self._fates = fates
        self._store = store
        self._directory = directory

    async def of(self, key: ObjectKey) -> tuple[Record, list[Standing]]:
        """The card as everybody was told of it, and each CPO with an agreement. Raises UnknownObject."""
        cpos = sorted(self._directory.counterparts(key.owner, EMSP))
        marks = await self._waiting(key, cpos)
        held = await self._store.get(key)
        if held is None:
            raise UnknownObject("this card was not told to everybody here")
        return held, [self._standing(cpo, key.owner, marks.get(cpo)) for cpo in cpos]

    async def _waiting(self, key: ObjectKey, cpos: list[PartyId]) -> dict[PartyId, Document]:
        """Of what is for everybody, and of what is for this CPO alone."""
        names = {mark_id(cpo, database_id(key, to)): cpo for cpo in cpos for to in (None, cpo)}
        fates = await self._fates.of_objects(names.keys())
        return {names[name]: fate.mark for name, fate in fates.items() if fate.mark is not None}

    def _standing(self, cpo: PartyId, issuer: PartyId, mark: Document | None) -> Standing:
        if mark is None:
            return Standing(cpo, State.KNOWS if self._is_told(cpo, issuer) else State.NOT_TOLD, {})
        return Standing(cpo, State.PARKED if mark.get("parked_at") else State.WAITS, mark)

    def _is_told(self, cpo: PartyId, issuer: PartyId) -> bool:
        partner = self._directory.speaker(cpo, CPO, remote=issuer)
        if partner is None or not partner.is_active:
            return False
        module = ObjectKind.TOKEN.module
        return self._directory.endpoint_of(partner, module, Side.RECEIVER) is not None
