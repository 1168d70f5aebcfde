"""passerelle metering: what meters signed at the stations of the CPO adapter, and whether it is good."""

from typing import Annotated

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="See what meters signed, what is wrong with it, and their keys.")

CHECKS = ("transaction", "station", "evse", "verdict", "alarms", "at")
READINGS = ("at", "encodingMethod", "sha256")
KEYS = ("station", "evse", "key", "from", "other_key")


@app.command()
def checks(
    alarmed: Annotated[
        bool, typer.Option("--alarmed", help="Those alone that somebody has to look at.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What was found out about signed readings, the newest first."""
    query = "?alarmed=true" if alarmed else ""
    show(admin_of(Service.CPO).get(f"/metering/checks{query}"), CHECKS, as_json=as_json)


@app.command("show")
def show_readings(
    number: Annotated[int, typer.Argument(min=1, help="Of the transaction.")], as_json: Json = False
) -> None:
    """The signed readings of a transaction; --json prints them whole, as they came."""
    show(admin_of(Service.CPO).get(f"/metering/transactions/{number}"), READINGS, as_json=as_json)


@app.command()
def keys(as_json: Json = False) -> None:
    """Which meter signs with which key; another key that it showed waits to be trusted."""
    show(admin_of(Service.CPO).get("/metering/keys"), KEYS, as_json=as_json)


@app.command()
def trust(
    station: Annotated[str, typer.Argument(help="The station's identity.")],
    evse: Annotated[int, typer.Argument(min=1, help="Its EVSE.")],
    key: Annotated[str, typer.Argument(help="The other key, as `keys` shows it.")],
    as_json: Json = False,
) -> None:
    """Take another key for the meter's own from now on: the meter was changed."""
    wanted = {"station": station, "evse": evse, "key": key}
    told = admin_of(Service.CPO).post("/metering/keys/trust", wanted)
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{station} EVSE {evse} signs with {key} from now on")
