"""passerelle emsp contract, emsp contract-id: the contracts of an issuer, and how they are named."""

from typing import Annotated, Any

import typer

from ocpi.wire.contract_id import bare, contract_id, is_mistyped
from passerelle.emsp_cards_cli import (
    CARDS,
    After,
    DryRun,
    File,
    GoodRows,
    Limit,
    Reason,
    post,
    without_nothing,
)
from passerelle.options import Json
from passerelle.output import EXIT_REFUSED, EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of, settings_of
from passerelle.upload import uploaded
from schemas.kinds import PartyId

app = typer.Typer(no_args_is_help=True, help="Contracts: see, open, block, end, import.")
ids = typer.Typer(no_args_is_help=True, help="Contract ids and their check digits.")

CONTRACTS = ("contract_id", "driver", "state", "reason", "whitelist", "group_id", "language")

Id = Annotated[str, typer.Argument(help="The contract_id, in any spelling.")]


@app.command("list")
def list_contracts(
    after: After = "",
    limit: Limit = 100,
    state: Annotated[str | None, typer.Option(help="ACTIVE, BLOCKED or ENDED.")] = None,
    as_json: Json = False,
) -> None:
    """All of them, or those in one state."""
    wanted = {"after": after, "limit": str(limit), **({"state": state} if state else {})}
    show(admin_of(Service.EMSP).get("/contracts", **wanted), CONTRACTS, as_json=as_json)


@app.command("show")
def show_contract(contract: Id, as_json: Json = False) -> None:
    """One, with its limits and cards."""
    (found,) = admin_of(Service.EMSP).get("/contracts", contract_id=contract)
    if as_json:
        print_json(found)
        return
    show([found], (*CONTRACTS, "limits"), as_json=False)
    show(found["cards"], CARDS, as_json=False)


@app.command("open")
def open_contract(
    contract: Annotated[
        str | None, typer.Argument(help="Its contract_id; without one it is given one.")
    ] = None,
    driver: Annotated[str | None, typer.Option(help="Your own reference; goes to nobody.")] = None,
    whitelist: Annotated[str | None, typer.Option(help="Of cards that have none of their own.")] = None,
    group: Annotated[str | None, typer.Option(help="The group_id of its cards.")] = None,
    language: Annotated[str | None, typer.Option(help="The driver's, as nl.")] = None,
    until: Annotated[str | None, typer.Option(help="When it ends, as 2027-01-01T00:00:00Z.")] = None,
    credit: Annotated[str | None, typer.Option(help="What may be spent, as 50.00EUR.")] = None,
    as_json: Json = False,
) -> None:
    """Open a contract, or give one other terms; more limits come by import or over the admin port."""
    limits = {"valid_until": until, **_credit(credit)}
    wanted = {
        "contract_id": contract,
        "driver": driver,
        "whitelist": whitelist,
        "group_id": group,
        "language": language,
        "limits": without_nothing(limits),
    }
    _tell_contract(post("/contracts", wanted), as_json=as_json)


@app.command("block")
def block_contract(contract: Id, reason: Reason = "", as_json: Json = False) -> None:
    """None of its cards may charge any more."""
    _tell_contract(post("/contracts/block", {"contract_id": contract, "reason": reason}), as_json=as_json)


@app.command("unblock")
def unblock_contract(contract: Id, as_json: Json = False) -> None:
    """Its cards are good again, but for those that are blocked themselves."""
    _tell_contract(post("/contracts/unblock", {"contract_id": contract}), as_json=as_json)


@app.command("end")
def end_contract(contract: Id, reason: Reason = "", as_json: Json = False) -> None:
    """For good."""
    _tell_contract(post("/contracts/end", {"contract_id": contract, "reason": reason}), as_json=as_json)


@app.command("import")
def import_contracts(
    file: File, dry_run: DryRun = False, good_rows: GoodRows = False, as_json: Json = False
) -> None:
    """Open and change the contracts of a file; what they are blocked or ended for stays."""
    asked = {"dry_run": dry_run, "good_rows": good_rows}
    uploaded(admin_of(Service.EMSP), "/contracts/import", file, as_json=as_json, **asked)


@ids.command("build")
def build_id(
    instance: Annotated[str, typer.Argument(help="Nine letters and digits, as C00122045.")],
    party: Annotated[str | None, typer.Option(help="The provider, as NL*MSP; else your own.")] = None,
) -> None:
    """Print a contract id with its check digit."""
    try:
        provider = PartyId.parse(party) if party else settings_of(Service.EMSP).own_party
        typer.echo(contract_id(provider, instance))
    except ValueError as error:
        fail(str(error), EXIT_USAGE)


@ids.command("check")
def check_id(contract: Id, as_json: Json = False) -> None:
    """Whether the check digit is right; ids without one pass."""
    is_right = not is_mistyped(contract)
    if as_json:
        print_json({"contract_id": contract, "bare": bare(contract), "is_right": is_right})
        raise SystemExit(0 if is_right else EXIT_REFUSED)
    if not is_right:
        fail(f"{contract}: the check digit is not right")
    typer.echo(bare(contract))


def _credit(written: str | None) -> dict[str, str]:
    return {} if written is None else {"credit": written[:-3], "currency": written[-3:]}


def _tell_contract(contract: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(contract)
    else:
        typer.echo(f"contract {contract['contract_id']} is {contract['state']}")
