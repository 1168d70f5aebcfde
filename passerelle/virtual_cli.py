"""passerelle partners virtual: all registrations of a partner of 2.1.1 at a hub, by one command."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from passerelle.options import Json, seconds
from passerelle.output import EXIT_REFUSED, print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(
    no_args_is_help=True,
    help="Partners of 2.1.1: a registration with the hub for each party that they have an agreement with.",
)

Name = Annotated[str, typer.Argument(help="Your own short name for the partner.")]
With = Annotated[
    list[str] | None,
    typer.Option("--with", help="The registration for this remote party alone, as FR*CPO; repeatable."),
]

COLUMNS = ("remote", "partner", "state", "versions_url", "token", "trouble")


@app.command("list")
def list_(
    name: Annotated[str | None, typer.Argument(help="One partner; all of them, unless named.")] = None,
    as_json: Json = False,
) -> None:
    """Every registration with its state; tokens are shown only where they are made."""
    admin = admin_of(Service.HUB)
    found = [admin.get(f"/virtual-partners/{name}")] if name else admin.get("/virtual-partners")
    if as_json:
        print_json(found)
        return
    rows = [{**each, "name": one["name"]} for one in found for each in one["registrations"]]
    show(rows, ("name", "remote", "partner", "state", "versions_url"), as_json=False)


@app.command()
def create(
    name: Name,
    party: Annotated[str, typer.Option(help="The party of the partner, as NL*MSP.")],
    role: Annotated[str, typer.Option(help="Its role: CPO or EMSP.")],
    versions_url: Annotated[
        str | None, typer.Option("--url", help="Its versions URL, for the hub to register there.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="PARTNER_TOKEN", help="Its TOKEN_A, if that is good for every remote party."),
    ] = None,
    tokens: Annotated[
        typer.FileText | None,
        typer.Option(help="A file (or - for standard input) with a TOKEN_A on each line: FR*CPO=token."),
    ] = None,
    expires_in: Annotated[str, typer.Option(help="How long invitations are good: 3d, 12h, 30m.")] = "7d",
    as_json: Json = False,
) -> None:
    """Make every registration that is not there: by a handshake with a URL, else by an invitation."""
    wanted = {
        "name": name,
        "party": party,
        "role": role,
        "versions_url": versions_url,
        "token": token,
        "tokens": dict(_pair(line.strip()) for line in tokens or () if line.strip()),
        "lifetime_s": seconds(expires_in),
    }
    _tell(admin_of(Service.HUB).post("/virtual-partners", wanted), as_json=as_json)


@app.command()
def rotate(name: Name, only: With = None, as_json: Json = False) -> None:
    """Exchange new tokens for every registration; an invitation that nobody used is made anew, and shown."""
    told = admin_of(Service.HUB).post(f"/virtual-partners/{name}/rotate", {"parties": only})
    _tell(told, as_json=as_json)


@app.command()
def remove(name: Name, only: With = None, as_json: Json = False) -> None:
    """End every registration on both sides, and forget the partner."""
    query = f"?{urlencode([('with', each) for each in only])}" if only else ""
    _tell(admin_of(Service.HUB).delete(f"/virtual-partners/{name}{query}"), as_json=as_json)


def _tell(told: Mapping[str, Any], *, as_json: bool) -> None:
    """Exits with 1 where a registration failed; the others were made all the same."""
    if as_json:
        print_json(told)
    else:
        show(told["registrations"], COLUMNS, as_json=False)
    if any(each["trouble"] for each in told["registrations"]):
        raise typer.Exit(EXIT_REFUSED)


def _pair(written: str) -> tuple[str, str]:
    party, equals, token = written.partition("=")
    if not equals:
        raise typer.BadParameter("each line is PARTY=token, as FR*CPO=abc", param_hint="--tokens")
    return party, token
