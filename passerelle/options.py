"""Options that many commands have, under one name and with one meaning."""

from typing import Annotated, Final

import typer

from passerelle.services import Service

At = Annotated[Service, typer.Option("--service", "-s", help="Which running service.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]

_UNITS_S: Final = {"d": 24 * 3600, "h": 3600, "m": 60}


def seconds(written: str) -> int:
    """`3d`, `12h` or `30m`. Raises typer.BadParameter."""
    number, unit = written[:-1], _UNITS_S.get(written[-1:])
    if unit is None or not (number.isascii() and number.isdigit()):
        raise typer.BadParameter("expected a number and its unit: 3d, 12h, 30m", param_hint="--expires-in")
    return int(number) * unit
