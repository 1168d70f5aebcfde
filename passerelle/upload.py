"""A file on its way to a service that reads it row by row: a bar on standard error, and what became of it."""

from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from passerelle.admin_client import AdminClient, AdminRefused
from passerelle.output import EXIT_USAGE, fail, print_json


def uploaded(admin: AdminClient, path: str, file: Path, *, as_json: bool, **asked: bool) -> None:
    """Print it, and leave with an exit code that says whether all rows were taken. Raises AdminRefused."""
    try:
        told = _sent(admin, path, file, {name: str(value).lower() for name, value in asked.items()})
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", EXIT_USAGE)
    except AdminRefused as refusal:
        _print_flaws(file, refusal.flaws)
        raise
    if as_json:
        print_json(told)
    else:
        _print_flaws(file, told["flaws"])
        typer.echo(_sentence(told, is_dry=asked["dry_run"]))
    if told["refused"]:
        raise SystemExit(1)


def _sent(admin: AdminClient, path: str, file: Path, query: dict[str, str]) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with file.open("rb") as body, bar:
        task = bar.add_task("checking", total=None)
        for told in admin.upload(path, body, file=file.name, **query):
            bar.update(task, description="rows", total=told["total"], completed=told["rows"])
            if told["is_done"]:
                return dict(told)
    raise AdminRefused("the import was broken off: import the same file again")


def _print_flaws(file: Path, flaws: Any) -> None:
    for each in flaws:
        typer.echo(f"{file}:{each['line']}:{each['column']}: {each['text']}", err=True)


def _sentence(told: dict[str, Any], *, is_dry: bool) -> str:
    counts = ", ".join(f"{told[name]} {name}" for name in ("created", "changed", "unchanged", "refused"))
    gone = f"; {told['missing']} of earlier files are missing" if told["missing"] else ""
    blocked = f", {told['blocked']} blocked" if told["blocked"] else ""
    return f"{'would be: ' if is_dry else ''}{told['rows']} rows: {counts}{gone}{blocked}"
