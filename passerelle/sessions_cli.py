"""passerelle sessions: what became of each charge at the CPO adapter's stations."""

from typing import Annotated

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="See what became of charges; decide about those that are held.")

Number = Annotated[int, typer.Argument(min=1, help="The number of the transaction, as `list` shows it.")]
COLUMNS = (
    "number",
    "session_id",
    "station",
    "began_at",
    "outcome",
    "reason",
    "billed_wh",
    "held_wh",
    "not_billed_wh",
)


@app.command("list")
def list_(
    outcome: Annotated[str | None, typer.Option(help="billed, held or not_billed alone.")] = None,
    as_json: Json = False,
) -> None:
    """The newest first; those without an outcome still run."""
    wanted = {} if outcome is None else {"outcome": outcome}
    show(admin_of(Service.CPO).get("/transactions", **wanted), COLUMNS, as_json=as_json)


@app.command()
def energies(as_json: Json = False) -> None:
    """What the stations have counted, in Wh, by what became of it."""
    told = admin_of(Service.CPO).get("/transactions/energies")
    show(told if as_json else [told], tuple(told), as_json=as_json)


@app.command()
def correct(
    number: Number,
    start_wh: Annotated[int, typer.Option(min=0, help="What the meter read at the start.")],
    stop_wh: Annotated[int, typer.Option(min=0, help="What it read at the end.")],
    as_json: Json = False,
) -> None:
    """Bill a charge by other meter values; a bill that was sent is taken back and replaced."""
    meter = {"start_wh": start_wh, "stop_wh": stop_wh}
    told = admin_of(Service.CPO).post(f"/transactions/{number}/correct", meter)
    _tell(told, f"{number} will be billed anew", as_json=as_json)


@app.command("write-off")
def write_off(
    number: Number,
    reason: Annotated[str, typer.Option(help="Why nobody pays for it.")],
    as_json: Json = False,
) -> None:
    """Bill nothing for a charge; a bill that was sent is taken back."""
    told = admin_of(Service.CPO).post(f"/transactions/{number}/write_off", {"reason": reason})
    _tell(told, f"{number} will not be billed", as_json=as_json)


def _tell(told: object, text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        typer.echo(text)
