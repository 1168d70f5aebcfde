"""Locations, their EVSEs and connectors: asked of their owner, or told to who receives them.

`context.owner` is whose Location it is. What `held_…` gives is what the receiver has of it.
Spec: 2.3.0 mod_locations, Interfaces and endpoints.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from yarl import URL

from ocpi.client.crawl import EVERYTHING, Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.locations import Location

MODULE: Final = "locations"


def every(line: Line, facts: Facts, window: Window = EVERYTHING) -> AsyncIterator[Page[Location]]:
    return crawl(line, Location, line.url(MODULE, Side.SENDER), facts, window)


async def get(line: Line, location_id: str, context: Context) -> Location:
    return await line.get(Location, _offered(line, context, location_id), context)


async def get_evse(line: Line, location_id: str, evse_uid: str, context: Context) -> EVSE:
    return await line.get(EVSE, _offered(line, context, location_id, evse_uid), context)


async def get_connector(
    line: Line, location_id: str, evse_uid: str, connector_id: str, context: Context
) -> Connector:
    return await line.get(Connector, _offered(line, context, location_id, evse_uid, connector_id), context)


async def held(line: Line, location_id: str, context: Context) -> Location:
    return await line.get(Location, line.owned(MODULE, context, location_id), context)


async def held_evse(line: Line, location_id: str, evse_uid: str, context: Context) -> EVSE:
    return await line.get(EVSE, line.owned(MODULE, context, location_id, evse_uid), context)


async def held_connector(
    line: Line, location_id: str, evse_uid: str, connector_id: str, context: Context
) -> Connector:
    return await line.get(
        Connector, line.owned(MODULE, context, location_id, evse_uid, connector_id), context
    )


async def put(line: Line, location: Location, context: Context) -> None:
    url = line.owned(MODULE, context, location.id)
    await line.tell("PUT", url, line.written(Location, location, context))


async def put_evse(line: Line, location_id: str, evse: EVSE, context: Context) -> None:
    url = line.owned(MODULE, context, location_id, evse.uid)
    await line.tell("PUT", url, line.written(EVSE, evse, context))


async def put_connector(
    line: Line, location_id: str, evse_uid: str, connector: Connector, context: Context
) -> None:
    url = line.owned(MODULE, context, location_id, evse_uid, connector.id)
    await line.tell("PUT", url, line.written(Connector, connector, context))


async def patch(line: Line, location_id: str, change: Mapping[str, Any], context: Context) -> None:
    url = line.owned(MODULE, context, location_id)
    await line.tell("PATCH", url, line.change(Location, change))


async def patch_evse(
    line: Line, location_id: str, evse_uid: str, change: Mapping[str, Any], context: Context
) -> None:
    url = line.owned(MODULE, context, location_id, evse_uid)
    await line.tell("PATCH", url, line.change(EVSE, change))


async def patch_connector(
    line: Line,
    location_id: str,
    evse_uid: str,
    connector_id: str,
    change: Mapping[str, Any],
    context: Context,
) -> None:
    url = line.owned(MODULE, context, location_id, evse_uid, connector_id)
    await line.tell("PATCH", url, line.change(Connector, change))


def _offered(line: Line, context: Context, *ids: str) -> URL:
    return line.url(MODULE, Side.SENDER, *(line.id_of(each, context) for each in ids))
