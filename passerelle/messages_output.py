"""Recorded messages as people read them: one line each, and under it what was lost or went wrong."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text
from yarl import URL

_WAYS: Final = {"in": "{partner} ▶", "out": "▶ {partner}"}
Message = dict[str, Any]


def table(messages: Iterable[Message], *, is_numbered: bool) -> Table:
    found = Table("#" if is_numbered else "id", "time", "way", "parties", "message", "answer", "ms", box=None)
    for number, each in enumerate(messages, 1):
        found.add_row(str(number) if is_numbered else each["id"], *_cells(each))
        for text, style in _remarks(each):
            found.add_row("", "", "", "", Text(f"  {text}", style=style), "", "")
    return found


def console() -> Console:
    return Console(highlight=False)


def _cells(message: Message) -> Iterator[Text | str]:
    yield _time(message["at"])
    yield _WAYS[message["direction"]].format(partner=message["partner"] or "a stranger")
    yield f"{message['from'] or '?'} → {message['to'] or '*'}"
    yield f"{message['method']} {message['module']}{_below(message)} {message['version'] or ''}".rstrip()
    yield Text(_answer(message), style="red" if message["failed"] else "green")
    yield f"{float(message['duration_ms']):.0f}"


def _time(written: str) -> str:
    return datetime.fromisoformat(written).strftime("%m-%d %H:%M:%S.%f")[:-3]


def _answer(message: Message) -> str:
    if message["trouble"]:
        return str(message["trouble"])
    return f"{message['http']} {message['status'] or 'no OCPI'}"


def _below(message: Message) -> str:
    """What follows the module in the address."""
    _, found, below = URL(message["url"]).path.partition(f"/{message['module']}/")
    return f"/{below}" if found else ""


def _remarks(message: Message) -> Iterator[tuple[str, str]]:
    if message["failed"] and message["said"]:
        yield message["said"], "red"
    for loss in message["losses"]:
        yield f"lost: {loss}", "yellow"
