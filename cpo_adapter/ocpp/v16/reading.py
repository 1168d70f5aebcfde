"""Reading what 1.6 stations really send.

A transaction message is never refused, so nothing here raises: a field that cannot be read gets the best
value there is and leaves a doubt behind. Numbers come as numbers, as texts and with a fraction of zero; times
without zone, from 1970, from next year.
Spec: OCPP 1.6, types MeterValue and SampledValue (their defaults); 4.8 and 4.10 (sanity checks do not
refuse).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from cpo_adapter.ocpp import framing, signed
from cpo_adapter.ocpp.events import Doubt, Outlet, Sample, SignedReading
from cpo_adapter.ocpp.framing import Payload
from schemas.codec import Json

EARLIEST = datetime(2010, 1, 1, tzinfo=UTC)
"""Before the first station that spoke OCPP-J: a clock that was never set."""

AHEAD = timedelta(minutes=5)
"""How far a station's clock may run ahead of ours."""

_LARGEST = Decimal(10) ** 12
"""Wh, W, A, V: no sampled value of a charging station comes near."""

TO_BASE = {"kWh": 1000, "kW": 1000, "kvarh": 1000, "kvar": 1000, "kVA": 1000}


@dataclass(slots=True)
class Reading:
    """One payload being read; the doubts gather on the way."""

    payload: Payload
    received_at: datetime
    doubts: set[Doubt] = field(default_factory=set)

    def text(self, key: str) -> str:
        value = self.payload.get(key)
        return value.strip() if isinstance(value, str) else ""

    def card(self, key: str) -> str:
        uid = self.text(key)
        if not uid:
            self.doubts.add(Doubt.CARD_MISSING)
        return uid

    def instant(self, key: str) -> datetime:
        return self._believable(moment(self.payload.get(key)))

    def outlet(self, key: str) -> Outlet:
        """Connector n is EVSE n; what is no connector becomes the station itself."""
        number = whole(self.payload.get(key))
        if number is None or number < 0:
            self.doubts.add(Doubt.CONNECTOR_UNREADABLE)
            number = 0
        return Outlet(number) if number else Outlet(0, 0)

    def meter_wh(self, key: str) -> int:
        value = whole(self.payload.get(key))
        if value is None or abs(value) >= _LARGEST:
            self.doubts.add(Doubt.METER_UNREADABLE)
            return 0
        return value

    def reference(self, key: str) -> str:
        number = whole(self.payload.get(key))
        return "" if number is None else str(number)

    def number(self, key: str) -> int | None:
        return whole(self.payload.get(key))

    def samples(self, key: str) -> tuple[Sample, ...]:
        """What can be used of a list of MeterValue."""
        return tuple(sample for block in dicts(self.payload.get(key)) for sample in self._block(block))

    def signed(self, key: str) -> tuple[SignedReading, ...]:
        """What a meter signed, of a list of MeterValue."""
        return tuple(told for block in dicts(self.payload.get(key)) for told in self._signed(block))

    def _signed(self, block: Payload) -> Iterator[SignedReading]:
        maybe = [each for each in dicts(block.get("sampledValue")) if signed.may_be_text(each)]
        if maybe:
            at = self._believable(moment(block.get("timestamp")))
            told = (signed.of_text(at, each) for each in maybe)
            yield from (each for each in told if each is not None)

    def _block(self, block: Payload) -> Iterator[Sample]:
        at = self._believable(moment(block.get("timestamp")))
        for sampled in dicts(block.get("sampledValue")):
            value = _in_base_units(sampled)
            if value is not None and sampled.get("format") != "SignedData":
                yield sample(at, value, sampled)
            elif signed.of_text(at, sampled) is None:
                self.doubts.add(Doubt.SAMPLE_UNREADABLE)

    def _believable(self, at: datetime | None) -> datetime:
        if at is not None and EARLIEST <= at <= self.received_at + AHEAD:
            return at
        self.doubts.add(Doubt.TIME_REPLACED)
        return self.received_at


def signed_in_end(frame: str, heard_at: datetime) -> tuple[SignedReading, ...]:
    """What a meter signed, of a StopTransaction that was kept as it came."""
    call = framing.call_in(frame)
    payload = call.payload if call is not None else None
    return Reading(payload, heard_at).signed("transactionData") if isinstance(payload, dict) else ()


def moment(value: Json) -> datetime | None:
    """Any ISO 8601 spelling as UTC; without a zone it is UTC already."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at and (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def whole(value: Json) -> int | None:
    """12, 12.0, "12": the integer; anything else is none. Fractions of a Wh are cut off."""
    number = decimal(value)
    return None if number is None else int(number)


def decimal(value: Json) -> Decimal | None:
    """A finite number in any spelling, below what no station measures."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _LARGEST else None


def _in_base_units(sampled: Payload) -> Decimal | None:
    value, factor = decimal(sampled.get("value")), TO_BASE.get(str(sampled.get("unit")))
    return value if value is None or factor is None else value * factor


def sample(at: datetime, value: Decimal, sampled: Payload) -> Sample:
    return Sample(
        at=at,
        measurand=_or(sampled, "measurand", "Energy.Active.Import.Register"),
        value=value,
        phase=_or(sampled, "phase", ""),
        context=_or(sampled, "context", "Sample.Periodic"),
        location=_or(sampled, "location", "Outlet"),
    )


def _or(sampled: Payload, key: str, default: str) -> str:
    value = sampled.get(key)
    return value if isinstance(value, str) and value else default


def dicts(value: Json) -> Iterable[Payload]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
