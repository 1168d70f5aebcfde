"""passerelle access: tokens with which a party reads its bills from the hub, with curl and nothing else."""

from typing import Annotated

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Let a finance office read its bills without an OCPI platform.")

COLUMNS = ("name", "party", "modules", "expires_at", "created_by", "uses", "last_used_at", "revoked_at")


@app.command()
def create(
    party: Annotated[str, typer.Option(help="Whose bills, as FR*CPO.")],
    expires: Annotated[str, typer.Option(help="The last day, as 2027-01-31, in UTC.")],
    modules: Annotated[str, typer.Option(help="What it reads: cdrs, sessions or both.")] = "cdrs",
    name: Annotated[str | None, typer.Option(help="Your own short name for it.")] = None,
    as_json: Json = False,
) -> None:
    """Make a token that reads, and nothing else. It is shown once."""
    wanted = {"party": party, "modules": modules.split(","), "expires": expires, "name": name}
    told = admin_of(Service.HUB).post("/access", wanted)
    if as_json:
        print_json(told)
        return
    modules_read = " and ".join(told["modules"])
    typer.echo(f"{told['name']} reads {modules_read} of {told['party']} until {told['expires']}.")
    typer.echo("The token is shown only now:")
    typer.echo(f"  {told['token']}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every token that was given out: whose it is, who made it, how it was used."""
    show(admin_of(Service.HUB).get("/access"), COLUMNS, as_json=as_json)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="As `access list` shows it.")]) -> None:
    """End a token now, in every process of the hub."""
    admin_of(Service.HUB).delete(f"/access/{name}")
