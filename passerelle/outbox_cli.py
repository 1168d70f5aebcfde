"""passerelle outbox: what partners lack and why, what has arrived, and how to try it again."""

from typing import Annotated

import typer

from passerelle.options import At, Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="See what partners lack, and try again what was given up.")

To = Annotated[str | None, typer.Option(help="The party that lacks it, as NL*MSP.")]
Kind = Annotated[str | None, typer.Option(help="location, session, cdr, tariff, token …")]
Since = Annotated[str | None, typer.Option(help="An instant, as 2026-01-31T12:00:00Z.")]
Limit = Annotated[int, typer.Option(help="At most so many.")]

MARKS = ("mark", "since", "attempts", "next_try", "last_error", "parked")
RECEIPTS = ("mark", "at", "http", "status", "location", "attempts", "correlation_id")


@app.command("list")
def list_(
    to: To = None,
    kind: Kind = None,
    state: Annotated[str | None, typer.Option(help="waiting or parked.")] = None,
    limit: Limit = 500,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """What is waiting to be delivered or was parked, and why; the longest waiting first."""
    wanted = _given(to=to, kind=kind, state=state, limit=str(limit))
    show(admin_of(service).get("/outbox", **wanted), MARKS, as_json=as_json)


@app.command()
def receipts(
    to: To = None, kind: Kind = None, limit: Limit = 500, service: At = Service.HUB, as_json: Json = False
) -> None:
    """What was delivered, when, and what the partner answered; the last first."""
    wanted = _given(to=to, kind=kind, limit=str(limit))
    show(admin_of(service).get("/receipts", **wanted), RECEIPTS, as_json=as_json)


@app.command()
def revive(
    mark: Annotated[str | None, typer.Option(help="One mark, as the list names it.")] = None,
    to: To = None,
    kind: Kind = None,
    since: Since = None,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Try again what was parked: one mark, or all of a party, or all since an instant."""
    told = admin_of(service).post("/outbox/revive", _given(mark=mark, to=to, kind=kind, since=since))
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{told['revived']} to be tried again")


@app.command()
def replay(
    to: Annotated[str, typer.Option(help="The party that has lost it, as NL*MSP.")],
    since: Annotated[str, typer.Option(help="From when on, as 2026-01-31T12:00:00Z.")],
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Tell a partner once more what it was told since an instant, as that is now."""
    told = admin_of(service).post("/outbox/replay", {"to": to, "since": since})
    if as_json:
        print_json(told)
    else:
        typer.echo(f"{told['due']} objects are told to {told['to']} once more")


def _given(**options: str | None) -> dict[str, str]:
    return {name: value for name, value in options.items() if value is not None}
