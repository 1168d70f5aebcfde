"""passerelle emsp card: the cards of an issuer."""

from pathlib import Path
from typing import Annotated, Any

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of
from passerelle.upload import uploaded

app = typer.Typer(no_args_is_help=True, help="Cards: see, give out, block, import.")

CARDS = ("uid", "type", "contract_id", "visual_number", "whitelist", "valid", "block", "is_missing")

Uid = Annotated[str, typer.Argument(help="What a reader reads off the card.")]
Kind = Annotated[str, typer.Option("--type", help="RFID, APP_USER, AD_HOC_USER, EMAID or OTHER.")]
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


@app.command("list")
def list_cards(after: After = "", limit: Limit = 100, as_json: Json = False) -> None:
    """As the issuer keeps them."""
    show(admin_of(Service.EMSP).get("/cards", after=after, limit=str(limit)), CARDS, as_json=as_json)


@app.command("show")
def show_card(uid: Uid, kind: Kind = "RFID", as_json: Json = False) -> None:
    """One, and the token that CPOs have of it."""
    show(admin_of(Service.EMSP).get("/cards", uid=uid, type=kind), (*CARDS, "token"), as_json=as_json)


@app.command("put")
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
    _tell_card(post("/cards", wanted), as_json=as_json)


@app.command("block")
def block_card(uid: Uid, kind: Kind = "RFID", reason: Reason = "", as_json: Json = False) -> None:
    """No CPO lets it charge any more."""
    _tell_card(post("/cards/block", {"uid": uid, "type": kind, "reason": reason}), as_json=as_json)


@app.command("unblock")
def unblock_card(uid: Uid, kind: Kind = "RFID", as_json: Json = False) -> None:
    """It is good again, if its contract is."""
    _tell_card(post("/cards/unblock", {"uid": uid, "type": kind}), as_json=as_json)


@app.command("import")
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


def post(path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    return dict(admin_of(Service.EMSP).post(path, without_nothing(wanted)))


def without_nothing(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}


def _tell_card(card: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(card)
    else:
        typer.echo(
            f"card {card['uid']}: CPOs are told that it is {'' if card['token']['valid'] else 'not '}valid"
        )
