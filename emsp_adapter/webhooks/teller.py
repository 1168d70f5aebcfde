"""Whoever knows that something happened tells it here: it is durable before this returns.

Telling the same once more adds nothing, as long as messages are kept.
"""

from collections.abc import Sequence

from emsp_adapter.webhooks.endpoints import Endpoints
from emsp_adapter.webhooks.event import Event
from emsp_adapter.webhooks.messages import Messages
from ocpi.process.clock import Clock


class Teller:
    def __init__(self, endpoints: Endpoints, messages: Messages, clock: Clock) -> None:
        self._endpoints = endpoints
        self._messages = messages
        self._clock = clock

    async def tell(self, events: Sequence[Event]) -> None:
        """To everybody who wants to hear of them."""
        if not events:
            return
        endpoints = await self._endpoints.all()
        wanted = [(event, each.id) for event in events for each in endpoints if each.wants(event.type)]
        await self._messages.add(wanted, self._clock.now())
