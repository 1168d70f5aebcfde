"""CDRs: asked of the CPO, or sent to who pays them.

Spec: 2.3.0 mod_cdrs, Interfaces and endpoints.
"""

from collections.abc import AsyncIterator
from typing import Final

from ocpi.client.crawl import EVERYTHING, Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR

MODULE: Final = "cdrs"


def every(line: Line, facts: Facts, window: Window = EVERYTHING) -> AsyncIterator[Page[CDR]]:
    return crawl(line, CDR, line.url(MODULE, Side.SENDER), facts, window)


async def post(line: Line, cdr: CDR, context: Context) -> str | None:
    """Where the receiver keeps it, if it says so."""
    url = line.url(MODULE, Side.RECEIVER)
    return (await line.tell("POST", url, line.written(CDR, cdr, context))).headers.get("Location")


async def held(line: Line, location: str, context: Context) -> CDR:
    """What the receiver keeps at the address that it gave. Raises UnknownReceiver for another's address."""
    return line.read(CDR, await line.data("GET", line.theirs(location), is_verbatim=True), context)
