"""passerelle inventory: the sites of the CPO adapter, while it runs."""

from pathlib import Path
from typing import Annotated

import typer

from passerelle.authored import authored
from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="See, put and remove the sites of the CPO adapter.")

SITES = ("id", "name", "city", "publish", "stations", "written")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All sites, and whether each is written in the file or was put here."""
    show(admin_of(Service.CPO).get("/inventory"), SITES, as_json=as_json)


@app.command()
def put(
    file: Annotated[Path, typer.Argument(help="TOML or CSV, in the form of CPO_INVENTORY, without keys.")],
    as_json: Json = False,
) -> None:
    """Add the sites of a file, or change those of the same ids; partners are told at once."""
    told = admin_of(Service.CPO).post("/inventory", authored(file))
    show(told, SITES, as_json=as_json)


@app.command()
def remove(
    site: Annotated[str, typer.Argument(help="The id of a site that was put here.")], as_json: Json = False
) -> None:
    """Take a site back; partners see its EVSEs as removed."""
    told = admin_of(Service.CPO).post("/inventory/remove", {"site": site})
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{site} is removed")
