"""Asking a station that another process has, as if it were here."""

from cpo_adapter.crew.berths import Berth
from cpo_adapter.crew.courier import Courier
from cpo_adapter.crew.errands import Errand
from cpo_adapter.ocpp.dialect import Dialect
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.station_line import StationLine
from schemas.codec import Json


class AwayLine(StationLine):
    def __init__(self, station: str, berth: Berth, *, dialect: Dialect, courier: Courier) -> None:
        self._station = station
        self._berth = berth
        self._dialect = dialect
        self._courier = courier

    @property
    def dialect(self) -> Dialect:
        return self._dialect

    async def call(self, action: str, request: Payload) -> Json:
        berth = self._berth
        return await self._courier.ask(Errand(berth.life, self._station, berth.entry, action, request))
