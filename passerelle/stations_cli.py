"""passerelle stations: who may connect to the CPO adapter, and with what."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from passerelle import (
    stations_calls_cli,
    stations_certificates_cli,
    stations_jobs_cli,
    stations_orders_cli,
)
from passerelle.options import Json
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="See stations, add them, look after them.")
app.add_typer(stations_orders_cli.app)
app.add_typer(stations_jobs_cli.app)
app.add_typer(stations_calls_cli.app)
stations_orders_cli.certificates.add_typer(stations_certificates_cli.app)

Identity = Annotated[str, typer.Argument(help="The station's identity, the last part of its URL.")]
STATIONS = (
    "identity",
    "in_service",
    "connected",
    "security_profile",
    "key",
    "seen_twice_at",
    "clock_error_s",
    "evses",
)
ALARMS = ("identity", "kind", "is_grave", "text", "times", "first_at", "last_at")
FALLBACKS = ("identity", "amperes", "purpose", "standing", "set_at")
SET_ASIDE = ("message", "station", "action", "heard_at", "trouble")
KNOCKS = ("identity", "why", "address", "times", "last_at", "can_be_adopted")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All that are known, and which are connected."""
    show(admin_of(Service.CPO).get("/stations"), STATIONS, as_json=as_json)


@app.command()
def add(
    identity: Identity,
    anew: Annotated[bool, typer.Option("--anew", help="It has a key: make that void.")] = False,
    as_json: Json = False,
) -> None:
    """Make a one-time password and print what to enter at the station; it gets another once it is there."""
    told = admin_of(Service.CPO).post("/stations/add", {"identity": identity, "anew": anew})
    if as_json:
        print_json(told)
        return
    typer.echo(f"URL       {told['url']}\nidentity  {told['identity']}\npassword  {told['password']}")
    typer.echo("\nconfiguration keys (OCPP 1.6), where the station lets you set them:")
    _print_settings(told["configuration"])
    typer.echo("\nvariables (OCPP 2.x), likewise:")
    _print_settings(told["variables"])


@app.command()
def alarms(as_json: Json = False) -> None:
    """What somebody should look at about a station, the latest first."""
    show(admin_of(Service.CPO).get("/stations/alarms"), ALARMS, as_json=as_json)


@app.command("set-aside")
def set_aside(
    message: Annotated[str | None, typer.Argument(help="Show this one as it came.")] = None,
    as_json: Json = False,
) -> None:
    """Messages of transactions over which something broke here, the latest first."""
    admin = admin_of(Service.CPO)
    if message is None:
        show(admin.get("/stations/set_aside"), SET_ASIDE, as_json=as_json)
    else:
        print_json(admin.get(f"/stations/set_aside/{quote(message, safe='')}"))


@app.command()
def retry(
    message: Annotated[str, typer.Argument(help="As set-aside names it.")], as_json: Json = False
) -> None:
    """Try a message again that was set aside."""
    told = admin_of(Service.CPO).post(f"/stations/set_aside/{quote(message, safe='')}/retry", {})
    _tell(told, f"the message of {told['station']} is tried again", as_json=as_json)


@app.command()
def knocks(as_json: Json = False) -> None:
    """Who was refused lately and why, the last first; unknown ones can be adopted."""
    show(admin_of(Service.CPO).get("/stations/knocks"), KNOCKS, as_json=as_json)


@app.command()
def adopt(identity: Identity, as_json: Json = False) -> None:
    """Let an unknown station in with the password that it knocked with, once; then it gets another."""
    told = admin_of(Service.CPO).post("/stations/adopt", {"identity": identity})
    _tell(told, f"{told['identity']} may come in", as_json=as_json)


@app.command("rotate-key")
def rotate_key(identity: Identity, as_json: Json = False) -> None:
    """Give a connected station another key over the wire."""
    told = admin_of(Service.CPO).post("/stations/rotate_key", {"identity": identity})
    _tell(told, f"{_answer(told)}; the old key is {told['old_key']}", as_json=as_json)


@app.command("raise-profile")
def raise_profile(
    identity: Identity,
    profile: Annotated[int, typer.Argument(min=1, max=3, help="The security profile to use from now on.")],
    as_json: Json = False,
) -> None:
    """Have a connected station use a higher security profile; once it did, it cannot go back."""
    wanted = {"identity": identity, "profile": profile}
    told = admin_of(Service.CPO).post("/stations/raise_profile", wanted)
    why = f"; {told['reason']}" if told["outcome"] and told["reason"] else ""
    _tell(told, f"{_answer(told)}{why}", as_json=as_json)


def _print_settings(settings: dict[str, str]) -> None:
    for name, value in settings.items():
        typer.echo(f"  {name} = {value}")


@app.command()
def fallbacks(
    check: Annotated[
        str | None, typer.Option("--check", help="Ask this station now, and set its limit if it is gone.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Which limit stations keep by themselves while nobody reaches them, as far as they show it."""
    admin = admin_of(Service.CPO)
    rows = admin.get("/fallbacks") if check is None else [admin.post("/fallbacks/check", {"identity": check})]
    show(rows, FALLBACKS, as_json=as_json)


def _answer(told: dict[str, Any]) -> str:
    return f"the station answered {told['outcome']}" if told["outcome"] else f"no answer: {told['reason']}"


def _tell(told: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        typer.echo(text)
