"""Tariffs: asked of their owner, or told to who receives them. `context.owner` is whose Tariff it is.

Spec: 2.3.0 and 2.1.1 mod_tariffs, Interfaces and endpoints (PATCH exists in 2.1.1 only).
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from ocpi.client.crawl import EVERYTHING, Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.errors import NotSpeakable
from ocpi.versions.known import OLDEST
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.tariffs import Tariff

MODULE: Final = "tariffs"


def every(line: Line, facts: Facts, window: Window = EVERYTHING) -> AsyncIterator[Page[Tariff]]:
    return crawl(line, Tariff, line.url(MODULE, Side.SENDER), facts, window)


async def held(line: Line, tariff_id: str, context: Context) -> Tariff:
    """What the receiver has of it."""
    return await line.get(Tariff, line.owned(MODULE, context, tariff_id), context)


async def put(line: Line, tariff: Tariff, context: Context) -> None:
    url = line.owned(MODULE, context, tariff.id)
    await line.tell("PUT", url, line.written(Tariff, tariff, context))


async def patch(line: Line, tariff_id: str, change: Mapping[str, Any], context: Context) -> None:
    if line.version != OLDEST:
        raise NotSpeakable(f"{line.version} has no PATCH of a Tariff: send it whole")
    url = line.owned(MODULE, context, tariff_id)
    await line.tell("PATCH", url, line.change(Tariff, change))


async def delete(line: Line, tariff_id: str, context: Context) -> None:
    await line.tell("DELETE", line.owned(MODULE, context, tariff_id))
