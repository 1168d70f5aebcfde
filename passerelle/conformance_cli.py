"""passerelle conformance: look at any OCPI platform from outside, before it goes live.

Exit codes: 0 nothing is red · 1 something is · 2 wrong usage, or the run could not begin.
"""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.urls import UnusableUrl, callable_url
from passerelle.conformance.opening import CannotBegin
from passerelle.conformance.report import as_document, print_table
from passerelle.conformance.session import Wanted, run
from passerelle.conformance.verdict import Colour
from passerelle.output import EXIT_REFUSED, EXIT_USAGE, fail, print_json
from schemas.kinds import PartyId


class PlatformRole(StrEnum):
    CPO = "CPO"
    EMSP = "EMSP"
    HUB = "HUB"


class OwnRole(StrEnum):
    CPO = "CPO"
    EMSP = "EMSP"


class SpokenVersion(StrEnum):
    V2_1_1 = "2.1.1"
    V2_2_1 = "2.2.1"
    V2_3_0 = "2.3.0"


def conformance(  # noqa: PLR0913, PLR0917 - each is an option of the command
    versions_url: Annotated[str, typer.Option("--versions-url", help="Of the platform to look at.")],
    token: Annotated[
        str,
        typer.Option(
            envvar="CONFORMANCE_TOKEN",
            prompt=True,
            hide_input=True,
            help="The token that the platform gave: of a registered partner, or TOKEN_A with --register.",
        ),
    ],
    party: Annotated[str, typer.Option(help="The party that the token was given to, as NL*MSP.")],
    role: Annotated[
        PlatformRole | None, typer.Option(help="Of the platform; needed in 2.1.1, or where it has several.")
    ] = None,
    version: Annotated[
        SpokenVersion | None, typer.Option(help="The best that the platform has, unless told.")
    ] = None,
    plays: Annotated[
        OwnRole | None, typer.Option("--as", help="The role of the party, where the platform is a hub.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Also what pushes or changes something: for test systems only.")
    ] = False,
    register: Annotated[
        bool, typer.Option("--register", help="Do the handshake with TOKEN_A first, and leave at the end.")
    ] = False,
    callback_url: Annotated[
        str | None, typer.Option(help="With --register: where the platform reaches this machine.")
    ] = None,
    listen: Annotated[
        str, typer.Option(help="With --register: host and port that those calls arrive at.")
    ] = "127.0.0.1:0",
    as_json: Annotated[bool, typer.Option("--json", help="JSON for programs.")] = False,
) -> None:
    """Look at an OCPI platform from outside: green, red or grey for each case of the specification.

    Nothing is changed there without --write. No token is ever printed.
    """
    wanted = Wanted(
        versions_url=_url(versions_url, "--versions-url"),
        token=_token(token),
        own=_party(party),
        role=role.value if role else None,
        version=version.value if version else None,
        plays=plays.value if plays else None,
        may_write=write,
        registers=register,
        listen=_listen(listen),
        callback_url=_url(callback_url, "--callback-url") if callback_url else None,
    )
    try:
        target, verdicts = asyncio.run(run(wanted))
    except CannotBegin as error:
        fail(str(error), EXIT_USAGE)
    if as_json:
        print_json(as_document(target, verdicts))
    else:
        print_table(target, verdicts)
    raise typer.Exit(EXIT_REFUSED if any(each.colour is Colour.RED for each in verdicts) else 0)


def _url(written: str, option: str) -> str:
    try:
        return str(callable_url(written))
    except UnusableUrl as error:
        fail(f"{option}: {error}", EXIT_USAGE)


def _token(written: str) -> CredentialsToken:
    try:
        return CredentialsToken(written)
    except ValueError as error:
        fail(f"--token: {error}", EXIT_USAGE)


def _party(written: str) -> PartyId:
    try:
        return PartyId.parse(written)
    except ValueError as error:
        fail(f"--party: {error}", EXIT_USAGE)


def _listen(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and int(port) < 2**16):
        fail(f"--listen: {written!r} is no host:port", EXIT_USAGE)
    return host, int(port)
