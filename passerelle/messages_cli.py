"""passerelle messages: what went in and out of a running service lately."""

import time
from typing import Annotated, Final

import typer

from passerelle.admin_client import AdminClient
from passerelle.messages_output import Message, console, table
from passerelle.options import At, Json
from passerelle.output import print_json, print_json_line
from passerelle.services import Service, admin_of

EVERY_S: Final = 1.0
_MOST: Final = 500


def messages(
    partner: Annotated[str | None, typer.Option(help="Of this partner alone.")] = None,
    module: Annotated[str | None, typer.Option(help="Of this module alone, as cdrs.")] = None,
    status: Annotated[int | None, typer.Option(help="Answered with this OCPI status alone.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Only what did not end well.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=_MOST, help="So many, the latest last.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new ones until Ctrl-C.")] = False,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """List the messages that were recorded last."""
    named = {"partner": partner, "module": module, "status": status, "failed": failed or None}
    wanted = {name: str(value) for name, value in named.items() if value is not None}
    admin = admin_of(service)
    told = admin.get("/messages", limit=str(_MOST if follow else limit), **wanted)
    if as_json and not follow:
        print_json(told)
        return
    _print(told["messages"][:limit], as_json=as_json)
    if follow:
        _follow(admin, wanted, {each["id"] for each in told["messages"]}, as_json=as_json)


def _follow(admin: AdminClient, wanted: dict[str, str], seen: set[str], *, as_json: bool) -> None:
    """One that comes late may have ended before others that were shown: so all recent ones are looked at."""
    while True:
        time.sleep(EVERY_S)
        recent = admin.get("/messages", limit=str(_MOST), **wanted)["messages"]
        _print([each for each in recent if each["id"] not in seen], as_json=as_json)
        seen = {each["id"] for each in recent}


def _print(newest_first: list[Message], *, as_json: bool) -> None:
    found = newest_first[::-1]
    if as_json:
        for each in found:
            print_json_line(each)
    elif found:
        console().print(table(found, is_numbered=False))
