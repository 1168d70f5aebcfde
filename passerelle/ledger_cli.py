"""passerelle ledger: every bill that came to the hub, what is said against it, and how far it has got."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="List bills, show one, release or reject one that is held.")

Id = Annotated[str, typer.Argument(help="The id of the bill.")]
Owner = Annotated[str | None, typer.Option(help="Its CPO, where several have a bill of this id.")]

COLUMNS = ("received_at", "state", "owner", "to", "id", "findings", "reason")
_QUARANTINED = ("at", "owner", "to", "id", "code", "pointer", "times", "hash", "kept_hash")


@app.command("list")
def list_(
    state: Annotated[
        str | None,
        typer.Option(help="received, checked, held, delivered, refused, credited or quarantined."),
    ] = None,
    party: Annotated[str | None, typer.Option(help="Bills of this party, at either end.")] = None,
    since: Annotated[str | None, typer.Option(help="That came since a day, as 2026-01-31, or later.")] = None,
    before: Annotated[int | None, typer.Option(help="Go on where the last list ended.")] = None,
    limit: Annotated[int, typer.Option(help="How many at once.")] = 50,
    as_json: Json = False,
) -> None:
    """The newest bills first."""
    options = {"state": state, "party": party, "since": since, "before": before, "limit": limit}
    query = {name: str(value) for name, value in options.items() if value is not None}
    told = admin_of(Service.HUB).get("/ledger", **query)
    if as_json:
        print_json(told)
        return
    show(
        [_row(bill) for bill in told["bills"]],
        _QUARANTINED if state == "quarantined" else COLUMNS,
        as_json=False,
    )
    if told["before"] is not None:
        typer.echo(f"more: --before {told['before']}")
    if told["quarantined"] and state != "quarantined":
        typer.echo(f"in quarantine: {told['quarantined']} (--state quarantined)")


@app.command("show")
def show_(bill_id: Id, owner: Owner = None, as_json: Json = False) -> None:
    """One bill: its verdict, its receipt, what happened when, and what was refused under its id."""
    query = {} if owner is None else {"owner": owner}
    _print(admin_of(Service.HUB).get(f"/ledger/{quote(bill_id, safe='')}", **query), as_json=as_json)


@app.command()
def release(bill_id: Id, owner: Owner = None, as_json: Json = False) -> None:
    """Deliver a bill that is held."""
    told = admin_of(Service.HUB).post("/ledger/release", {"id": bill_id, "owner": owner})
    _print(told, as_json=as_json)


@app.command()
def reject(
    bill_id: Id,
    reason: Annotated[str, typer.Option(help="Both parties read it.")],
    owner: Owner = None,
    as_json: Json = False,
) -> None:
    """Never deliver a bill that is held."""
    told = admin_of(Service.HUB).post("/ledger/reject", {"id": bill_id, "owner": owner, "reason": reason})
    _print(told, as_json=as_json)


def _print(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    bill = told["bill"]
    if bill is not None:
        typer.echo(f"{bill['owner']} -> {bill['to']}  {bill['id']}  {bill['state']}  sha256 {bill['hash']}")
        show(bill["history"], ("at", "state", "about"), as_json=False)
        if bill["findings"]:
            show(bill["findings"], ("severity", "code", "pointer", "expected", "actual"), as_json=False)
    if told["quarantined"]:
        typer.echo("Refused under this id:")
        show(told["quarantined"], _QUARANTINED, as_json=False)


def _row(bill: dict[str, Any]) -> dict[str, Any]:
    return {**bill, "findings": [each["code"] for each in bill.get("findings", ())]}
