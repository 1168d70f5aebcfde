"""passerelle simulate: stations by the thousand in one process, good ones and such as sin.

For a CPO adapter under test, never for one that bills real drivers.
"""

import asyncio
import csv
import resource
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Annotated, Final

import typer

from ocpi.process import logs
from ocpi.process.clock import SystemClock
from ocpi.process.tasks import Supervisor
from passerelle.options import Json
from passerelle.output import EXIT_USAGE, fail, print_json, show
from simulators.sins.catalogue import SINS, NoSuchSin, by_chance, named, of_version
from simulators.sins.fleet import Sinned, charge_all
from simulators.sins.model import Sin
from simulators.sins.sinner import Sinner, SinnerSettings

_COLUMNS: Final = ("name", "does", "ocpp", "shows")

app = typer.Typer(no_args_is_help=True, help="Simulate stations, with their sins.")


class Ocpp(StrEnum):
    V16 = "1.6"
    V201 = "2.0.1"
    V21 = "2.1"


@dataclass(frozen=True, slots=True)
class Station:
    identity: str
    key: bytes
    ocpp: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which stations, and what of them."""

    stations: list[Station]
    card: str
    charges: int
    seed: int


@app.command("sins")
def list_sins(
    ocpp: Annotated[Ocpp | None, typer.Option(help="Those of one version alone.")] = None,
    as_json: Json = False,
) -> None:
    """List what simulated stations can be told to do wrong."""
    found = of_version(ocpp.value) if ocpp else SINS.values()
    show([_row(sin) for sin in found], _COLUMNS, as_json=as_json)


@app.command("stations")
def stations(  # noqa: PLR0913 - each is an option
    file: Annotated[
        Path,
        typer.Argument(help="CSV with the columns station, key (hex) and perhaps ocpp: an inventory is one."),
    ],
    *,
    card: Annotated[str, typer.Option(help="Whose charges they are.")],
    url: Annotated[
        str, typer.Option(help="Of the adapter, without the identity.")
    ] = "http://127.0.0.1:9000/ocpp",
    ocpp: Annotated[Ocpp, typer.Option(help="What those speak of which the file says nothing.")] = Ocpp.V16,
    sin: Annotated[list[str] | None, typer.Option(help="What each does wrong; may be said again.")] = None,
    probability: Annotated[
        float, typer.Option(min=0, max=1, help="Of every other sin, at each station.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Repeats their choices.")] = 0,
    charges: Annotated[int, typer.Option(min=1, max=1000, help="At each; the last is told well.")] = 3,
    as_json: Json = False,
) -> None:
    """Let stations charge and tell it, and say what they counted."""
    logs.configure("WARNING")
    _let_many_lines_be_open()
    wanted = Wanted(_stations_in(file, ocpp.value), card, charges, seed)
    try:
        always = named(sin or [], *sorted({each.ocpp for each in wanted.stations}))
    except NoSuchSin as error:
        fail(str(error), EXIT_USAGE)
    _tell(asyncio.run(_played(wanted, url, always, probability)), as_json=as_json)


def _tell(sinned: Sinned, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(sinned))
        return
    rows = [{"sin": name, "charges": count} for name, count in sinned.by_sin.items()]
    show(rows, ("sin", "charges"), as_json=False)
    typer.echo(f"{sinned.charges} charges told in {sinned.messages} messages")
    typer.echo(f"{sinned.counted_wh} Wh as the stations count")


def _let_many_lines_be_open() -> None:
    """As many as the machine allows: a station has one, and some leave others behind."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _played(wanted: Wanted, url: str, always: list[Sin], probability: float) -> Sinned:
    clock, chance = SystemClock(), Random(wanted.seed)  # noqa: S311 - to be repeated
    async with Supervisor(name="stations", clock=clock) as supervisor:
        sinners = [
            Sinner(
                SinnerSettings(
                    identity=station.identity,
                    key=station.key,
                    card=wanted.card,
                    ocpp=station.ocpp,
                    sins=_sins_of_one(station.ocpp, always, by_chance(station.ocpp, probability, chance)),
                    seed=wanted.seed,
                ),
                url=url.rstrip("/"),
                supervisor=supervisor,
                clock=clock,
            )
            for station in wanted.stations
        ]
        sinned = await charge_all(sinners, wanted.charges, clock.now())
        for each in sinners:
            each.leave()
    return sinned


def _sins_of_one(ocpp: str, always: list[Sin], by_luck: list[Sin]) -> list[Sin]:
    wanted = [each for each in always if ocpp in each.ocpp]
    return [*wanted, *(each for each in by_luck if each not in wanted)]


def _stations_in(file: Path, ocpp: str) -> list[Station]:
    """Each once, though it may have several lines."""
    try:
        with file.open(newline="") as lines:
            rows = {row["station"]: _station(row, ocpp) for row in csv.DictReader(lines)}
    except OSError as error:
        fail(f"{file}: {error.strerror}")
    except (KeyError, ValueError, TypeError, csv.Error):
        fail(f"{file}: expected a CSV file with the columns station and key (hex), and a version in ocpp")
    if not rows:
        fail(f"{file}: there is no station in it")
    return list(rows.values())


def _station(row: dict[str, str], ocpp: str) -> Station:
    """Raises KeyError, ValueError, TypeError."""
    return Station(row["station"], bytes.fromhex(row["key"]), Ocpp(row.get("ocpp") or ocpp).value)


def _row(sin: Sin) -> dict[str, object]:
    return {
        "name": sin.name,
        "does": sin.does,
        "ocpp": list(sin.ocpp),
        "shows": [f"B-{number}" for number in sin.shows],
    }
