"""passerelle agreements: between which CPO and eMSP what may flow."""

from typing import Annotated, Any

import typer

from passerelle.options import At, Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(
    no_args_is_help=True, help="Add, list, change and end agreements between a CPO and an eMSP."
)

Cpo = Annotated[str, typer.Argument(help="The CPO, as FR*CPO.")]
Emsp = Annotated[str, typer.Argument(help="The eMSP, as NL*MSP.")]
Day = Annotated[str | None, typer.Option(help="A day as 2026-01-31, in UTC.")]
Modules = Annotated[
    str | None, typer.Option(help="Modules that may be used, as locations,tariffs; 'all' for every one.")
]
Tariffs = Annotated[
    str | None, typer.Option(help="Ids of the CPO's tariffs for this eMSP, with commas; 'all' for every one.")
]
Groups = Annotated[
    str | None, typer.Option(help="Groups of the CPO's locations for this eMSP; 'all' for every location.")
]
Holds = Annotated[
    list[str] | None,
    typer.Option("--hold", help="A finding that keeps a bill at the hub; repeatable; 'none' for no finding."),
]
Asked = Annotated[
    bool | None,
    typer.Option("--ask-unknown/--no-ask-unknown", help="Ask the eMSP for cards that nobody knows."),
]

COLUMNS = ("cpo", "emsp", "first_day", "last_day", "holds", "terms")


@app.command("list")
def list_(service: At = Service.HUB, as_json: Json = False) -> None:
    """Every agreement with its terms, and whether it holds today."""
    agreements = admin_of(service).get("/agreements")
    if as_json:
        print_json(agreements)
    else:
        show([_row(each) for each in agreements], COLUMNS, as_json=False)


@app.command()
def add(  # noqa: PLR0913, PLR0917 - each is an option of the command
    cpo: Cpo,
    emsp: Emsp,
    service: At = Service.HUB,
    first_day: Day = None,
    last_day: Day = None,
    modules: Modules = None,
    tariffs: Tariffs = None,
    groups: Groups = None,
    hold: Holds = None,
    ask_unknown: Asked = None,
    as_json: Json = False,
) -> None:
    """Let things flow between two parties, from the first day (today, unless told) to the last.

    Of an agreement that is there already, terms that are not named stay as they are.
    """
    wanted = {"cpo": cpo, "emsp": emsp, "first_day": first_day, "last_day": last_day}
    terms = _terms(modules, tariffs, groups, hold, ask_unknown)
    _one(admin_of(service).post("/agreements", {**wanted, "terms": terms}), as_json=as_json)


@app.command()
def change(  # noqa: PLR0913, PLR0917 - each is an option of the command
    cpo: Cpo,
    emsp: Emsp,
    service: At = Service.HUB,
    modules: Modules = None,
    tariffs: Tariffs = None,
    groups: Groups = None,
    hold: Holds = None,
    ask_unknown: Asked = None,
    as_json: Json = False,
) -> None:
    """Change terms of an agreement from now on; those that are not named stay as they are."""
    terms = _terms(modules, tariffs, groups, hold, ask_unknown)
    told = admin_of(service).post("/agreements/change", {"cpo": cpo, "emsp": emsp, "terms": terms})
    _one(told, as_json=as_json)


@app.command()
def end(cpo: Cpo, emsp: Emsp, service: At = Service.HUB, last_day: Day = None, as_json: Json = False) -> None:
    """End an agreement with the given day (today, unless told); that day still counts."""
    ended = admin_of(service).post("/agreements/end", {"cpo": cpo, "emsp": emsp, "last_day": last_day})
    if as_json:
        print_json(ended)
    else:
        typer.echo(f"{ended['cpo']} and {ended['emsp']}: the last day is {ended['last_day']}")


def _terms(
    modules: str | None, tariffs: str | None, groups: str | None, hold: list[str] | None, asked: bool | None
) -> dict[str, Any]:
    """Those that are named."""
    lists = {"modules": modules, "tariffs": tariffs, "location_groups": groups}
    terms: dict[str, Any] = {name: _names(each) for name, each in lists.items() if each is not None}
    if hold:
        terms["holds"] = [] if hold == ["none"] else hold
    if asked is not None:
        terms["is_asked"] = asked
    return terms


def _names(written: str) -> list[str] | None:
    return None if written == "all" else [each.strip() for each in written.split(",") if each.strip()]


def _one(agreement: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(agreement)
    else:
        show([_row(agreement)], COLUMNS, as_json=False)


def _row(agreement: dict[str, Any]) -> dict[str, Any]:
    """Of the terms those that are not the usual ones."""
    told = (
        f"{name}={_told(value)}"
        for name, value in agreement["terms"].items()
        if value not in (None, [], False)
    )
    return {**agreement, "terms": list(told)}


def _told(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else "yes"
