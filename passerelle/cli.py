"""The command line. Every refusal is one line on standard error and an exit code that means something:

0 done · 1 refused · 2 wrong usage · and for what keeps a service from starting, the code of its cause
(69 something needed is not to be had, 78 broken settings).
"""

from datetime import timedelta
from typing import Annotated

import typer

from ocpi.process.clock import SystemClock
from ocpi.process.failures import StartFailed
from ocpi.process.settings import redacted
from ocpi.server.operator_auth import issue
from passerelle.admin_client import AdminRefused
from passerelle.commands import Commands
from passerelle.output import fail, print_json
from passerelle.services import Service, admin_of, run_cpo, run_hub, settings_of

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    help="An OCPI roaming hub for electric-vehicle charging.",
)


@app.command()
def hub(
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that share the port; HUB_WORKERS, else 1.")
    ] = None,
) -> None:
    """Run the roaming hub."""
    raise SystemExit(run_hub(workers))


@app.command()
def cpo(
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that share the ports; CPO_WORKERS, else 1.")
    ] = None,
) -> None:
    """Run the CPO adapter: stations in by OCPP, OCPI out."""
    raise SystemExit(run_cpo(workers))


@app.command()
def config(
    service: Annotated[Service | None, typer.Argument(help="All three, unless named.")] = None,
) -> None:
    """Print the settings in force, secrets redacted."""
    wanted = [service] if service else list(Service)
    print_json({each.value: redacted(settings_of(each)) for each in wanted})


@app.command()
def token(
    service: Annotated[Service, typer.Argument(help="Whose admin port.")],
    hours: Annotated[float, typer.Option(help="How long it is good.")] = 8,
    subject: Annotated[str, typer.Option(help="Who will use it; stands in the log.")] = "operator",
) -> None:
    """Print a bearer token for the admin port, for curl or a script."""
    key = admin_of(service).key
    typer.echo(issue(key, subject, SystemClock().now(), timedelta(hours=hours)))


def main() -> None:
    try:
        app()
    except AdminRefused as refusal:
        fail(str(refusal))
    except StartFailed as failure:
        fail(str(failure), failure.exit_code)
