"""passerelle tariffs: what charging costs at the operator's stations, for everybody or for one eMSP."""

from pathlib import Path
from typing import Annotated

import typer

from passerelle.authored import authored
from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="See, put and remove the tariffs of the CPO adapter.")

TARIFFS = ("id", "emsp", "group", "instead_of", "currency", "start_date_time", "end_date_time")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """As they are authored now, those for single eMSPs beside those for everybody."""
    show(admin_of(Service.CPO).get("/tariffs"), TARIFFS, as_json=as_json)


@app.command()
def put(
    file: Annotated[Path, typer.Argument(help="TOML or CSV, in the form of CPO_TARIFFS.")],
    as_json: Json = False,
) -> None:
    """Add the tariffs of a file, or change those of the same ids; charges that run keep what they have."""
    told = admin_of(Service.CPO).post("/tariffs", authored(file))
    show(told, TARIFFS, as_json=as_json)


@app.command()
def remove(
    tariff: Annotated[str, typer.Argument(help="The id.")],
    emsp: Annotated[str | None, typer.Option(help="The one that is for it alone, as NL*MSP.")] = None,
    as_json: Json = False,
) -> None:
    """Take back one that was put; partners are told."""
    told = admin_of(Service.CPO).post("/tariffs/remove", {"id": tariff, "emsp": emsp})
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{tariff} is removed" + (f" for {emsp}" if emsp else ""))
