"""Who else is connected to a hub: asked of the hub, or told by it. Not routed.

Spec: 2.3.0 mod_hub_client_info, Interfaces and endpoints.
"""

from collections.abc import AsyncIterator
from typing import Final

from ocpi.client.crawl import EVERYTHING, Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.v2_3_0.hub_client_info import ClientInfo

MODULE: Final = "hubclientinfo"


def every(line: Line, facts: Facts, window: Window = EVERYTHING) -> AsyncIterator[Page[ClientInfo]]:
    return crawl(line.unrouted(), ClientInfo, line.url(MODULE, Side.SENDER), facts, window)


async def held(line: Line, party: PartyId, context: Context) -> ClientInfo:
    """What the receiver knows of a party."""
    url = line.url(MODULE, Side.RECEIVER, party.country_code, party.party_id)
    return await line.unrouted().get(ClientInfo, url, context)


async def put(line: Line, info: ClientInfo, context: Context) -> None:
    """The address names the party that is described."""
    body = line.written(ClientInfo, info, context)
    url = line.url(MODULE, Side.RECEIVER, info.country_code, info.party_id)
    await line.unrouted().tell("PUT", url, body)
