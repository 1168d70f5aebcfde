"""Sins of statuses: wavering, of the whole station, of what is not there, and against what goes on."""

from datetime import timedelta
from random import Random
from typing import Final

from schemas.times import datetime_text
from simulators.sins.honest import status
from simulators.sins.model import NEW, OLD, Part, Say, Script, Sin, Step, with_payload

_WAVERS: Final = 3


def _wavers(script: Script, _: Random) -> Script:
    """A card is shown and no cable put in, again and again."""
    names = ("Preparing", "Available") if script.ocpp == OLD else ("Occupied", "Available")
    says = [status(script.ocpp, 1, name, script.began) for name in names * _WAVERS]
    return script.before(Part.START, *says)


def _oscillates(script: Script, _: Random) -> Script:
    names = ("Charging", "SuspendedEVSE", "Charging", "SuspendedEV")
    return script.each(lambda say: (*(_now(script, say, name) for name in names), say), Part.READING)


def _now(script: Script, say: Say, name: str) -> Say:
    return status(script.ocpp, 1, name, say.at or script.began)


def _wavers_2(script: Script, _: Random) -> Script:
    """The charging state goes to and fro in events of their own kind."""
    states = iter(("Charging", "SuspendedEVSE", "Charging", "SuspendedEV"))
    return script.each(
        lambda say: with_payload(
            say, transactionInfo=say.payload["transactionInfo"] | {"chargingState": next(states)}
        ),
        Part.START,
        Part.READING,
    )


def _whole_only(script: Script, _: Random) -> Script:
    """It has but one status, that of connector 0."""
    zero = {"connectorId": 0} if script.ocpp == OLD else {"evseId": 0, "connectorId": 0}
    return script.each(lambda say: with_payload(say, **zero), Part.STATUS)


def _of_nothing(script: Script, _: Random) -> Script:
    return script.after(Part.START, status(script.ocpp, 9, "Faulted", script.began))


def _faulty_without_error(script: Script, _: Random) -> Script:
    """And free again with one."""
    stamp = datetime_text(script.began - timedelta(minutes=1))
    if script.ocpp != OLD:
        return script.before(Part.START, status(script.ocpp, 1, "Faulted", script.began))
    faulty = {"connectorId": 1, "errorCode": "NoError", "status": "Faulted", "timestamp": stamp}
    free = faulty | {"errorCode": "ReaderFailure", "status": "Available", "vendorErrorCode": "E" * 50}
    says = [Say("StatusNotification", each, Part.STATUS) for each in (faulty, free)]
    return script.before(Part.START, *says)


def _free_meanwhile(script: Script, _: Random) -> Script:
    first = script.said(Part.READING)[0]
    free = status(script.ocpp, 1, "Available", first.at or script.began)
    return script.each(lambda say: (say, free) if say is first else say)


def _by_events(script: Script, _: Random) -> Script:
    """No status at all, but a monitored variable."""

    def monitored(say: Say) -> Step:
        event = {
            "eventId": 1,
            "timestamp": say.payload["timestamp"],
            "trigger": "Delta",
            "actualValue": say.payload["connectorStatus"],
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}},
            "variable": {"name": "AvailabilityState"},
        }
        told = {"generatedAt": say.payload["timestamp"], "seqNo": 0, "eventData": [event]}
        return Say("NotifyEvent", told, Part.STATUS, at=say.at)

    return script.each(monitored, Part.STATUS)


SINS: Final = (
    Sin("wavers", "wavers between free and preparing", (54,), spoil=_wavers),
    Sin("oscillates", "wavers between charging and suspended", (56,), (OLD,), _oscillates),
    Sin("state-oscillates", "wavers between charging and suspended in its events", (56,), NEW, _wavers_2),
    Sin("one-status", "has a status only for the whole station", (51, 59), spoil=_whole_only),
    Sin("too-many-connectors", "tells of a connector that it does not have", (53,), spoil=_of_nothing),
    Sin("odd-faults", "is faulty without an error, and free with one", (55,), spoil=_faulty_without_error),
    Sin("free-while-charging", "is free while it charges", (57,), spoil=_free_meanwhile),
    Sin("tells-by-events", "tells its availability by events alone", (58,), NEW, _by_events),
)
