"""passerelle trace: the whole story that a message belongs to, from the card to the bill."""

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.text import Text

from ocpi.recorder.cards import CARD
from ocpi.recorder.curl import curl_line
from passerelle.messages_output import console, table
from passerelle.options import At, Json
from passerelle.output import EXIT_USAGE, fail, print_json
from passerelle.services import Service, admin_of

Story = dict[str, Any]


def trace(
    message: Annotated[
        str | None, typer.Argument(metavar="ID", help="A correlation id, or the id of a request.")
    ] = None,
    session: Annotated[str | None, typer.Option(help="Begin with a session.")] = None,
    cdr: Annotated[str | None, typer.Option(help="Begin with a CDR.")] = None,
    authorization: Annotated[str | None, typer.Option(help="Begin with an authorization_reference.")] = None,
    curl: Annotated[
        int | None, typer.Option(metavar="N", help="Print the N-th message as a curl line instead.")
    ] = None,
    service: At = Service.HUB,
    as_json: Json = False,
) -> None:
    """Tell what belongs together: who was asked, what was answered and lost, what is due, the bill."""
    named = {"session": session, "cdr": cdr, "authorization": authorization}
    chosen = {name: value for name, value in named.items() if value is not None}
    if len(chosen) + (message is not None) != 1:
        fail("one ID is needed, or one of --session, --cdr, --authorization", EXIT_USAGE)
    admin = admin_of(service)
    story = admin.get(f"/trace/{quote(message, safe='')}") if message else admin.get("/trace", **chosen)
    if curl is not None:
        _print_curl(story, curl)
    elif as_json:
        print_json(story)
    else:
        _print(story)


def _print_curl(story: Story, number: int) -> None:
    messages = story["messages"]
    if not 1 <= number <= len(messages):
        fail(f"the story has messages 1 to {len(messages)}", EXIT_USAGE)
    line = curl_line(messages[number - 1])
    typer.echo("Set TOKEN to what follows 'Token' in the Authorization header.", err=True)
    if "$CARD" in line:
        typer.echo("Set CARD to the card's own uid: the record has a pseudonym.", err=True)
    if CARD.search(messages[number - 1]["request"] or ""):
        typer.echo("Every name of the card in the body has become $CARD; check them.", err=True)
    typer.echo(line)


def _print(story: Story) -> None:
    out = console()
    out.print(table(story["messages"], is_numbered=True))
    for text, style in (*_gaps(story), *_deliveries(story), *_bills(story)):
        out.print(Text(text, style=style))


def _gaps(story: Story) -> Iterator[tuple[str, str]]:
    for key in story["by_card"]:
        yield f"{key} was joined by its card: the issuer gave no authorization_reference", "yellow"
    if story["is_cut"]:
        yield "the story is longer; it was cut here", "yellow"


def _deliveries(story: Story) -> Iterator[tuple[str, str]]:
    for each in story["deliveries"]:
        what = f"{each['object']} to {each['to']}"
        match each["state"]:
            case "delivered":
                yield f"{what}: delivered at {each['at']}", "green"
            case "parked":
                yield f"{what}: given up after {each['attempts']} attempts: {each['reason']}", "red"
            case _:
                reason = f": {each['reason']}" if each["reason"] else ""
                yield f"{what}: due at {each['next_try']}, {each['attempts']} attempts{reason}", "yellow"


def _bills(story: Story) -> Iterator[tuple[str, str]]:
    for each in story["bills"]:
        codes = ", ".join(finding["code"] for finding in each["findings"])
        said = {None: "not judged", True: "nothing against it", False: f"doubted: {codes}"}[each["clean"]]
        style = "red" if each["clean"] is False else "green"
        yield f"bill {each['cdr']} of {each['owner']} for {each['for'] or 'everybody'}: {said}", style
