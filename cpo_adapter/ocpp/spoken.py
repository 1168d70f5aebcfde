"""Every version that the door speaks, each over the same rooms."""

from typing import TypedDict

from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.rooms import CardDesk, CostDesk, SessionDesk, SigningDesk, StationWatch
from cpo_adapter.ocpp.v16.dialect import Ocpp16
from cpo_adapter.ocpp.v16.handlers import Handlers as Handlers16
from cpo_adapter.ocpp.v21.dialect import Handlers as Handlers21
from cpo_adapter.ocpp.v21.dialect import Ocpp21
from cpo_adapter.ocpp.v201.dialect import Ocpp201
from cpo_adapter.ocpp.v201.handlers import Handlers as Handlers201
from ocpi.process.clock import Clock


class Rooms(TypedDict):
    """What every version needs."""

    stations: StationWatch
    cards: CardDesk
    sessions: SessionDesk
    clock: Clock
    signing: SigningDesk | None


def dialects(
    *,
    stations: StationWatch,
    cards: CardDesk,
    sessions: SessionDesk,
    clock: Clock,
    costs: CostDesk | None = None,
    signing: SigningDesk | None = None,
) -> list[Dialect]:
    """Without `costs` no station hears of any, without `signing` none gets a certificate."""
    rooms: Rooms = {
        "stations": stations,
        "cards": cards,
        "sessions": sessions,
        "clock": clock,
        "signing": signing,
    }
    handlers16 = Handlers16(**rooms)
    handlers201 = Handlers201(**rooms, costs=costs)
    handlers21 = Handlers21(**rooms, costs=costs)
    return [
        Ocpp16(handlers=handlers16, stations=stations, clock=clock),
        Ocpp201(handlers=handlers201, stations=stations, clock=clock),
        Ocpp21(handlers=handlers21, stations=stations, clock=clock),
    ]
