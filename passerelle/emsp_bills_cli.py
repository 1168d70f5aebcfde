"""passerelle emsp bills: what CPOs bill, what is said against it, and what becomes of that."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from passerelle.options import Json
from passerelle.output import EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="List and show bills, dispute them, export them.")

COLUMNS = ("end", "cpo", "id", "currency", "asked", "ours", "place", "dispute", "findings")
NEXT = "X-Next-After"


class Dispute(StrEnum):
    REVIEW = "REVIEW"
    OPEN = "OPEN"
    CONCEDED = "CONCEDED"
    REJECTED = "REJECTED"
    SETTLED = "SETTLED"
    DISMISSED = "DISMISSED"


Id = Annotated[str, typer.Argument(help="The id of the CDR.")]
Cpo = Annotated[str | None, typer.Option(help="Its CPO, where several have a bill of this id.")]
Where = Annotated[
    list[str],
    typer.Option(
        "--where",
        "-w",
        metavar="NAME=VALUE",
        help="By cpo, contract, token, currency, since, until, dispute, finding, place, credit, clean.",
    ),
]


@app.command("list")
def list_(
    where: Where = [],  # noqa: B006 - typer reads it and nobody changes it
    before: Annotated[int | None, typer.Option(help="Go on where the last list ended.")] = None,
    limit: Annotated[int, typer.Option(help="How many at once.")] = 50,
    as_json: Json = False,
) -> None:
    """The newest bills first."""
    more = {"limit": str(limit), **({} if before is None else {"before": str(before)})}
    told = admin_of(Service.EMSP).get("/bills", **_filters(where), **more)
    if as_json:
        print_json(told)
        return
    show([_row(bill) for bill in told["bills"]], COLUMNS, as_json=False)
    if told["before"] is not None:
        typer.echo(f"more: --before {told['before']}")


@app.command("show")
def show_(bill_id: Id, cpo: Cpo = None, as_json: Json = False) -> None:
    """One bill: what is said against it, how it is priced, its session, its dispute."""
    query = {} if cpo is None else {"cpo": cpo}
    _print(admin_of(Service.EMSP).get(f"/bills/{quote(bill_id, safe='')}", **query), as_json=as_json)


@app.command()
def dispute(
    bill_id: Id,
    state: Annotated[Dispute, typer.Argument(help="What it is from now on.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept.")],
    note: Annotated[str | None, typer.Option(help="Whatever else should be kept.")] = None,
    cpo: Cpo = None,
    seen: Annotated[int | None, typer.Option(help="Only if the dispute is still of this version.")] = None,
    as_json: Json = False,
) -> None:
    """Bring the dispute about a bill a step further."""
    wanted = {"id": bill_id, "cpo": cpo, "state": state.value, "reason": reason, "note": note, "seen": seen}
    _print(admin_of(Service.EMSP).post("/bills/dispute", wanted), as_json=as_json)


@app.command()
def audit(bill_id: Id, cpo: Cpo = None, as_json: Json = False) -> None:
    """Judge a bill anew, by what is known now."""
    _print(admin_of(Service.EMSP).post("/bills/audit", {"id": bill_id, "cpo": cpo}), as_json=as_json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to; its suffix says how: .csv, .ndjson or .parquet.")],
    where: Where = [],  # noqa: B006 - as above
    after: Annotated[int, typer.Option(help="Go on behind this number, of an earlier export.")] = 0,
    as_json: Json = False,
) -> None:
    """Every bill that has come, in that order, into a file."""
    kind = file.suffix.removeprefix(".")
    if kind not in {"csv", "ndjson", "parquet"}:
        fail(f"{file.name} is none of .csv, .ndjson and .parquet", EXIT_USAGE)
    headers = admin_of(Service.EMSP).save(f"/cdrs.{kind}", file, after=str(after), **_filters(where))
    if as_json:
        print_json({"file": str(file), "next": int(headers[NEXT])})
    else:
        typer.echo(f"{file} goes up to {headers[NEXT]}; the next one: --after {headers[NEXT]}")


def _filters(where: list[str]) -> dict[str, str]:
    found = {}
    for written in where:
        name, equals, value = written.partition("=")
        if not equals:
            fail(f"a filter is written as NAME=VALUE, not {written}", EXIT_USAGE)
        found[name] = value
    return found


def _row(bill: dict[str, Any]) -> dict[str, Any]:
    asked, ours = (bill[name] and _owed(bill[name]) for name in ("theirs", "ours"))
    return {**bill, "asked": asked, "ours": ours}


def _owed(amount: dict[str, Any]) -> Any:
    return amount["excl_tax"] if amount["incl_tax"] is None else amount["incl_tax"]


def _print(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    show([_row(told)], COLUMNS, as_json=False)
    for sentence in told["explanation"]:
        typer.echo(sentence)
    if told["verdict"]:
        show(told["verdict"], ("severity", "code", "pointer", "expected", "actual"), as_json=False)
    if len(told["chain"]) > 1:
        show(told["chain"], ("id", "place", "credits", "findings"), as_json=False)
    if told["dispute"]:
        typer.echo(f"dispute, version {told['dispute']['version']}:")
        show(told["dispute"]["history"], ("at", "state", "by", "reason", "note"), as_json=False)
