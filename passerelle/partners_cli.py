"""passerelle partners: who a running service is connected to."""

from typing import Annotated, Any

import typer

from passerelle import virtual_cli
from passerelle.options import At, Json, seconds
from passerelle.output import print_json, show
from passerelle.services import Service, admin_of

app = typer.Typer(no_args_is_help=True, help="Invite, register, list and suspend partner platforms.")
app.add_typer(virtual_cli.app, name="virtual")

Name = Annotated[str, typer.Argument(help="Your own short name for the partner.")]
Roles = Annotated[
    list[str], typer.Option("--role", help="A role the partner may claim: CPO, EMSP, HUB …; repeatable.")
]
Parties = Annotated[
    list[str] | None,
    typer.Option("--party", help="A party the partner may claim, as NL*MSP; repeatable. Any, unless told."),
]

COLUMNS = ("name", "state", "version", "hub_party", "roles", "pending", "modules", "quirks")


@app.command("list")
def list_(service: At = Service.HUB, as_json: Json = False) -> None:
    """Every partner with its state, roles and modules."""
    show(admin_of(service).get("/partners"), COLUMNS, as_json=as_json)


@app.command()
def invite(
    name: Name,
    role: Roles,
    party: Parties = None,
    service: At = Service.HUB,
    expires_in: Annotated[str, typer.Option(help="How long the invitation is good: 3d, 12h, 30m.")] = "7d",
    as_json: Json = False,
) -> None:
    """Make a TOKEN_A for a platform that will register with this service. It is shown once."""
    wanted = {"name": name, "roles": role, "parties": party, "lifetime_s": seconds(expires_in)}
    told = admin_of(service).post("/partners/invitations", wanted)
    if as_json:
        print_json(told)
        return
    typer.echo(f"Give these to {name}; the token is shown only now and ends in {expires_in}:")
    typer.echo(f"  versions URL  {told['versions_url']}")
    typer.echo(f"  token         {told['token']}")


@app.command()
def register(
    name: Name,
    versions_url: Annotated[str, typer.Option("--url", help="The partner's versions URL.")],
    role: Roles,
    token: Annotated[
        str,
        typer.Option(envvar="PARTNER_TOKEN", prompt=True, hide_input=True, help="TOKEN_A of the partner."),
    ],
    party: Parties = None,
    version: Annotated[
        str | None, typer.Option(help="2.3.0, 2.2.1 or 2.1.1; the newest of both sides, unless told.")
    ] = None,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Register this service with a platform that gave you a TOKEN_A."""
    wanted = {
        "name": name,
        "versions_url": versions_url,
        "token": token,
        "roles": role,
        "parties": party,
        "version": version,
    }
    _one(admin_of(service).post("/partners", wanted), as_json=as_json)


@app.command()
def suspend(name: Name, service: At = Service.HUB, as_json: Json = False) -> None:
    """Refuse a partner and send it nothing, until it is resumed."""
    _one(admin_of(service).post(f"/partners/{name}/suspend", {}), as_json=as_json)


@app.command()
def resume(name: Name, service: At = Service.HUB, as_json: Json = False) -> None:
    """End a suspension."""
    _one(admin_of(service).post(f"/partners/{name}/resume", {}), as_json=as_json)


@app.command()
def approve(
    name: Name,
    role: Annotated[str, typer.Argument(help="The role that it claims: CPO, EMSP …")],
    party: Annotated[str, typer.Argument(help="The party that it claims, as NL*MSP.")],
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Let a partner act in a role that it has claimed since it was invited; `list` shows those pending."""
    wanted = {"role": role, "party": party}
    _one(admin_of(service).post(f"/partners/{name}/approve", wanted), as_json=as_json)


@app.command()
def revoke(name: Name, service: At = Service.HUB) -> None:
    """Take an invitation back that nobody has used."""
    admin_of(service).delete(f"/partners/{name}/invitation")


@app.command()
def rotate(name: Name, service: At = Service.HUB, as_json: Json = False) -> None:
    """Exchange new tokens with a partner and read its endpoints anew."""
    _one(admin_of(service).post(f"/partners/{name}/rotate", {}), as_json=as_json)


@app.command()
def switch_version(
    name: Name,
    version: Annotated[str, typer.Argument(help="2.3.0, 2.2.1 or 2.1.1.")],
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Go on with a partner in another version of OCPI; tokens are exchanged with it."""
    _one(admin_of(service).post(f"/partners/{name}/version", {"version": version}), as_json=as_json)


@app.command()
def leave(name: Name, service: At = Service.HUB) -> None:
    """End the connection on both sides; every token of it dies."""
    trouble = admin_of(service).delete(f"/partners/{name}")["trouble"]
    if trouble:
        typer.echo(f"Ended here; {name} could not be told: {trouble}")


@app.command()
def curl(
    name: Name,
    module: Annotated[str, typer.Argument(help="For example cdrs.")],
    service: At = Service.EMSP,
    to: Annotated[str | None, typer.Option(help="The party that is asked, as FR*CPO.")] = None,
    sender: Annotated[str | None, typer.Option("--from", help="The party that asks, as NL*MSP.")] = None,
) -> None:
    """Print a curl line that calls a partner as this service does. It holds a secret."""
    wanted = {"module": module, "to": to, "sender": sender}
    typer.echo(admin_of(service).post(f"/partners/{name}/curl", wanted)["curl"])


@app.command()
def quirks(
    name: Name,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A quirk it has; repeatable.")] = None,
    clear: Annotated[list[str] | None, typer.Option("--clear", help="One it has not; repeatable.")] = None,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Show how a partner deviates from the specification, or say so: without options every quirk."""
    path = f"/partners/{name}/quirks"
    admin = admin_of(service)
    told = admin.post(path, {"set": set_ or [], "clear": clear or []}) if set_ or clear else admin.get(path)
    show(told, ("quirk", "by", "reason"), as_json=as_json)


@app.command()
def policy(
    name: Name,
    changes: Annotated[list[str] | None, typer.Argument(help="As key=value; repeatable.")] = None,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Show or change how a partner of an older version is told what that version lacks."""
    path = f"/partners/{name}/policy"
    admin = admin_of(service)
    told = admin.post(path, dict(map(_change, changes))) if changes else admin.get(path)
    show([{"key": key, "value": value} for key, value in told.items()], ("key", "value"), as_json=as_json)


@app.command()
def delivery(
    name: Name,
    changes: Annotated[list[str] | None, typer.Argument(help="As module=policy; repeatable.")] = None,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Show or change what a partner is owed that it could not be told: strict, coalesce or store_forward."""
    path = f"/partners/{name}/delivery"
    admin = admin_of(service)
    told = admin.post(path, {"delivery": dict(map(_change, changes))}) if changes else admin.get(path)
    rows = [{"module": module, "policy": policy} for module, policy in told.items()]
    show(rows, ("module", "policy"), as_json=as_json)


def _change(written: str) -> tuple[str, str]:
    key, equals, value = written.partition("=")
    if not equals:
        raise typer.BadParameter(f"{written!r} is not of the form key=value")
    return key, value


def _one(partner: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(partner)
    else:
        show([partner], COLUMNS, as_json=False)
