"""passerelle emsp keys: keys with which apps and back offices use the eMSP's API."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Keys with which apps and back offices use the API.")

COLUMNS = (
    "name",
    "kind",
    "scopes",
    "contracts",
    "drivers",
    "per_minute",
    "expires_at",
    "last_used_at",
    "revoked_at",
)


class Kind(StrEnum):
    APP = "app"
    OFFICE = "office"


_KINDS = {Kind.APP: "APP", Kind.OFFICE: "BACK_OFFICE"}


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Your own short name for it.")],
    scopes: Annotated[
        str,
        typer.Option(
            help="locations:read, sessions:read, sessions:write, cdrs:read; "
            "for an office also webhooks:manage, support."
        ),
    ],
    kind: Annotated[Kind, typer.Option(help="An app never unlocks a connector.")] = Kind.APP,
    contract: Annotated[
        list[str] | None, typer.Option(help="It sees and steers this contract's charging; repeatable.")
    ] = None,
    driver: Annotated[
        list[str] | None, typer.Option(help="Likewise all contracts of this driver; repeatable.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends, as 2027-01-31T00:00:00Z.")] = None,
    per_minute: Annotated[int | None, typer.Option(help="How many requests it may make.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a key. It is shown once."""
    wanted: dict[str, Any] = {
        "name": name,
        "kind": _KINDS[kind],
        "scopes": scopes.replace(" ", "").split(","),
        "contracts": contract or None,
        "drivers": driver or None,
        "expires_at": expires,
        "per_minute": per_minute,
    }
    told = admin_of(Service.EMSP).post("/api_keys", wanted)
    if as_json:
        print_json(told)
        return
    typer.echo(f"{told['name']} opens {', '.join(told['scopes'])}. The key is shown only now:")
    typer.echo(f"  {told['key']}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every key that was given out: what it opens, for whom, when it was used."""
    show(admin_of(Service.EMSP).get("/api_keys"), COLUMNS, as_json=as_json)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="As `emsp keys list` shows it.")]) -> None:
    """End a key now, in every process; what it follows ends within seconds."""
    admin_of(Service.EMSP).delete(f"/api_keys/{name}")
