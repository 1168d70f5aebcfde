"""Whoever answers stations, in any version: what they tell goes to these desks, and is kept by them."""

from cpo_adapter.ocpp.events import Noticed
from cpo_adapter.ocpp.request import Request
from cpo_adapter.ocpp.rooms import (
    CardDesk,
    CostDesk,
    NoCosts,
    NothingSigned,
    SessionDesk,
    SigningDesk,
    StationWatch,
)
from ocpi.process.clock import Clock


class Handlers:
    """Each version has a class of its own upon this one: a method for each action."""

    def __init__(
        self,
        *,
        stations: StationWatch,
        cards: CardDesk,
        sessions: SessionDesk,
        clock: Clock,
        costs: CostDesk | None = None,
        signing: SigningDesk | None = None,
        heartbeat_s: int = 300,
    ) -> None:
        self._stations = stations
        self._cards = cards
        self._sessions = sessions
        self._clock = clock
        self._costs = costs or NoCosts()
        self._signing = signing or NothingSigned()
        self._heartbeat_s = heartbeat_s

    async def keep(self, request: Request, about: str = "") -> None:
        """As a notice."""
        kind = request.payload.get("type")
        told = about or (kind if isinstance(kind, str) else "")
        await self._stations.noticed(Noticed(request.origin, request.action, told[:50]))
