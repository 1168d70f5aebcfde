"""passerelle agreements: between which CPO and eMSP anything may flow."""

from typing import Annotated

import typer

from passerelle.output import print_json, show
from passerelle.partners_cli import At, Json
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Add, list and end agreements between a CPO and an eMSP.")

Cpo = Annotated[str, typer.Argument(help="The CPO, as FR*CPO.")]
Emsp = Annotated[str, typer.Argument(help="The eMSP, as NL*MSP.")]
Day = Annotated[str | None, typer.Option(help="A day as 2026-01-31, in UTC.")]

COLUMNS = ("cpo", "emsp", "first_day", "last_day", "holds")


@app.command("list")
def list_(service: At = Service.HUB, as_json: Json = False) -> None:
    """Every agreement, and whether it holds today."""
    show(admin_of(service).get("/agreements"), COLUMNS, as_json=as_json)


@app.command()
def add(
    cpo: Cpo,
    emsp: Emsp,
    service: At = Service.HUB,
    first_day: Day = None,
    last_day: Day = None,
    as_json: Json = False,
) -> None:
    """Let things flow between two parties, from the first day (today, unless told) to the last."""
    wanted = {"cpo": cpo, "emsp": emsp, "first_day": first_day, "last_day": last_day}
    added = admin_of(service).post("/agreements", wanted)
    show([added], COLUMNS, as_json=False) if not as_json else print_json(added)


@app.command()
def end(cpo: Cpo, emsp: Emsp, service: At = Service.HUB, last_day: Day = None, as_json: Json = False) -> None:
    """End an agreement with the given day (today, unless told); that day still counts."""
    ended = admin_of(service).post("/agreements/end", {"cpo": cpo, "emsp": emsp, "last_day": last_day})
    if as_json:
        print_json(ended)
    else:
        typer.echo(f"{ended['cpo']} and {ended['emsp']}: the last day is {ended['last_day']}")
