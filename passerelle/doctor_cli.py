"""passerelle doctor: what is the matter with a partner, line by line."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from ocpi.registration.doctor.findings import Colour
from passerelle.output import EXIT_REFUSED, print_json
from passerelle.services import Service, admin_of

_SIGNS: Final = {Colour.GREEN: "✓", Colour.YELLOW: "!", Colour.RED: "✗"}


def doctor(
    partner: Annotated[str, typer.Argument(help="Your own short name for the partner.")],
    service: Annotated[Service, typer.Option("--service", "-s", help="Which running service.")] = Service.HUB,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Examine a partner from where its calls are made: name, TLS, clock, token, endpoints, lists.

    Changes nothing there. The exit code is 1 when something is red.
    """
    told = admin_of(service).get(f"/partners/{partner}/doctor")
    if as_json:
        print_json(told)
    else:
        _print(told["findings"])
    if any(each["colour"] == Colour.RED for each in told["findings"]):
        raise SystemExit(EXIT_REFUSED)


def _print(findings: Iterable[dict[str, Any]]) -> None:
    console = Console(highlight=False)
    for each in findings:
        colour = Colour(each["colour"])
        console.print(Text.assemble((f"{_SIGNS[colour]} {each['check']:<12}", colour.value), each["text"]))
        for more in (each["means"], each["helps"]):
            if more:
                console.print(Text(f"  {'':<12}{more}", style="dim"))
