"""passerelle stations call: a message in the words of OCPP itself; and what stations told that is kept."""

from typing import Annotated, Any, Final

import orjson
import typer

from passerelle.options import Json
from passerelle.output import EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of
from passerelle.stations_orders_cli import Identity, exit_unless_accepted, print_answer

app = typer.Typer(no_args_is_help=True)
NOTICES: Final = ("received_at", "action", "frame")
_SAID: Final = frozenset({"status", "statusInfo"})


@app.command()
def call(
    identity: Identity,
    action: Annotated[str, typer.Argument(help="As GetDERControl; docs/ocpp-messages.md has all of them.")],
    payload: Annotated[str, typer.Argument(help="As JSON, in the spelling of OCPP.")] = "{}",
    as_json: Json = False,
) -> None:
    """Send what no other command sends, and show the answer; what comes later comes to a job."""
    wanted = {"identity": identity, "action": action, "payload": _read(payload)}
    told = admin_of(Service.CPO).post("/stations/call", wanted)
    if as_json:
        print_json(told)
    else:
        _print(told)
    exit_unless_accepted(told)


@app.command()
def notices(
    identity: Identity,
    action: Annotated[str | None, typer.Option(help="These alone, as NotifyPriorityCharging.")] = None,
    as_json: Json = False,
) -> None:
    """What a station told that is kept for people to look at, the latest first."""
    query = {"station": identity} if action is None else {"station": identity, "action": action}
    show(admin_of(Service.CPO).get("/stations/notices", **query), NOTICES, as_json=as_json)


def _read(payload: str) -> Any:
    try:
        return orjson.loads(payload)
    except ValueError as error:
        fail(f"the payload is no JSON: {error}", EXIT_USAGE)


def _print(told: dict[str, Any]) -> None:
    print_answer(told)
    if more := {name: item for name, item in told["told"].items() if name not in _SAID}:
        print_json(more)
    if told["job"] is not None and told["accepted"]:
        number = told["job"]
        typer.echo(f"job {number}: `stations job {number}` and `report-of {number}` show what comes of it")
