"""passerelle emsp card, emsp contract, emsp contract-id: who may charge."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ocpi.wire.contract_id import bare, contract_id, is_mistyped
from passerelle.options import Json
from passerelle.output import EXIT_REFUSED, EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of, settings_of
from passerelle.upload import uploaded
from schemas.kinds import PartyId

cards = typer.Typer(no_args_is_help=True, help="Cards: see, give out, block, import.")
contracts = typer.Typer(no_args_is_help=True, help="Contracts: see, open, block, end, import.")
ids = typer.Typer(no_args_is_help=True, help="Contract ids and their check digits.")

CARDS = ("uid", "type", "contract_id", "visual_number", "whitelist", "valid", "block", "is_missing")
CONTRACTS = ("contract_id", "driver", "state", "reason", "whitelist", "group_id", "language")

Uid = Annotated[str, typer.Argument(help="What a reader reads off the card.")]
Kind = Annotated[str, typer.Option("--type", help="RFID, APP_USER, AD_HOC_USER, EMAID or OTHER.")]
Id = Annotated[str, typer.Argument(help="The contract_id, in any spelling.")]
Reason = Annotated[str, typer.Option(help="For your own eyes.")]
File = Annotated[Path, typer.Argument(help="CSV with a header row.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be.")]
GoodRows = Annotated[
    bool,
    typer.Option("--good-rows", help="Take the rows that can be taken; else a mistake refuses the file."),
]
BlockMissing = Annotated[
    bool, typer.Option("--block-missing", help="Block cards that earlier files had and this one has not.")
]
After = Annotated[str, typer.Option(help="Go on behind this one.")]
Limit = Annotated[int, typer.Option(help="So many at the most.")]


@cards.command("list")
def list_cards(after: After = "", limit: Limit = 100, as_json: Json = False) -> None:
    """As the issuer keeps them."""
    show(admin_of(Service.EMSP).get("/cards", after=after, limit=str(limit)), CARDS, as_json=as_json)


@cards.command("show")
def show_card(uid: Uid, kind: Kind = "RFID", as_json: Json = False) -> None:
    """One, and the token that CPOs have of it."""
    show(admin_of(Service.EMSP).get("/cards", uid=uid, type=kind), (*CARDS, "token"), as_json=as_json)


@cards.command("put")
def put_card(
    uid: Uid,
    contract: Annotated[str, typer.Option(help="Its contract_id.")],
    kind: Kind = "RFID",
    visual_number: Annotated[str | None, typer.Option(help="What is printed on it.")] = None,
    group: Annotated[str | None, typer.Option(help="Its group_id.")] = None,
    whitelist: Annotated[str | None, typer.Option(help="Its own; else the contract's.")] = None,
    language: Annotated[str | None, typer.Option(help="The driver's, as nl.")] = None,
    as_json: Json = False,
) -> None:
    """Give out a card, or say anew what one is; every CPO is told."""
    wanted = {
        "uid": uid,
        "type": kind,
        "contract_id": contract,
        "visual_number": visual_number,
        "group_id": group,
        "whitelist": whitelist,
        "language": language,
    }
    _tell_card(_post("/cards", wanted), as_json=as_json)


@cards.command("block")
def block_card(uid: Uid, kind: Kind = "RFID", reason: Reason = "", as_json: Json = False) -> None:
    """No CPO lets it charge any more."""
    _tell_card(_post("/cards/block", {"uid": uid, "type": kind, "reason": reason}), as_json=as_json)


@cards.command("unblock")
def unblock_card(uid: Uid, kind: Kind = "RFID", as_json: Json = False) -> None:
    """It is good again, if its contract is."""
    _tell_card(_post("/cards/unblock", {"uid": uid, "type": kind}), as_json=as_json)


@cards.command("import")
def import_cards(
    file: File,
    dry_run: DryRun = False,
    good_rows: GoodRows = False,
    block_missing: BlockMissing = False,
    as_json: Json = False,
) -> None:
    """Give out and change the cards of a file; rows that say what was said before change nothing."""
    asked = {"dry_run": dry_run, "good_rows": good_rows, "block_missing": block_missing}
    uploaded(admin_of(Service.EMSP), "/cards/import", file, as_json=as_json, **asked)


@contracts.command("list")
def list_contracts(
    after: After = "",
    limit: Limit = 100,
    state: Annotated[str | None, typer.Option(help="ACTIVE, BLOCKED or ENDED.")] = None,
    as_json: Json = False,
) -> None:
    """All of them, or those in one state."""
    wanted = {"after": after, "limit": str(limit), **({"state": state} if state else {})}
    show(admin_of(Service.EMSP).get("/contracts", **wanted), CONTRACTS, as_json=as_json)


@contracts.command("show")
def show_contract(contract: Id, as_json: Json = False) -> None:
    """One, with its limits and cards."""
    (found,) = admin_of(Service.EMSP).get("/contracts", contract_id=contract)
    if as_json:
        print_json(found)
        return
    show([found], (*CONTRACTS, "limits"), as_json=False)
    show(found["cards"], CARDS, as_json=False)


@contracts.command("open")
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
        "limits": _without_nothing(limits),
    }
    _tell_contract(_post("/contracts", wanted), as_json=as_json)


@contracts.command("block")
def block_contract(contract: Id, reason: Reason = "", as_json: Json = False) -> None:
    """None of its cards may charge any more."""
    _tell_contract(_post("/contracts/block", {"contract_id": contract, "reason": reason}), as_json=as_json)


@contracts.command("unblock")
def unblock_contract(contract: Id, as_json: Json = False) -> None:
    """Its cards are good again, but for those that are blocked themselves."""
    _tell_contract(_post("/contracts/unblock", {"contract_id": contract}), as_json=as_json)


@contracts.command("end")
def end_contract(contract: Id, reason: Reason = "", as_json: Json = False) -> None:
    """For good."""
    _tell_contract(_post("/contracts/end", {"contract_id": contract, "reason": reason}), as_json=as_json)


@contracts.command("import")
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


def _post(path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    return dict(admin_of(Service.EMSP).post(path, _without_nothing(wanted)))


def _without_nothing(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}


def _credit(written: str | None) -> dict[str, str]:
    return {} if written is None else {"credit": written[:-3], "currency": written[-3:]}


def _tell_card(card: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(card)
    else:
        typer.echo(
            f"card {card['uid']}: CPOs are told that it is {'' if card['token']['valid'] else 'not '}valid"
        )


def _tell_contract(contract: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(contract)
    else:
        typer.echo(f"contract {contract['contract_id']} is {contract['state']}")
