"""Sessions: asked of the CPO, or told to who receives them; and what the driver prefers, told to the CPO.

`context.owner` is the CPO whose Session it is.
Spec: 2.3.0 mod_sessions, Interfaces and endpoints.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from ocpi.client.crawl import Facts, Page, Window, crawl
from ocpi.client.line import Line
from ocpi.errors import Unreadable
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.enums import ChargingPreferencesResponse
from schemas.v2_3_0.sessions import ChargingPreferences, Session

MODULE: Final = "sessions"


def every(
    line: Line, facts: Facts, since: datetime, until: datetime | None = None
) -> AsyncIterator[Page[Session]]:
    """`since` is always told: this module alone demands it."""
    return crawl(line, Session, line.url(MODULE, Side.SENDER), facts, Window(since, until))


async def held(line: Line, session_id: str, context: Context) -> Session:
    """What the receiver has of it."""
    return await line.get(Session, line.owned(MODULE, context, session_id), context)


async def put(line: Line, session: Session, context: Context) -> None:
    url = line.owned(MODULE, context, session.id)
    await line.tell("PUT", url, line.written(Session, session, context))


async def patch(line: Line, session_id: str, change: Mapping[str, Any], context: Context) -> None:
    """Since 2.2.1 the `charging_periods` of a change are added to those that the receiver has."""
    url = line.owned(MODULE, context, session_id)
    await line.tell("PATCH", url, line.change(Session, change))


async def prefer(
    line: Line, session_id: str, preferences: ChargingPreferences, context: Context
) -> ChargingPreferencesResponse:
    url = line.url(MODULE, Side.SENDER, session_id, "charging_preferences")
    answer = await line.data("PUT", url, line.written(ChargingPreferences, preferences, context))
    try:
        return ChargingPreferencesResponse(answer)
    except ValueError as error:
        raise Unreadable("the answer is no ChargingPreferencesResponse") from error
