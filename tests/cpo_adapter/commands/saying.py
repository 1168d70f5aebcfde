"""CP-4, which says what a test wants said, in the words of its version of OCPP."""

from dataclasses import dataclass, field
from typing import Any

from tests.cpo_adapter.commands.ordering import later
from tests.cpo_adapter.door import RawStation

_COUNTED_S = 2
"""A charge that ends within its first second is none."""
_STOPS = frozenset({"RemoteStopTransaction", "RequestStopTransaction"})
THERE = {"location_id": "PARC", "evse_uid": "CP-4-1", "connector_id": "1"}


async def hear_stop(station: RawStation) -> list[Any]:
    """Whatever else it is asked before, which it does not know."""
    while (asked := await station.hear())[2] not in _STOPS:
        await station.socket.send_json([4, asked[1], "NotSupported", "", {}])
    return asked


@dataclass
class Saying:
    station: RawStation
    ocpp: str
    _count: int = field(default=0)

    @property
    def is_2(self) -> bool:
        return self.ocpp != "1.6"

    async def answer(self, status: str) -> list[Any]:
        """What it is asked next, and answers so."""
        asked = await self.station.hear()
        assert asked[0] == 2, asked
        await self.station.socket.send_json([3, asked[1], {"status": status}])
        return asked

    async def authorize(self, uid: str) -> str:
        if self.is_2:
            token = {"idToken": {"idToken": uid, "type": "ISO14443"}}
            return str((await self.station.call("Authorize", token))[2]["idTokenInfo"]["status"])
        return str((await self.station.call("Authorize", {"idTag": uid}))[2]["idTagInfo"]["status"])

    async def start(self, uid: str, *, order: int | None = None) -> Any:
        """A charge begins; how the station calls it."""
        self._count += 1
        if not self.is_2:
            begun = {"connectorId": 1, "idTag": uid, "meterStart": 0, "timestamp": later(seconds=-_COUNTED_S)}
            return (await self.station.call("StartTransaction", begun))[2]["transactionId"]
        name = f"T-{self._count}"
        info = {"transactionId": name} | ({"remoteStartId": order} if order else {})
        event = self._event("Started", 0, info, later(seconds=-_COUNTED_S))
        where = {"idToken": {"idToken": uid, "type": "ISO14443"}, "evse": {"id": 1, "connectorId": 1}}
        await self.station.call("TransactionEvent", {**event, **where})
        return name

    async def stop(self, name: Any, wh: int = 5) -> None:
        if not self.is_2:
            ended = {"transactionId": name, "meterStop": wh, "timestamp": later()}
            await self.station.call("StopTransaction", ended)
            return
        metered = [{"timestamp": later(), "sampledValue": [{"value": wh}]}]
        event = self._event("Ended", 1, {"transactionId": name}, later())
        await self.station.call("TransactionEvent", {**event, "meterValue": metered})

    def _event(self, kind: str, seq: int, info: dict[str, Any], at: str) -> dict[str, Any]:
        return {
            "eventType": kind,
            "timestamp": at,
            "triggerReason": "Authorized",
            "seqNo": seq,
            "transactionInfo": info,
            "meterValue": [{"timestamp": at, "sampledValue": [{"value": 0}]}],
        }
