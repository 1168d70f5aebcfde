"""passerelle stations …: orders that a station answers at once."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from passerelle.options import Json
from passerelle.output import EXIT_REFUSED, EXIT_USAGE, fail, print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True)
configuration = typer.Typer(
    no_args_is_help=True, help="Read and change settings: keys in 1.6, variables in 2.x."
)
certificates = typer.Typer(no_args_is_help=True, help="Certificates on stations: roots, and their own.")
display = typer.Typer(no_args_is_help=True, help="Texts on a station's display (2.x).")
monitoring = typer.Typer(no_args_is_help=True, help="Variables that a station watches (2.x).")
for _name, _group in {
    "configuration": configuration,
    "certificates": certificates,
    "display": display,
    "monitoring": monitoring,
}.items():
    app.add_typer(_group, name=_name)

Identity = Annotated[str, typer.Argument(help="The station's identity.")]
Evse = Annotated[int | None, typer.Option(min=1, help="This EVSE alone; in 1.6 a connector.")]
Connector = Annotated[int | None, typer.Option(min=1, help="This connector of the EVSE.")]
Use = Annotated[str, typer.Argument(help="As ManufacturerRootCertificate, CSMSRootCertificate.")]
SETTINGS = ("name", "value", "readonly")


def order(path: str, identity: str, as_json: bool, **body: Any) -> dict[str, Any]:
    """Post it and print what the station answered. Anything but a yes ends with exit code 1."""
    wanted = {name: value for name, value in body.items() if value is not None}
    told: dict[str, Any] = admin_of(Service.CPO).post(f"/stations/{path}", {"identity": identity, **wanted})
    if as_json:
        print_json(told)
    else:
        print_answer(told)
    exit_unless_accepted(told)
    return told


def print_answer(told: dict[str, Any]) -> None:
    if told["outcome"] is None:
        fail(f"no answer: {told['reason']}")
    why = f" ({told['reason']})" if told["reason"] else ""
    typer.echo(f"the station answered {told['outcome']}{why}")


def exit_unless_accepted(told: dict[str, Any]) -> None:
    if not told["accepted"]:
        raise typer.Exit(EXIT_REFUSED)


@app.command()
def reset(
    identity: Identity,
    hard: Annotated[bool, typer.Option("--hard", help="At once, whatever runs.")] = False,
    evse: Evse = None,
    as_json: Json = False,
) -> None:
    """Restart a station: once nothing runs any more (2.x), gently (1.6), or hard."""
    order("reset", identity, as_json, hard=hard, evse=evse)


@app.command()
def availability(
    identity: Identity,
    state: Annotated[Literal["operative", "inoperative"], typer.Argument(help="What it shall be.")],
    evse: Evse = None,
    connector: Connector = None,
    as_json: Json = False,
) -> None:
    """Take a station, or a part of it, out of service and back; Scheduled means after the charge there."""
    is_operative = state == "operative"
    order("availability", identity, as_json, operative=is_operative, evse=evse, connector=connector)


@app.command()
def trigger(
    identity: Identity,
    message: Annotated[str, typer.Argument(help="As StatusNotification, LogStatusNotification.")],
    evse: Evse = None,
    connector: Connector = None,
    as_json: Json = False,
) -> None:
    """Have a station say something now. Accepted is no proof that it will."""
    order("trigger", identity, as_json, message=message, evse=evse, connector=connector)


@app.command()
def unlock(identity: Identity, evse: int, connector: Connector = None, as_json: Json = False) -> None:
    """Unlock a connector; a transaction that runs there ends with it in 1.6."""
    order("unlock", identity, as_json, evse=evse, connector=connector)


@app.command("clear-cache")
def clear_cache(identity: Identity, as_json: Json = False) -> None:
    """Have a station forget the cards that it remembers."""
    order("clear_cache", identity, as_json)


@app.command("data-transfer")
def data_transfer(
    identity: Identity,
    vendor: Annotated[str, typer.Argument(help="The vendor's id.")],
    message: Annotated[str | None, typer.Option(help="The vendor's name of the message.")] = None,
    data: Annotated[str | None, typer.Option(help="Text, sent as it is.")] = None,
    as_json: Json = False,
) -> None:
    """Send a message of a vendor's own."""
    told = order("data_transfer", identity, as_json, vendor=vendor, message=message, data=data)
    if not as_json and "data" in told["told"]:
        typer.echo(told["told"]["data"])


@app.command()
def cost(identity: Identity, transaction: str, amount: str, as_json: Json = False) -> None:
    """Tell a station that can show it what a transaction costs by now (2.x)."""
    order("cost", identity, as_json, transaction=transaction, cost=amount)


@app.command()
def priority(
    identity: Identity,
    transaction: Annotated[str, typer.Argument(help="As the station names it.")],
    state: Annotated[Literal["on", "off"], typer.Argument(help="Whether it comes first.")],
    as_json: Json = False,
) -> None:
    """Let a charge go before others, by a profile for it that the station has (2.1)."""
    order("priority", identity, as_json, transaction=transaction, first=state == "on")


@app.command("unpublish-firmware")
def unpublish_firmware(
    identity: Identity,
    md5: Annotated[str, typer.Argument(help="As the job of publish-firmware names it.")],
    as_json: Json = False,
) -> None:
    """Have a local controller (2.x) offer firmware no longer."""
    order("unpublish_firmware", identity, as_json, md5=md5)


@configuration.command("get")
def get(
    identity: Identity,
    names: Annotated[list[str] | None, typer.Argument(help="All, in 1.6, where none is named.")] = None,
    as_json: Json = False,
) -> None:
    """Ask a station for settings: HeartbeatInterval in 1.6, OCPPCommCtrlr.HeartbeatInterval in 2.x."""
    wanted = {"identity": identity, "names": names or []}
    told = admin_of(Service.CPO).post("/stations/configuration/get", wanted)
    if as_json:
        print_json(told)
        return
    if told["outcome"] is None:
        fail(f"no answer: {told['reason']}")
    show(told["settings"], SETTINGS, as_json=False)
    for name in told["unknown"]:
        typer.echo(f"{name}: the station does not have it")


@configuration.command("set")
def set_(identity: Identity, name: str, value: str, as_json: Json = False) -> None:
    """Change a setting and look whether it has changed; exit code 1 where it has not."""
    told = order("configuration/set", identity, as_json, name=name, value=value)
    if told["is_effective"]:
        return
    if not as_json:
        fail(told["difference"] or "nothing has changed")
    raise typer.Exit(EXIT_REFUSED)


@certificates.command("list")
def list_certificates(identity: Identity, use: Use, as_json: Json = False) -> None:
    """Which it has, by their hashes."""
    told = order("certificates/list", identity, as_json, use=use)
    if not as_json:
        print_json({name: item for name, item in told["told"].items() if name != "status"})


@certificates.command("install")
def install_certificate(identity: Identity, use: Use, file: Path, as_json: Json = False) -> None:
    """Give it a root certificate, a file in PEM."""
    try:
        pem = file.read_text("ascii")
    except (OSError, ValueError) as error:
        fail(f"{file}: {error}", EXIT_USAGE)
    order("certificates/install", identity, as_json, use=use, certificate=pem)


@certificates.command("delete")
def delete_certificate(
    identity: Identity,
    issuer_name_hash: str,
    issuer_key_hash: str,
    serial_number: str,
    algorithm: Annotated[str, typer.Option(help="SHA256, SHA384 or SHA512.")] = "SHA256",
    as_json: Json = False,
) -> None:
    """Take one away, named by its hashes as `list` tells them."""
    order(
        "certificates/delete",
        identity,
        as_json,
        algorithm=algorithm,
        issuer_name_hash=issuer_name_hash,
        issuer_key_hash=issuer_key_hash,
        serial_number=serial_number,
    )


@display.command("show")
def show_message(
    identity: Identity,
    message: Annotated[int, typer.Argument(min=1, help="Its number; the same one replaces it.")],
    text: str,
    priority: Annotated[str, typer.Option(help="AlwaysFront, InFront or NormalCycle.")] = "NormalCycle",
    as_json: Json = False,
) -> None:
    """Show a text."""
    order("display/show", identity, as_json, message=message, text=text, priority=priority)


@display.command("clear")
def clear_message(identity: Identity, message: int, as_json: Json = False) -> None:
    """Take a text away."""
    order("display/clear", identity, as_json, message=message)


@monitoring.command("base")
def base(identity: Identity, base: str, as_json: Json = False) -> None:
    """Which monitors are on: All, FactoryDefault or HardWiredOnly."""
    order("monitoring/base", identity, as_json, base=base)


@monitoring.command("level")
def level(identity: Identity, severity: int, as_json: Json = False) -> None:
    """From which severity on it tells: 0, danger, to 9, debug."""
    order("monitoring/level", identity, as_json, severity=severity)


@monitoring.command("add")
def add(
    identity: Identity,
    name: Annotated[str, typer.Argument(help="Component.Variable")],
    kind: Annotated[str, typer.Argument(help="UpperThreshold, LowerThreshold, Delta, Periodic …")],
    value: str,
    severity: Annotated[int, typer.Option(min=0, max=9)] = 8,
    as_json: Json = False,
) -> None:
    """Have a variable watched; what happens comes as NotifyEvent."""
    order("monitoring/add", identity, as_json, name=name, kind=kind, value=value, severity=severity)


@monitoring.command("clear")
def clear(identity: Identity, monitors: list[int], as_json: Json = False) -> None:
    """Stop watching, by the numbers of the monitors."""
    order("monitoring/clear", identity, as_json, monitors=monitors)
