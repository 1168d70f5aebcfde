"""A charge whose meter signs, told in the words of each version of OCPP."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.sessions.charging import UID
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago

BEGIN, END = "Transaction.Begin", "Transaction.End"
_CARD = {"idToken": UID, "type": "ISO14443"}


@dataclass(frozen=True, slots=True)
class Told:
    """A signed text as a station tells it; `bare` ones are the value itself, with or without a word of it."""

    data: str
    key: str = ""
    context: str = ""
    bare: bool = False
    format: str = "SignedData"
    encoding: str = "OCMF"

    def object(self) -> dict[str, str]:
        return {
            "signedMeterData": self.data,
            "signingMethod": "",
            "encodingMethod": self.encoding,
            "publicKey": self.key,
        }

    def sampled_16(self) -> dict[str, Any]:
        value = self.data if self.bare else json.dumps(self.object())
        return {
            "value": value,
            **({"format": self.format} if self.format else {}),
            **({"context": self.context} if self.context else {}),
        }

    def sampled_2(self, wh: int) -> dict[str, Any]:
        context = {"context": self.context} if self.context else {}
        return {"value": wh, **context, "signedMeterValue": self.object()}


@dataclass
class Signing:
    """Charges 11 kWh, one charge an hour, the last ending now; each begins where the one before stopped."""

    station: RawStation
    protocol: str
    register_wh: int = 1000
    _count: int = field(default=0)

    async def charge(self, *told: Told, hours_ago: int = 1) -> None:
        self._count += 1
        if self.protocol == "ocpp1.6":
            await self._charge_16(told, hours_ago)
        else:
            await self._charge_2(told, hours_ago)
        self.register_wh += 11_000

    async def _charge_16(self, told: tuple[Told, ...], hours_ago: int) -> None:
        begun = {
            "connectorId": 1,
            "idTag": UID,
            "meterStart": self.register_wh,
            "timestamp": ago(60 * hours_ago),
        }
        number = (await self.station.call("StartTransaction", begun))[2]["transactionId"]
        first = [each.sampled_16() for each in told if each.context == BEGIN]
        if first:
            metered = [{"timestamp": begun["timestamp"], "sampledValue": first}]
            await self.station.call(
                "MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": metered}
            )
        last = [each.sampled_16() for each in told if each.context != BEGIN]
        stop = ago(60 * (hours_ago - 1))
        ended = {
            "transactionId": number,
            "meterStop": self.register_wh + 11_000,
            "timestamp": stop,
            "transactionData": [{"timestamp": stop, "sampledValue": last}],
        }
        assert (await self.station.call("StopTransaction", ended))[0] == 3

    async def _charge_2(self, told: tuple[Told, ...], hours_ago: int) -> None:
        begin, end = self.register_wh, self.register_wh + 11_000
        first = [each.sampled_2(begin) for each in told if each.context == BEGIN]
        last = [each.sampled_2(end) for each in told if each.context != BEGIN]
        started = self._event("Started", 60 * hours_ago, 0, first or [{"value": begin}])
        await self._say({**started, "idToken": _CARD, "evse": {"id": 1, "connectorId": 1}})
        await self._say(self._event("Ended", 60 * (hours_ago - 1), 1, last or [{"value": end}]))

    def _event(self, kind: str, minutes_ago: int, seq: int, sampled: list[Any]) -> dict[str, Any]:
        stamp = ago(minutes_ago)
        return {
            "eventType": kind,
            "timestamp": stamp,
            "triggerReason": "MeterValuePeriodic",
            "seqNo": seq,
            "transactionInfo": {"transactionId": f"T-{self._count}"},
            "meterValue": [{"timestamp": stamp, "sampledValue": sampled}],
        }

    async def _say(self, event: dict[str, Any]) -> None:
        assert (await self.station.call("TransactionEvent", event))[0] == 3
