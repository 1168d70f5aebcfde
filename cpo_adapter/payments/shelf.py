"""Terminals and confirmations as their providers told them last; each may be told again.

A terminal may come without `last_updated`, as in the specification's own sample: then it is new now.
Spec: 2.3.0 Payments 1 mod_payments, Terminal object; FinancialAdviceConfirmation object.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from ocpi.errors import InvalidParameters
from ocpi.objects.kinds import checked_id
from ocpi.objects.record import Outcome, Record
from ocpi.objects.store import ObjectStore, Selection
from ocpi.process.clock import Clock
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.payments import FinancialAdviceConfirmation, Terminal

_TERMINAL = ObjectKind.TERMINAL
_CONFIRMATION = ObjectKind.FINANCIAL_ADVICE_CONFIRMATION


class Shelf:
    """Keys are a provider and an id of its own."""

    def __init__(self, store: ObjectStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def take_terminal(self, ptp: PartyId, value: Mapping[str, Any]) -> tuple[Outcome, Record]:
        """Raises ValidationError, InvalidParameters."""
        dated = {"last_updated": self._clock.now(), **value}
        return await self.keep_terminal(ptp, Terminal.model_validate(dated))

    async def keep_terminal(self, ptp: PartyId, terminal: Terminal) -> tuple[Outcome, Record]:
        """Raises InvalidParameters."""
        key = ObjectKey(_TERMINAL, ptp, checked_id(terminal.terminal_id, "/terminal_id"))
        return await self._keep(Record(key, terminal.last_updated, codec.dump(terminal)))

    async def keep_confirmation(
        self, ptp: PartyId, told: FinancialAdviceConfirmation
    ) -> tuple[Outcome, Record]:
        """Raises InvalidParameters."""
        key = ObjectKey(_CONFIRMATION, ptp, checked_id(told.id, "/id"))
        return await self._keep(Record(key, told.last_updated, codec.dump(told)))

    async def terminal(self, ptp: PartyId, terminal_id: str) -> Record | None:
        return await self._store.get(ObjectKey(_TERMINAL, ptp, checked_id(terminal_id, "/terminal_id")))

    async def confirmation(self, ptp: PartyId, confirmation_id: str) -> Record | None:
        return await self._store.get(ObjectKey(_CONFIRMATION, ptp, checked_id(confirmation_id, "/id")))

    def terminals(self) -> AsyncIterator[Record]:
        return self._store.each(Selection(_TERMINAL))

    def confirmations(self) -> AsyncIterator[Record]:
        return self._store.each(Selection(_CONFIRMATION))

    async def _keep(self, record: Record) -> tuple[Outcome, Record]:
        outcome = await self._store.put(record)
        if outcome is Outcome.STALE:
            raise InvalidParameters("this is older than what is held here", pointer="/last_updated")
        return outcome, record
