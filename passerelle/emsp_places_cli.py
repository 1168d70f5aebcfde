"""passerelle emsp places: which locations apps can find, and why others not."""

from typing import Any

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Locations as apps find them.")

COLUMNS = ("reason", "count", "examples")


@app.command()
def status(as_json: Json = False) -> None:
    """How many are shown; how many are not, and why."""
    told = admin_of(Service.EMSP).get("/places")
    if as_json:
        print_json(told)
        return
    typer.echo(f"{told['shown']} locations are shown.")
    show([{"reason": reason, **each} for reason, each in told["left_out"].items()], COLUMNS, as_json=False)


@app.command()
def check(as_json: Json = False) -> None:
    """Whether what is found follows from the locations. Exits with 1 where it does not."""
    _told(admin_of(Service.EMSP).get("/places/check"), as_json=as_json)


@app.command()
def rebuild(as_json: Json = False) -> None:
    """The same, and mends what differs."""
    told = admin_of(Service.EMSP).post("/places/rebuild", {})
    _told({**told, "mended": told["differing"], "differing": 0}, as_json=as_json)


def _told(checked: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(checked)
    else:
        counts = (name for name in ("seen", "differing", "mended") if name in checked)
        found = ", ".join(f"{name} {checked[name]}" for name in counts)
        typer.echo("\n".join([found, *checked["examples"]]))
    if checked["differing"]:
        raise SystemExit(1)
