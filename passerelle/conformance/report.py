"""A run as it is told: a table for people, one document for programs. No token stands in either."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from passerelle.conformance.target import Target
from passerelle.conformance.verdict import Colour, Verdict

_STYLES: Final = {Colour.GREEN: "green", Colour.RED: "bold red"}


def as_document(target: Target, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "versions_url": target.versions_url,
        "version": target.version,
        "role": target.role,
        "party": str(target.party) if target.party else None,
        "counts": counts(verdicts),
        "cases": [_case(each) for each in verdicts],
    }


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    found = Counter(each.colour for each in verdicts)
    return {colour.value: found[colour] for colour in Colour}


def print_table(target: Target, verdicts: Sequence[Verdict]) -> None:
    """What is green or red in a line each, red with what was sent and what came, grey by its reasons."""
    console = Console(highlight=False)
    title = f"{target.versions_url}: OCPI {target.version}, {target.role} {target.party or ''}"
    table = Table("case", "", "what is asked", "what was seen", title=title, title_justify="left")
    for each in verdicts:
        if each.colour is not Colour.GREY:
            told = f"[{_STYLES[each.colour]}]{each.colour}[/]"
            table.add_row(each.number, told, escape(each.asks), escape(each.text))
    console.print(table)
    for each in verdicts:
        if each.colour is Colour.RED:
            _print_red(console, each)
    _print_grey(console, [each for each in verdicts if each.colour is Colour.GREY])
    console.print(", ".join(f"{count} {colour}" for colour, count in counts(verdicts).items()))


def _print_grey(console: Console, verdicts: Sequence[Verdict]) -> None:
    numbers: dict[str, list[str]] = {}
    for each in verdicts:
        numbers.setdefault(each.text, []).append(each.number)
    console.print("\n[dim]not looked at[/]")
    for reason, which in numbers.items():
        console.print(f"  [dim]{escape(reason)}:[/] {', '.join(which)}")


def _print_red(console: Console, verdict: Verdict) -> None:
    console.print(f"\n[bold red]{verdict.number}[/] {escape(verdict.asks)}")
    console.print(f"  section  {escape(verdict.section)}")
    console.print(f"  seen     {escape(verdict.text)}")
    for exchange in verdict.exchanges:
        console.print(f"  sent     {escape(exchange['sent'])}")
        console.print(f"  came     {escape(exchange['came'])}")


def _case(verdict: Verdict) -> dict[str, Any]:
    return {
        "number": verdict.number,
        "colour": verdict.colour.value,
        "asks": verdict.asks,
        "section": verdict.section,
        "text": verdict.text,
        "exchanges": verdict.exchanges,
    }
