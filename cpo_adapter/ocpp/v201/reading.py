"""Reading what 2.x stations really send, as leniently as 1.6 is read: nothing here raises.

An EVSE has connectors of its own, a card has a type, a value a unit with a power of ten. What is absent has
the default of the specification: Wh, the outlet, a periodic sample, the register of imported energy. A value
may be signed besides.
Spec: OCPP 2.0.1, types EVSEType, IdTokenType, SampledValueType, UnitOfMeasureType.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from cpo_adapter.ocpp import signed
from cpo_adapter.ocpp.events import STATION, ConnectorStatus, Doubt, Outlet, Sample, SignedReading
from cpo_adapter.ocpp.framing import Payload
from cpo_adapter.ocpp.v16 import reading as v16
from cpo_adapter.ocpp.v16.reading import decimal, dicts, whole

_CARDS: Final = frozenset({"iso14443", "iso15693", "central"})
"""What an issuer can be asked about; in 2.1 the list of types is open."""

_STATUSES: Final = {
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
    "EVConnected": ConnectorStatus.FINISHING,
    "Idle": ConnectorStatus.FINISHING,
}
"""While a transaction runs, a car that is only connected is parked, as after a charge."""

_LARGEST_POWER: Final = 12


@dataclass(slots=True)
class Reading(v16.Reading):
    def inner(self, key: str) -> "Reading":
        """The object under a key, or an empty one; doubts gather in the same place."""
        value = self.payload.get(key)
        return Reading(value if isinstance(value, dict) else {}, self.received_at, self.doubts)

    def evse(self, key: str = "evse") -> Outlet | None:
        """None where none is told; a connector that is not told is 0."""
        told = self.inner(key).payload
        number = _counted(told.get("id"))
        return Outlet(number, _counted(told.get("connectorId"))) if number else None

    def outlet_of(self, evse_key: str, connector_key: str | None = None) -> Outlet:
        """EVSE 0 is the station itself."""
        number = _counted(self.payload.get(evse_key))
        return Outlet(number, _counted(self.payload.get(connector_key or ""))) if number else STATION

    def shown(self, key: str = "idToken") -> str | None:
        """The uid of a card, empty for what is none; None where nothing was shown."""
        if not isinstance(self.payload.get(key), dict):
            return None
        token = self.inner(key)
        return token.text("idToken") if token.text("type").casefold() in _CARDS else ""

    def is_free(self, key: str = "idToken") -> bool:
        """Whether the station lets anybody charge."""
        return self.inner(key).text("type") == "NoAuthorization"

    def charging_state(self, key: str) -> ConnectorStatus | None:
        return _STATUSES.get(self.text(key))

    def is_true(self, key: str) -> bool:
        return self.payload.get(key) is True

    def samples(self, key: str) -> tuple[Sample, ...]:
        """What can be used of a list of MeterValueType."""
        return tuple(sample for block in dicts(self.payload.get(key)) for sample in self._samples(block))

    def signed(self, key: str) -> tuple[SignedReading, ...]:
        """What a meter signed, of a list of MeterValueType."""
        told = (
            signed.of_object(self.time(block), sampled)
            for block in dicts(self.payload.get(key))
            for sampled in dicts(block.get("sampledValue"))
            if "signedMeterValue" in sampled
        )
        return tuple(each for each in told if each is not None)

    def _samples(self, block: Payload) -> Iterator[Sample]:
        at = self.time(block)
        for sampled in dicts(block.get("sampledValue")):
            value = decimal(sampled.get("value"))
            scaled = None if value is None else _in_base_units(value, sampled.get("unitOfMeasure"))
            if scaled is None:
                self.doubts.add(Doubt.SAMPLE_UNREADABLE)
            else:
                yield v16.sample(at, scaled, sampled)

    def time(self, block: Payload) -> datetime:
        return replace(self, payload=block).instant("timestamp")


def availability(text: str) -> ConnectorStatus | None:
    """A ConnectorStatusEnumType, or the value of the variable AvailabilityState, which are the same five."""
    try:
        status = ConnectorStatus(text)
    except ValueError:
        return None
    return status if status in _AVAILABILITY else None


_AVAILABILITY: Final = frozenset(
    {
        ConnectorStatus.AVAILABLE,
        ConnectorStatus.OCCUPIED,
        ConnectorStatus.RESERVED,
        ConnectorStatus.UNAVAILABLE,
        ConnectorStatus.FAULTED,
    }
)


def _counted(value: object) -> int:
    number = whole(value) if isinstance(value, str | int | Decimal) else None
    return number if number is not None and number > 0 else 0


def _in_base_units(value: Decimal, unit: object) -> Decimal | None:
    """`unit` is a UnitOfMeasureType; a power of ten that no meter has makes the value unreadable."""
    told = unit if isinstance(unit, dict) else {}
    power = whole(told.get("multiplier", 0))
    if power is None or abs(power) > _LARGEST_POWER:
        return None
    return value.scaleb(power) * v16.TO_BASE.get(str(told.get("unit")), 1)
