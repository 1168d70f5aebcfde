"""Half an hour at one connector, as a good station tells it: in the words of 1.6, or in those of 2.x."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from schemas.times import datetime_text
from simulators.sins.model import NUMBER, OLD, Part, Payload, Say, Script

REGISTER: Final = "Energy.Active.Import.Register"
LASTS: Final = timedelta(minutes=30)
STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A charge of so many whole kWh, from what the meter shows on."""

    ocpp: str
    card: str
    began: datetime
    register_wh: int
    kwh: int
    connector: int = 1


def honest(wanted: Wanted, chance: Random) -> Script:
    says = _old(wanted) if wanted.ocpp == OLD else _new(wanted, str(uuid.UUID(int=chance.getrandbits(128))))
    return Script(wanted.ocpp, wanted.card, wanted.began, tuple(says), 1000 * wanted.kwh)


def at(wanted: Wanted, step: int) -> datetime:
    return wanted.began + LASTS * step / STEPS


def shown(wanted: Wanted, step: int) -> int:
    """By the meter: whole kWh at either end."""
    return wanted.register_wh + 1000 * wanted.kwh * step // STEPS


def _old(wanted: Wanted) -> Sequence[Say]:
    def said(action: str, part: Part, step: int, payload: Callable[[str, int], Payload]) -> Say:
        when, register = at(wanted, step), shown(wanted, step)
        return Say(action, payload(datetime_text(when), register), part, register, when)

    start = {"connectorId": wanted.connector, "idTag": wanted.card}
    return [
        status(wanted.ocpp, wanted.connector, "Preparing", wanted.began),
        said("StartTransaction", Part.START, 0, lambda t, wh: start | {"meterStart": wh, "timestamp": t}),
        *(
            said("MeterValues", Part.READING, step, lambda t, wh: metered_16(wanted.connector, t, str(wh)))
            for step in range(1, STEPS)
        ),
        said(
            "StopTransaction",
            Part.END,
            STEPS,
            lambda t, wh: {
                "transactionId": NUMBER,
                "idTag": wanted.card,
                "meterStop": wh,
                "timestamp": t,
                "reason": "EVDisconnected",
            },
        ),
        status(wanted.ocpp, wanted.connector, "Available", at(wanted, STEPS)),
    ]


def metered_16(connector: int, stamp: str, value: str, **more: str) -> Payload:
    sampled = {"value": value, "measurand": REGISTER, "unit": "Wh", **more}
    return {
        "connectorId": connector,
        "transactionId": NUMBER,
        "meterValue": [{"timestamp": stamp, "sampledValue": [sampled]}],
    }


def _new(wanted: Wanted, name: str) -> Sequence[Say]:
    kinds = ["Started", *["Updated"] * (STEPS - 1), "Ended"]
    events = [_event(wanted, name, step, kind) for step, kind in enumerate(kinds)]
    return [
        status(wanted.ocpp, wanted.connector, "Occupied", wanted.began),
        *events,
        status(wanted.ocpp, wanted.connector, "Available", at(wanted, STEPS)),
    ]


_PARTS: Final = {"Started": Part.START, "Updated": Part.READING, "Ended": Part.END}
_TRIGGERS: Final = {"Started": "Authorized", "Updated": "MeterValuePeriodic", "Ended": "EVDeparted"}


def _event(wanted: Wanted, name: str, step: int, kind: str) -> Say:
    when, register = at(wanted, step), shown(wanted, step)
    payload: Payload = {
        "eventType": kind,
        "timestamp": datetime_text(when),
        "triggerReason": _TRIGGERS[kind],
        "seqNo": step,
        "transactionInfo": {"transactionId": name},
        "evse": {"id": wanted.connector, "connectorId": 1},
        "meterValue": metered(when, register),
    }
    if kind == "Started":
        payload["idToken"] = {"idToken": wanted.card, "type": "ISO14443"}
    return Say("TransactionEvent", payload, _PARTS[kind], register, when)


def metered(when: datetime, value: float, unit: str | None = "Wh") -> list[Payload]:
    sampled: Payload = {"value": value, "measurand": REGISTER}
    if unit is not None:
        sampled["unitOfMeasure"] = {"unit": unit}
    return [{"timestamp": datetime_text(when), "sampledValue": [sampled]}]


def status(ocpp: str, outlet: int, name: str, when: datetime) -> Say:
    """`outlet` is a connector of 1.6, or an EVSE of 2.x with its first connector."""
    stamp = datetime_text(when)
    if ocpp == OLD:
        payload = {"connectorId": outlet, "errorCode": "NoError", "status": name, "timestamp": stamp}
    else:
        payload = {
            "evseId": outlet,
            "connectorId": min(outlet, 1),
            "connectorStatus": name,
            "timestamp": stamp,
        }
    return Say("StatusNotification", payload, Part.STATUS, at=when)
