"""Every version that the door speaks, each over the same rooms."""

from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.rooms import CardDesk, CostDesk, SessionDesk, StationWatch
from cpo_adapter.ocpp.v16.dialect import Ocpp16
from cpo_adapter.ocpp.v16.handlers import Handlers as Handlers16
from cpo_adapter.ocpp.v21.dialect import Handlers as Handlers21
from cpo_adapter.ocpp.v21.dialect import Ocpp21
from cpo_adapter.ocpp.v201.dialect import Ocpp201
from cpo_adapter.ocpp.v201.handlers import Handlers as Handlers201
from ocpi.process.clock import Clock


def dialects(
    *,
    stations: StationWatch,
    cards: CardDesk,
    sessions: SessionDesk,
    clock: Clock,
    costs: CostDesk | None = None,
) -> list[Dialect]:
    """Without `costs` no station hears of any."""
    handlers16 = Handlers16(stations=stations, cards=cards, sessions=sessions, clock=clock)
    handlers201 = Handlers201(stations=stations, cards=cards, sessions=sessions, clock=clock, costs=costs)
    handlers21 = Handlers21(stations=stations, cards=cards, sessions=sessions, clock=clock, costs=costs)
    return [
        Ocpp16(handlers=handlers16, stations=stations, clock=clock),
        Ocpp201(handlers=handlers201, stations=stations, clock=clock),
        Ocpp21(handlers=handlers21, stations=stations, clock=clock),
    ]
