"""passerelle emsp: run the eMSP adapter, or tell a running one what to ask of a CPO."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any, Final

import typer

from ocpi.process.clock import SystemClock
from passerelle import (
    emsp_answers_cli,
    emsp_cards_cli,
    emsp_contracts_cli,
    emsp_keys_cli,
    emsp_places_cli,
    emsp_sync_cli,
    emsp_webhooks_cli,
)
from passerelle.admin_client import AdminClient
from passerelle.emsp_bills_cli import app as bills
from passerelle.emsp_statements_cli import app as statements
from passerelle.options import Json
from passerelle.output import EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of, run_service

app = typer.Typer(help="Run the eMSP adapter: cards, authorizations, commands, bills.")
profiles = typer.Typer(no_args_is_help=True, help="Charging profiles of running sessions.")
app.add_typer(profiles, name="profile")
app.add_typer(emsp_cards_cli.app, name="card")
app.add_typer(emsp_contracts_cli.app, name="contract")
app.add_typer(emsp_contracts_cli.ids, name="contract-id")
app.command()(emsp_answers_cli.authorizations)
app.command()(emsp_answers_cli.answers)
app.add_typer(emsp_keys_cli.app, name="keys")
app.add_typer(bills, name="bills")
app.add_typer(statements, name="statements")
app.add_typer(emsp_places_cli.app, name="places")
app.add_typer(emsp_webhooks_cli.app, name="webhooks")
emsp_sync_cli.add_to(app)

COLUMNS = ("id", "action", "cpo", "state", "response", "result", "sessions", "trouble")


class Unit(StrEnum):
    A = "A"
    W = "W"


class Profile(StrEnum):
    CHEAP = "CHEAP"
    FAST = "FAST"
    GREEN = "GREEN"
    REGULAR = "REGULAR"


class Command(StrEnum):
    START_SESSION = "START_SESSION"
    STOP_SESSION = "STOP_SESSION"
    RESERVE_NOW = "RESERVE_NOW"
    CANCEL_RESERVATION = "CANCEL_RESERVATION"
    UNLOCK_CONNECTOR = "UNLOCK_CONNECTOR"


Cpo = Annotated[
    str | None,
    typer.Option(help="The CPO, as FR*CPO; found by itself where the location or session is known."),
]
Wait = Annotated[float, typer.Option(help="Wait so many seconds for the result; 0 asks and leaves.")]
_WAIT_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.5
_WAITING: Final = ("ASKED", "PROMISED")


@app.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Without a command: run the service."""
    if context.invoked_subcommand is None:
        raise SystemExit(run_service(Service.EMSP))


@app.command()
def command(  # noqa: PLR0913, PLR0917 - one parameter for each option
    which: Annotated[Command, typer.Argument(help="What the CPO is to do.")],
    cpo: Cpo = None,
    location: Annotated[str | None, typer.Option(help="Its location_id.")] = None,
    evse: Annotated[str | None, typer.Option(help="Its evse_uid.")] = None,
    connector: Annotated[str | None, typer.Option(help="Its connector_id.")] = None,
    token: Annotated[str | None, typer.Option(help="The uid of the card.")] = None,
    token_type: Annotated[str, typer.Option(help="The type of the card.")] = "RFID",  # noqa: S107 - a kind of card
    contract: Annotated[str | None, typer.Option(help="The contract of a card that is on no list.")] = None,
    session: Annotated[str | None, typer.Option(help="The session_id to stop.")] = None,
    reservation: Annotated[
        str | None, typer.Option(help="The reservation_id to cancel or to replace.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="When a reservation ends, as 2026-01-31T12:00:00Z.")
    ] = None,
    wait: Wait = _WAIT_S,
    as_json: Json = False,
) -> None:
    """Have a CPO start or stop a session, reserve, cancel a reservation, unlock a connector."""
    card = {"uid": token, "type": token_type, "contract_id": contract} if token else None
    wanted = {
        "command": which.value,
        "cpo": cpo,
        "location_id": location,
        "evse_uid": evse,
        "connector_id": connector,
        "token": card,
        "session_id": session,
        "reservation_id": reservation,
        "expiry_date": until,
    }
    _give("/commands", wanted, wait, as_json=as_json)


@app.command()
def commands(as_json: Json = False) -> None:
    """What was asked of CPOs and what became of it, the newest first."""
    show([_flat(each) for each in admin_of(Service.EMSP).get("/commands")], COLUMNS, as_json=as_json)


Session = Annotated[str, typer.Argument(help="The session_id.")]


@profiles.command("set")
def set_(
    session: Session,
    limit: Annotated[
        list[str],
        typer.Option(help="Seconds after the start and the limit from then on, as 0:16; repeatable."),
    ],
    unit: Annotated[Unit, typer.Option(help="Amperes per phase, or watts in all.")] = Unit.A,
    cpo: Cpo = None,
    duration: Annotated[int | None, typer.Option(help="For so many seconds.")] = None,
    wait: Wait = _WAIT_S,
    as_json: Json = False,
) -> None:
    """Limit how a session charges."""
    profile = {
        "charging_rate_unit": unit.value,
        "charging_profile_period": [_period(each) for each in limit],
        **({} if duration is None else {"duration": duration}),
    }
    wanted = {"action": "SET_PROFILE", "session_id": session, "cpo": cpo, "profile": profile}
    _give("/charging_profiles", wanted, wait, as_json=as_json)


@profiles.command("get")
def get(
    session: Session,
    cpo: Cpo = None,
    duration: Annotated[int, typer.Option(help="For the next so many seconds.")] = 3600,
    wait: Wait = _WAIT_S,
    as_json: Json = False,
) -> None:
    """Ask how a session will charge."""
    wanted = {"action": "GET_PROFILE", "session_id": session, "cpo": cpo, "duration": duration}
    _give("/charging_profiles", wanted, wait, as_json=as_json)


@profiles.command("clear")
def clear(session: Session, cpo: Cpo = None, wait: Wait = _WAIT_S, as_json: Json = False) -> None:
    """Take the limits off again."""
    wanted = {"action": "CLEAR_PROFILE", "session_id": session, "cpo": cpo}
    _give("/charging_profiles", wanted, wait, as_json=as_json)


@app.command()
def prefer(
    session: Session,
    profile: Annotated[Profile, typer.Argument(help="What matters to the driver.")],
    cpo: Cpo = None,
    until: Annotated[
        str | None, typer.Option(help="When the driver leaves, as 2026-01-31T12:00:00Z.")
    ] = None,
    energy: Annotated[str | None, typer.Option(help="The energy that is needed, in kWh.")] = None,
    as_json: Json = False,
) -> None:
    """Tell the CPO of a session what its driver wants."""
    told = {"profile_type": profile.value, "departure_time": until, "energy_need": energy}
    wanted = {"session_id": session, "preferences": _without_nothing(told)}
    answer = admin_of(Service.EMSP).post("/charging_preferences", _without_nothing({**wanted, "cpo": cpo}))
    show([answer], ("session_id", "result"), as_json=False) if not as_json else print_json(answer)


def _period(written: str) -> dict[str, str]:
    start, colon, limit = written.partition(":")
    if not colon:
        fail(f"a limit is written as SECONDS:LIMIT, not {written}", EXIT_USAGE)
    return {"start_period": start, "limit": limit}


def _give(path: str, wanted: dict[str, Any], wait_s: float, *, as_json: bool) -> None:
    admin = admin_of(Service.EMSP)
    given = admin.post(path, _without_nothing(wanted))
    told = _settled(admin, f"{path}/{given['id']}", given, wait_s)
    if as_json:
        print_json(told)
    else:
        show([_flat(told)], COLUMNS, as_json=False)


def _settled(admin: AdminClient, path: str, told: dict[str, Any], wait_s: float) -> dict[str, Any]:
    """As it is when its result has come, or the time is over."""
    clock = SystemClock()
    until_s = clock.monotonic() + wait_s
    while told["state"] in _WAITING and clock.monotonic() < until_s:
        asyncio.run(clock.sleep(_LOOK_EVERY_S))
        told = admin.get(path)
    return told


def _without_nothing(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}


def _flat(errand: dict[str, Any]) -> dict[str, Any]:
    """For a table: of an answer and a result the one word that counts."""
    words = ("response", "result")
    return {**errand, **{name: (errand[name] or {}).get("result") for name in words}}
