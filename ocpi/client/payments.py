"""Payment terminals, and what they captured: between a CPO and a terminal provider.

Functions without `held` and `report` call the provider, those with them the CPO. No address holds a party.
Spec: 2.3.0 Payments 1, mod_payments, Interfaces and endpoints.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from yarl import URL

from ocpi.client.crawl import EVERYTHING, Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.translation.context import Context
from schemas.v2_3_0.payments import FinancialAdviceConfirmation, Terminal

MODULE: Final = "payments"
TERMINALS: Final = "terminals"
CONFIRMATIONS: Final = "financial-advice-confirmations"


def terminals(line: Line, facts: Facts, window: Window = EVERYTHING) -> AsyncIterator[Page[Terminal]]:
    return crawl(line, Terminal, _provider(line, TERMINALS), facts, window)


async def terminal(line: Line, terminal_id: str, context: Context) -> Terminal:
    return await line.get(Terminal, _provider(line, TERMINALS, terminal_id), context)


async def put_terminal(line: Line, told: Terminal, context: Context) -> None:
    url = _provider(line, TERMINALS, told.terminal_id)
    await line.tell("PUT", url, line.written(Terminal, told, context))


async def patch_terminal(line: Line, terminal_id: str, change: Mapping[str, Any]) -> None:
    """As to say which Locations and EVSEs it serves."""
    url = _provider(line, TERMINALS, terminal_id)
    await line.tell("PATCH", url, line.change(Terminal, change, is_dated=False))


async def activate(line: Line, wanted: Terminal, *, is_any: bool = False) -> None:
    """The provider then reports the terminal. `is_any`: it chooses which, so `terminal_id` is not told."""
    url = _provider(line, TERMINALS, "activate")
    body = {name: told for name, told in wanted.to_wire().items() if name != "terminal_id" or not is_any}
    await line.tell("POST", url, codec.encode(body))


async def deactivate(line: Line, terminal_id: str) -> None:
    await line.tell("POST", _provider(line, TERMINALS, terminal_id, "deactivate"))


def confirmations(
    line: Line, facts: Facts, window: Window = EVERYTHING
) -> AsyncIterator[Page[FinancialAdviceConfirmation]]:
    return crawl(line, FinancialAdviceConfirmation, _provider(line, CONFIRMATIONS), facts, window)


async def confirmation(line: Line, confirmation_id: str, context: Context) -> FinancialAdviceConfirmation:
    url = _provider(line, CONFIRMATIONS, confirmation_id)
    return await line.get(FinancialAdviceConfirmation, url, context)


async def held_terminal(line: Line, terminal_id: str, context: Context) -> Terminal:
    return await line.get(Terminal, _cpo(line, TERMINALS, terminal_id), context)


async def report_terminal(line: Line, told: Terminal, context: Context) -> None:
    await line.tell("POST", _cpo(line, TERMINALS), line.written(Terminal, told, context))


async def held_confirmation(
    line: Line, confirmation_id: str, context: Context
) -> FinancialAdviceConfirmation:
    url = _cpo(line, CONFIRMATIONS, confirmation_id)
    return await line.get(FinancialAdviceConfirmation, url, context)


async def report_confirmation(line: Line, told: FinancialAdviceConfirmation, context: Context) -> None:
    body = line.written(FinancialAdviceConfirmation, told, context)
    await line.tell("POST", _cpo(line, CONFIRMATIONS), body)


def _provider(line: Line, *path: str) -> URL:
    return line.url(MODULE, Side.SENDER, *path)


def _cpo(line: Line, *path: str) -> URL:
    return line.url(MODULE, Side.RECEIVER, *path)
