"""passerelle tokens: what a running hub knows of cards, and what a CPO adapter has of them."""

from typing import Annotated
from urllib.parse import quote

import typer

from ocpi.wire.interfaces import EMSP
from passerelle.options import Json
from passerelle.output import EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import TokenType

app = typer.Typer(
    no_args_is_help=True,
    help="At a hub: who knows a card, what is odd. At a CPO adapter: fetch tokens, see what stations know.",
)

Issuer = Annotated[str, typer.Argument(help=f"The {EMSP} whose card it is, as NL*MSP.")]
Uid = Annotated[str, typer.Argument(help="What a reader reads off the card.")]
Kind = Annotated[TokenType, typer.Option("--type", help="The type of the token.")]

KNOWN = ("cpo", "state", "since", "attempts", "last_error", "parked")
FETCHES = ("issuer", "all_at", "until", "last", "failed_at", "error")
LISTS = ("station", "version", "cards", "off", "at", "cleared_at")
ALARMS = ("kind", "asker", "card", "claimants", "times", "first_at", "last_at")


@app.command()
def known(issuer: Issuer, uid: Uid, kind: Kind = TokenType.RFID, as_json: Json = False) -> None:
    """Every CPO with an agreement: whether it knows the card as it is now, and what keeps it from that."""
    party = _party(issuer)
    path = f"/tokens/{party.country_code}/{party.party_id}/{quote(uid, safe='')}/known"
    told = admin_of(Service.HUB).get(path, type=kind)
    if as_json:
        print_json(told)
        return
    typer.echo(f"valid: {told['valid']}, whitelist: {told['whitelist']}, changed: {told['last_updated']}")
    show(told["cpos"], KNOWN, as_json=False)


@app.command()
def alarms(as_json: Json = False) -> None:
    """Cards that two issuers claim, and parties that guess cards; the latest first."""
    show(admin_of(Service.HUB).get("/tokens/alarms"), ALARMS, as_json=as_json)


@app.command()
def fetches(as_json: Json = False) -> None:
    """How far the CPO adapter has fetched the tokens of each issuer."""
    show(admin_of(Service.CPO).get("/tokens/fetches"), FETCHES, as_json=as_json)


@app.command()
def fetch(
    issuer: Issuer,
    all_: Annotated[bool, typer.Option("--all", help="Not only what has changed.")] = False,
    as_json: Json = False,
) -> None:
    """Have the CPO adapter fetch an issuer's tokens now; `fetches` shows how it went."""
    wanted = {"issuer": str(_party(issuer)), "all": all_}
    told = admin_of(Service.CPO).post("/tokens/fetch", wanted)
    if as_json:
        print_json(told)
    else:
        typer.echo(f"tokens of {told['issuer']} are being fetched")


@app.command()
def lists(as_json: Json = False) -> None:
    """The cards that each station knows by itself: its list, or why it keeps none, and its cache."""
    show(admin_of(Service.CPO).get("/card_lists"), LISTS, as_json=as_json)


def _party(written: str) -> PartyId:
    try:
        return PartyId.parse(written)
    except ValueError as error:
        fail(str(error), EXIT_USAGE)
