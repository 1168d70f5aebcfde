"""passerelle objects: what a service holds, and has held."""

from typing import Annotated

import typer

from passerelle.options import At, Json
from passerelle.output import show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Look at the versions of sessions, tokens and tariffs.")


@app.command()
def history(
    module: Annotated[str, typer.Argument(help="sessions, tokens or tariffs.")],
    owner: Annotated[str, typer.Argument(help="The party whose it is, as FR*CPO.")],
    object_id: Annotated[str, typer.Argument(metavar="ID", help="Its id; of a token, its uid.")],
    to: Annotated[str | None, typer.Option(help="As it was told to this party alone.")] = None,
    token_type: Annotated[str, typer.Option("--type", help="Of a token.")] = "RFID",  # noqa: S107 - a kind of card
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Every version that came, the oldest first; cards under pseudonyms."""
    query = {"module": module, "owner": owner, "id": object_id, "type": token_type}
    told = admin_of(service).get("/objects/history", **query, **({"to": to} if to else {}))
    show(told, ("at", "last_updated", "deleted", "hash"), as_json=as_json)
