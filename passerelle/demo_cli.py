"""passerelle demo: the main job in one command."""

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.live import Live

from ocpi.process import logs
from passerelle.demo.background import in_background
from passerelle.demo.introductions import CPO, EMSP
from passerelle.demo.live import picture
from passerelle.demo.report import Report
from passerelle.demo.run import Demo, Wanted, prepared
from passerelle.output import EXIT_REFUSED
from schemas import codec

_REFRESH_S = 0.5


def demo(
    stations: Annotated[int, typer.Option(min=1, max=200, help="How many simulated stations.")] = 3,
    sessions: Annotated[int, typer.Option(min=1, max=2000, help="How many charges in all.")] = 6,
    once: Annotated[
        bool, typer.Option("--once", help="End by itself; exit 0 only if every bill is right.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the outcome to this file.")] = None,
) -> None:
    """Charge cars through hub, CPO and eMSP on an embedded MongoDB, and show the bills."""
    logs.configure("WARNING")
    signal.signal(signal.SIGTERM, _as_an_interrupt)
    console = Console()
    with prepared(Wanted(stations, sessions)) as running:
        report = _played_quietly(running) if once else _played_live(running, console)
        if json_file:
            json_file.write_bytes(codec.encode(report.content) + b"\n")
        _tell(report, console)
        if once:
            raise SystemExit(EXIT_REFUSED if report.troubles else 0)
        _stay(running, console)


def _as_an_interrupt(_: int, __: FrameType | None) -> NoReturn:
    """Whoever ends the demo in whatever way, its services and databases go with it."""
    raise KeyboardInterrupt


def _played_quietly(running: Demo) -> Report:
    return running.report(running.play(lambda _: None))


def _played_live(running: Demo, console: Console) -> Report:
    with (
        Live(console=console, refresh_per_second=4) as live,
        in_background(_played_quietly, running) as playing,
    ):
        while not playing.is_done():
            live.update(picture(running.services))
            time.sleep(_REFRESH_S)
        live.update(picture(running.services))
        return playing.result()


def _tell(report: Report, console: Console) -> None:
    for trouble in report.troubles:
        console.print(f"[red]{trouble}[/red]")
    if not report.troubles:
        told = report.content
        console.print(
            f"[green]{told['sessions']} sessions, {len(told['cdrs'])} CDRs, each as worked out by hand;"
            f" {told['refused']} blocked card refused.[/green]"
        )


def _stay(running: Demo, console: Console) -> None:
    services = running.services
    for process in services.all():
        where = f"{process.name:5} admin {process.admin_url}/readyz   log {process.log}"
        console.print(where, highlight=False, soft_wrap=True)
    curl = services.emsp.admin().post("/partners/hub/curl", {"module": "cdrs", "to": CPO, "sender": EMSP})
    console.print("\nPull the CDRs as a partner does (through the hub, from the CPO):")
    console.print(f"  {curl['curl']}", highlight=False, soft_wrap=True)
    console.print("\nCtrl-C ends everything.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("stopping")
