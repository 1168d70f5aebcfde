"""passerelle groups: named groups of a CPO's locations, which the terms of agreements may name."""

from typing import Annotated
from urllib.parse import quote

import typer

from passerelle.agreements_cli import Cpo
from passerelle.options import At, Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Set, list and remove groups of a CPO's locations.")

GroupName = Annotated[str, typer.Argument(help="Your own name for the group.")]

COLUMNS = ("cpo", "name", "locations")


@app.command("list")
def list_(service: At = Service.HUB, as_json: Json = False) -> None:
    """Every group with the ids of its locations."""
    show(admin_of(service).get("/location-groups"), COLUMNS, as_json=as_json)


@app.command("set")
def set_(
    cpo: Cpo,
    name: GroupName,
    locations: Annotated[list[str], typer.Argument(help="Ids of all locations that are in the group.")],
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Have exactly these locations in a group: what joins is told to who sees it, what leaves is REMOVED."""
    told = admin_of(service).post(_path(cpo, name), {"locations": locations})
    print_json(told) if as_json else show([told], COLUMNS, as_json=False)


@app.command()
def remove(cpo: Cpo, name: GroupName, service: At = Service.HUB) -> None:
    """Remove a group that no agreement names."""
    admin_of(service).delete(_path(cpo, name))


def _path(cpo: str, name: str) -> str:
    return f"/location-groups/{quote(cpo, safe='*')}/{quote(name, safe='')}"
