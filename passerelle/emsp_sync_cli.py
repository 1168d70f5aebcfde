"""passerelle emsp sync, pull, absent, gaps, acknowledge: what is here of the lists of CPOs, what is not."""

from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

SYNC: Final = ("cpo", "module", "until", "all_at", "since", "last", "failures", "error", "next_due")
ABSENT: Final = ("cpo", "module", "id", "last_updated", "absent_since")
GAPS: Final = ("id", "state", "started_at", "opened_at", "trouble", "resolved_by")


class Module(StrEnum):
    LOCATIONS = "locations"
    TARIFFS = "tariffs"
    SESSIONS = "sessions"
    CDRS = "cdrs"


class Missing(StrEnum):
    SESSION_WITHOUT_CDR = "SESSION_WITHOUT_CDR"
    CDR_WITHOUT_SESSION = "CDR_WITHOUT_SESSION"
    OLD_CDR = "OLD_CDR"


class State(StrEnum):
    EXPECTED = "EXPECTED"
    MATCHED = "MATCHED"
    OPEN = "OPEN"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"


def add_to(app: typer.Typer) -> None:
    for command in (sync, pull, absent, gaps, acknowledge):
        app.command()(command)


def sync(as_json: Json = False) -> None:
    """How far the lists of each CPO have been fetched, and what is due next."""
    show(admin_of(Service.EMSP).get("/sync"), SYNC, as_json=as_json)


def pull(
    cpo: Annotated[str, typer.Argument(help="The CPO, as FR*CPO.")],
    module: Annotated[Module | None, typer.Option(help="Only this list.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Not only what has changed.")] = False,
    as_json: Json = False,
) -> None:
    """Fetch the lists of a CPO now; `sync` shows how it went."""
    wanted = {"cpo": cpo, "module": module, "all": all_}
    _told(admin_of(Service.EMSP).post("/sync", wanted), "lists of {cpo} are being fetched", as_json=as_json)


def absent(as_json: Json = False) -> None:
    """Locations and tariffs that their CPOs list no more, without having said that they are gone."""
    show(admin_of(Service.EMSP).get("/sync/absent"), ABSENT, as_json=as_json)


def gaps(
    state: Annotated[State | None, typer.Option(help="Else whatever was missing once.")] = None,
    kind: Annotated[Missing | None, typer.Option(help="Only what is missing in this way.")] = None,
    as_json: Json = False,
) -> None:
    """Sessions without a bill, bills without a session, bills of long ago; the newest first."""
    wanted = {name: each.value for name, each in (("state", state), ("kind", kind)) if each is not None}
    show(admin_of(Service.EMSP).get("/gaps", **wanted), GAPS, as_json=as_json)


def acknowledge(
    gap: Annotated[str, typer.Argument(help="The id that `gaps` shows.")], as_json: Json = False
) -> None:
    """Say that something missing is known: it counts as open no more."""
    told = admin_of(Service.EMSP).post("/gaps/acknowledge", {"id": gap})
    _told(told, "{id} is acknowledged", as_json=as_json)


def _told(answer: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    print_json(answer) if as_json else typer.echo(sentence.format(**answer))
