"""passerelle emsp authorizations, emsp answers: what CPOs were told of cards, and what was odd about it."""

from typing import Annotated

import typer

from passerelle.options import Json
from passerelle.output import show
from passerelle.services import Service, admin_of

COLUMNS = ("at", "uid", "contract_id", "cpo", "location_id", "allowed", "reason", "warnings")


def authorizations(as_json: Json = False) -> None:
    """How often each answer was given, and each warning raised."""
    admin = admin_of(Service.EMSP)
    given, warnings = admin.get("/authorizations"), admin.get("/authorizations/warnings")
    rows = [{"what": name, "times": times} for name, times in sorted({**given, **warnings}.items())]
    show(rows, ("what", "times"), as_json=as_json)


def answers(
    warned: Annotated[bool, typer.Option("--warned", help="Those that somebody should look at.")] = False,
    warning: Annotated[
        str | None, typer.Option(help="TOO_OFTEN, TOO_FAR, TOO_MANY_AT_ONCE, OTHER_CURRENCY.")
    ] = None,
    allowed: Annotated[str | None, typer.Option(help="ALLOWED, BLOCKED, EXPIRED, …")] = None,
    contract: Annotated[str | None, typer.Option(help="The contract_id.")] = None,
    before: Annotated[str | None, typer.Option(help="An instant, as 2026-01-31T12:00:00Z.")] = None,
    limit: Annotated[int, typer.Option(help="How many at the most.")] = 50,
    as_json: Json = False,
) -> None:
    """What CPOs were told of cards, the newest first."""
    options = {
        "warned": "true" if warned else None,
        "warning": warning,
        "allowed": allowed,
        "contract_id": contract,
        "before": before,
        "limit": str(limit),
    }
    query = {name: value for name, value in options.items() if value is not None}
    show(admin_of(Service.EMSP).get("/authorizations/answers", **query), COLUMNS, as_json=as_json)
