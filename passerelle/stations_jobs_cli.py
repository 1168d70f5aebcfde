"""passerelle stations …: what takes a station its time, shown until its end."""

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from passerelle import stations_orders_cli as orders
from passerelle.options import Json
from passerelle.output import EXIT_REFUSED, EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True)
EVERY_S: Final = 1.0
JOBS: Final = ("job", "identity", "kind", "about", "asked_at", "state", "reason")
GOING_ON: Final = "going on"

Identity = orders.Identity
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Show how far it is, to its end.")]
Since = Annotated[datetime | None, typer.Option(help="From then on, UTC: 2026-01-31T12:00:00.")]
Until = Annotated[datetime | None, typer.Option(help="Until then, UTC.")]


def _begun(path: str, identity: str, *, follow: bool, as_json: bool, **body: Any) -> None:
    wanted = {name: value for name, value in body.items() if value is not None}
    told = admin_of(Service.CPO).post(f"/stations/{path}", {"identity": identity, **wanted})
    if follow and told["state"] == GOING_ON:
        if not as_json:
            _print_begun(told)
        _follow(told["job"], as_json=as_json)
        return
    if as_json:
        print_json(told)
    else:
        _print_begun(told)
    _exit(told)


def _print_begun(told: dict[str, Any]) -> None:
    answer = f"the station answered {told['outcome']}" if told["outcome"] else "the station gave no answer"
    typer.echo(f"job {told['job']}: {answer}" + (f" ({told['reason']})" if told["reason"] else ""))
    if told.get("firmware"):
        typer.echo(f"firmware: {told['firmware']['size']} bytes, sha256 {told['firmware']['sha256']}")


def _follow(number: int, *, as_json: bool) -> None:
    admin, shown = admin_of(Service.CPO), 0
    while True:
        told = admin.get(f"/stations/jobs/{number}")
        if not as_json:
            for step in told["steps"][shown:]:
                _print_step(step)
            shown = len(told["steps"])
        if told["state"] != GOING_ON:
            break
        time.sleep(EVERY_S)
    _print_ended(told, as_json=as_json)
    _exit(told)


def _print_step(step: dict[str, Any]) -> None:
    typer.echo(f"{step['at']}  {step['status']}  {step['detail']}".rstrip())


def _print_ended(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    typer.echo(told["state"] + (f": {told['reason']}" if told["reason"] else ""))
    if told["file"]:
        file = told["file"]
        typer.echo(f"{file['path']}  {file['size']} bytes  sha256 {file['sha256']}")


def _exit(told: dict[str, Any]) -> None:
    if told["state"] not in (GOING_ON, "done", "incomplete"):
        raise typer.Exit(EXIT_REFUSED)


@app.command()
def diagnostics(
    identity: Identity,
    since: Since = None,
    until: Until = None,
    follow: Follow = False,
    as_json: Json = False,
) -> None:
    """Have a station send its diagnostics; the file comes to the folder CPO_FILES_FOLDER, below `in`."""
    _begun("diagnostics", identity, follow=follow, as_json=as_json, since=_utc(since), until=_utc(until))


@app.command()
def log(
    identity: Identity,
    kind: Annotated[Literal["diagnostics", "security"], typer.Option(help="Which.")] = "diagnostics",
    since: Since = None,
    until: Until = None,
    follow: Follow = False,
    as_json: Json = False,
) -> None:
    """Have a station send a log, as `diagnostics`; in 1.6 a part of the security extension."""
    named = {"diagnostics": "DiagnosticsLog", "security": "SecurityLog"}[kind]
    _begun("log", identity, follow=follow, as_json=as_json, kind=named, since=_utc(since), until=_utc(until))


@app.command()
def firmware(
    identity: Identity,
    file: Annotated[str, typer.Argument(help="In CPO_FILES_FOLDER, below `firmware`; or the maker's URL.")],
    at: Annotated[datetime | None, typer.Option(help="Fetch it not before then, UTC.")] = None,
    install_at: Annotated[datetime | None, typer.Option(help="Install it not before then, UTC.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="Of its maker, PEM.")] = None,
    signature: Annotated[str | None, typer.Option(help="Of its maker, base64.")] = None,
    follow: Follow = False,
    as_json: Json = False,
) -> None:
    """Have a station fetch and install firmware; signed where there is a signature."""
    place = "url" if file.startswith(("http://", "https://")) else "file"
    _begun(
        "firmware",
        identity,
        follow=follow,
        as_json=as_json,
        retrieve_at=_utc(at),
        install_at=_utc(install_at),
        certificate=_text(certificate),
        signature=signature,
        **{place: file},
    )


@app.command("publish-firmware")
def publish_firmware(
    identity: Identity,
    file: Annotated[str, typer.Argument(help="In CPO_FILES_FOLDER, below `firmware`.")],
    follow: Follow = False,
    as_json: Json = False,
) -> None:
    """Have a local controller (2.x) fetch firmware and offer it to the stations behind it."""
    _begun("publish_firmware", identity, follow=follow, as_json=as_json, file=file)


@app.command()
def report(
    identity: Identity,
    names: Annotated[list[str] | None, typer.Argument(help="Component.Variable; all where none.")] = None,
    about: Annotated[
        Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"], typer.Option(help="Of all.")
    ] = "FullInventory",
    follow: Follow = False,
    as_json: Json = False,
) -> None:
    """Ask a 2.x station for its variables; `report-of` shows them."""
    _begun("report", identity, follow=follow, as_json=as_json, about=about, names=names or [])


@app.command()
def customer(
    identity: Identity,
    uid: Annotated[str, typer.Argument(help="What a reader reads off the card.")],
    erase: Annotated[bool, typer.Option("--erase", help="Have it forgotten.")] = False,
    report: Annotated[bool, typer.Option(help="Have it told.")] = True,
    follow: Follow = False,
    as_json: Json = False,
) -> None:
    """What a 2.x station knows of a customer: told, erased, or both."""
    _begun("customer", identity, follow=follow, as_json=as_json, uid=uid, erase=erase, report=report)


@app.command()
def profiles(identity: Identity, follow: Follow = False, as_json: Json = False) -> None:
    """Every charging profile that a 2.x station holds."""
    _begun("profiles", identity, follow=follow, as_json=as_json)


@orders.display.command("list")
def list_messages(identity: Identity, follow: Follow = False, as_json: Json = False) -> None:
    """Which texts there are; `stations report-of` shows them."""
    _begun("display/list", identity, follow=follow, as_json=as_json)


@orders.monitoring.command("report")
def report_monitors(identity: Identity, follow: Follow = False, as_json: Json = False) -> None:
    """Which monitors there are; `stations report-of` shows them."""
    _begun("monitoring/report", identity, follow=follow, as_json=as_json)


@app.command()
def jobs(
    station: Annotated[str | None, typer.Option(help="Of this station alone.")] = None, as_json: Json = False
) -> None:
    """What stations were asked for and how far each of it is, the newest first."""
    query = {} if station is None else {"station": station}
    show(admin_of(Service.CPO).get("/stations/jobs", **query), JOBS, as_json=as_json)


@app.command()
def job(number: int, follow: Follow = False, as_json: Json = False) -> None:
    """How far one is."""
    if follow:
        _follow(number, as_json=as_json)
        return
    told = admin_of(Service.CPO).get(f"/stations/jobs/{number}")
    if not as_json:
        for step in told["steps"]:
            _print_step(step)
    _print_ended(told, as_json=as_json)


@app.command("report-of")
def report_of(number: int, as_json: Json = False) -> None:
    """What a station reported, as far as it came."""
    told = admin_of(Service.CPO).get(f"/stations/jobs/{number}/report")
    if as_json or told["told"]:
        print_json(told)
        return
    show(told["variables"], orders.SETTINGS, as_json=False)
    if told["state"] != "done":
        typer.echo(f"{told['state']}: {told['reason']}")


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat() + "Z"


def _text(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text("ascii")
    except (OSError, ValueError) as error:
        fail(f"{file}: {error}", EXIT_USAGE)
