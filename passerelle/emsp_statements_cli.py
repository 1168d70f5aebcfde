"""passerelle emsp statements: what is owed to each CPO, month by month."""

from pathlib import Path
from typing import Annotated, Any

import typer

from passerelle.options import Json
from passerelle.output import EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Monthly statements of CPOs: look at one, close it, save it.")

COLUMNS = ("cpo", "month", "state", "currency", "sum", "count", "energy_kwh", "excl_tax", "incl_tax")

Cpo = Annotated[str, typer.Argument(help="The CPO, as FR*CPO.")]
Month = Annotated[str, typer.Argument(help="The month, as 2026-01.")]


@app.command("list")
def list_(
    cpo: Annotated[str | None, typer.Option(help="Of this CPO alone.")] = None, as_json: Json = False
) -> None:
    """Those that are closed, the newest first."""
    told = admin_of(Service.EMSP).get("/statements", **({} if cpo is None else {"cpo": cpo}))
    _print(told, as_json=as_json)


@app.command("show")
def show_(cpo: Cpo, month: Month, as_json: Json = False) -> None:
    """As it was closed; one that is open, as it stands now."""
    told = admin_of(Service.EMSP).get(f"/statements/{cpo}/{month}")
    _print(told, as_json=as_json)


@app.command()
def close(cpo: Cpo, month: Month, as_json: Json = False) -> None:
    """For ever: what comes afterwards stands in the next one."""
    told = admin_of(Service.EMSP).post(f"/statements/{cpo}/{month}/close", {})
    _print(told, as_json=as_json)


@app.command()
def invoices(cpo: Cpo, month: Month, as_json: Json = False) -> None:
    """What of it the CPO's invoices cover, and what of that is disputed or not owed."""
    told = admin_of(Service.EMSP).get(f"/statements/{cpo}/{month}/invoices")
    columns = ("invoiced", "not_invoiced", "uninvoiced", "disputed", "not_owed")
    print_json(told) if as_json else show([told], columns, as_json=False)


@app.command()
def save(
    cpo: Cpo,
    month: Month,
    file: Annotated[Path, typer.Argument(help="Where to; its suffix says how: .csv or .ndjson.")],
) -> None:
    """Its lines, into a file."""
    kind = file.suffix.removeprefix(".")
    if kind not in {"csv", "ndjson"}:
        fail(f"{file.name} is neither .csv nor .ndjson", EXIT_USAGE)
    admin_of(Service.EMSP).save(f"/statements/{cpo}/{month}.{kind}", file)


def _print(told: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    statements = told if isinstance(told, list) else [told]
    show([row for statement in statements for row in _rows(statement)], COLUMNS, as_json=False)


def _rows(statement: dict[str, Any]) -> list[dict[str, Any]]:
    """A line for each sum that is of anything, and one where there is none."""
    found = [
        {**statement, "currency": currency, "sum": name, **one}
        for currency, sums in statement.get("currencies", {}).items()
        for name, one in sums.items()
        if one["count"]
    ]
    return found or [statement]
