"""passerelle emsp webhooks: who is told what happens, and whether it arrives."""

from typing import Annotated, Any

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Webhooks: signed events for back offices.")

COLUMNS = ("id", "url", "events", "description", "disabled", "failing_since")
MESSAGE_COLUMNS = ("id", "type", "state", "created_at", "due_at", "attempts", "last")

Id = Annotated[str, typer.Argument(help="As `emsp webhooks list` shows it.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every webhook, and why one is disabled."""
    show(admin_of(Service.EMSP).get("/webhooks"), COLUMNS, as_json=as_json)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where it is told, by https.")],
    event: Annotated[
        list[str] | None, typer.Option(help="As session.started; repeatable. None: all of them.")
    ] = None,
    description: Annotated[str, typer.Option(help="For your own eyes.")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Tell somebody what happens. The secret is shown once."""
    wanted = {"url": url, "events": event or [], "description": description}
    _made(admin_of(Service.EMSP).post("/webhooks", wanted), as_json=as_json)


@app.command()
def rotate(
    webhook: Id,
    overlap_hours: Annotated[
        int, typer.Option(min=0, max=168, help="So long the secret before signs too.")
    ] = 24,
    *,
    as_json: Json = False,
) -> None:
    """Replace the secret. The new one is shown once."""
    told = admin_of(Service.EMSP).post(f"/webhooks/{webhook}/rotate", {"overlap_hours": overlap_hours})
    _made(told, as_json=as_json)


@app.command()
def enable(webhook: Id) -> None:
    """Tell it again; what waited meanwhile goes first."""
    admin_of(Service.EMSP).patch(f"/webhooks/{webhook}", {"enabled": True})


@app.command()
def disable(webhook: Id) -> None:
    """Tell it nothing until it is enabled."""
    admin_of(Service.EMSP).patch(f"/webhooks/{webhook}", {"enabled": False})


@app.command()
def remove(webhook: Id) -> None:
    """Remove it with its messages."""
    admin_of(Service.EMSP).delete(f"/webhooks/{webhook}")


@app.command()
def test(webhook: Id) -> None:
    """Send a test event; `messages` shows whether it arrived."""
    typer.echo(admin_of(Service.EMSP).post(f"/webhooks/{webhook}/test", {})["id"])


@app.command()
def messages(webhook: Id, as_json: Json = False) -> None:
    """The last hundred messages and what became of them."""
    told = admin_of(Service.EMSP).get(f"/webhooks/{webhook}/messages")
    show(told if as_json else [_flat(each) for each in told], MESSAGE_COLUMNS, as_json=as_json)


@app.command()
def resend(
    webhook: Id, message: Annotated[str, typer.Argument(help="As `emsp webhooks messages` shows it.")]
) -> None:
    """Deliver a message once more, whatever became of it."""
    admin_of(Service.EMSP).post(f"/webhooks/{webhook}/messages/{message}/resend", {})


def _made(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    typer.echo(f"{told['webhook']['id']} is told at {told['webhook']['url']}. The secret is shown only now:")
    typer.echo(f"  {told['secret']}")


def _flat(message: dict[str, Any]) -> dict[str, Any]:
    """For a table: how many attempts, and how the last one ended."""
    attempts = message["attempts"]
    last = attempts[-1] if attempts else {}
    return {**message, "attempts": len(attempts), "last": last.get("status") or last.get("trouble")}
