"""passerelle stations certificates …: those that were issued to stations, beside the roots on them."""

from typing import Annotated

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of
from passerelle.stations_orders_cli import Identity, order

app = typer.Typer(no_args_is_help=True)

ISSUED = ("identity", "serial_number", "standing", "outcome", "not_after", "used_at", "reason")


@app.command()
def issued(
    identity: Annotated[str | None, typer.Option(help="Of this station alone.")] = None,
    within_days: Annotated[
        int | None, typer.Option(min=0, help="Those that end within so many days, or have ended.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Which stations have certificates of ours, the next to end first."""
    wanted = {"station": identity, "within_days": within_days}
    query = {name: str(value) for name, value in wanted.items() if value is not None}
    found = admin_of(Service.CPO).get("/stations/certificates/issued", **query)
    show(found, ISSUED, as_json=as_json)


@app.command()
def renew(identity: Identity, as_json: Json = False) -> None:
    """Have a station ask for another certificate. Accepted is no proof that it will."""
    order("certificates/renew", identity, as_json)


@app.command()
def revoke(
    identity: Identity,
    serial_number: Annotated[str | None, typer.Argument(help="As `issued` shows it; all if none.")] = None,
    reason: Annotated[str, typer.Option(help="For those who look later.")] = "",
    as_json: Json = False,
) -> None:
    """Let a station in by a certificate no more, and end its connection if it is in by that."""
    wanted = {"identity": identity, "serial_number": serial_number, "reason": reason}
    told = admin_of(Service.CPO).post("/stations/certificates/revoke", wanted)
    if as_json:
        print_json(told)
    else:
        typer.echo(f"revoked: {', '.join(each['serial_number'] for each in told['revoked'])}")
