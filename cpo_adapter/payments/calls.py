"""What the operator asks of a provider: its lists, where a terminal stands, to begin and to end with one.

Whose data a terminal is does not change by that: what is kept here is what the provider tells afterwards.
Spec: 2.3.0 Payments 1 mod_payments, Sender Interface.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from cpo_adapter.payments.provider import Providers
from cpo_adapter.payments.shelf import Shelf
from ocpi.client import payments
from ocpi.client.crawl import Page
from ocpi.client.line import Line
from ocpi.client.lines import Lines
from ocpi.errors import OcpiError
from ocpi.objects.record import Outcome, Record
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.wire.headers import Routing
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.payments import Terminal

log = logger(__name__)
Model = TypeVar("Model", bound=OcpiModel)
Keep = Callable[[PartyId, Model], Awaitable[tuple[Outcome, Record]]]


@dataclass(frozen=True, slots=True)
class Pulled:
    """`bad` were not taken: older than what is here, or no such objects."""

    seen: int = 0
    bad: int = 0


class ProviderCalls:
    """All of these raise the DeliveryError that kept the provider from being asked, or what it refused."""

    def __init__(self, *, providers: Providers, shelf: Shelf, lines: Lines, clock: Clock) -> None:
        self._providers = providers
        self._shelf = shelf
        self._lines = lines
        self._clock = clock

    async def pull(self, ptp: PartyId) -> dict[str, Pulled]:
        """Both of its lists."""
        line, context = self._line(ptp), Context(owner=ptp)
        terminals = payments.terminals(line, context)
        confirmations = payments.confirmations(line, context)
        return {
            payments.TERMINALS: await _kept(ptp, terminals, self._shelf.keep_terminal),
            payments.CONFIRMATIONS: await _kept(ptp, confirmations, self._shelf.keep_confirmation),
        }

    async def replace(self, ptp: PartyId, terminal: Terminal) -> None:
        line = self._line(ptp)
        await payments.put_terminal(line, terminal, Context(owner=ptp))
        await self._read_again(ptp, line, terminal.terminal_id)

    async def change(self, ptp: PartyId, terminal_id: str, fields: Mapping[str, Any]) -> None:
        line = self._line(ptp)
        change = {**fields, "last_updated": self._clock.now()}
        await payments.patch_terminal(line, terminal_id, change)
        await self._read_again(ptp, line, terminal_id)

    async def activate(self, ptp: PartyId, terminal: Terminal, *, is_any: bool) -> None:
        """The provider tells of the terminal when it is ready. `is_any`: it has no id yet."""
        await payments.activate(self._line(ptp), terminal, is_any=is_any)

    async def deactivate(self, ptp: PartyId, terminal_id: str) -> None:
        await payments.deactivate(self._line(ptp), terminal_id)

    async def _read_again(self, ptp: PartyId, line: Line, terminal_id: str) -> None:
        """What became of it is the provider's to say; where it does not say now, it will."""
        try:
            terminal = await payments.terminal(line, terminal_id, Context(owner=ptp))
            await self._shelf.keep_terminal(ptp, terminal)
        except OcpiError as error:
            log.warning("a terminal was not told again", ptp=str(ptp), error=error.text)

    def _line(self, ptp: PartyId) -> Line:
        routing = Routing(to=ptp, sender=self._providers.own.party)
        return self._lines.to(self._providers.partner(ptp), routing)


async def _kept(ptp: PartyId, pages: AsyncIterator[Page[Model]], keep: Keep[Model]) -> Pulled:
    seen = bad = 0
    async for page in pages:
        taken = [await _is_taken(ptp, each.model, keep) for each in page.found]
        seen += len(page.found) + len(page.bad)
        bad += taken.count(False) + len(page.bad)
    return Pulled(seen, bad)


async def _is_taken(ptp: PartyId, model: Model, keep: Keep[Model]) -> bool:
    """One bad object does not cost the others."""
    try:
        await keep(ptp, model)
    except OcpiError as error:
        log.warning("not taken from a provider", ptp=str(ptp), error=error.text)
        return False
    return True
