"""Sins against the calls of the central system: no answer, a late one, a wrong one, or a broken word."""

from dataclasses import replace
from typing import Any, Final

from simulators.sins.model import NEW, OLD, Answering, Habits, Payload, Reply, Say, Sin
from simulators.sins.of_lines import Habit

_LATE_S: Final = 0.3
_BEAT: Final = Say("Heartbeat", {})


def _accepts(action: str, _: Payload) -> Reply:
    """Whatever it is told; and nothing comes of it."""
    return Reply({"configurationKey": [], "unknownKey": []} if action == "GetConfiguration" else ACCEPTED)


ACCEPTED: Final[dict[str, Any]] = {"status": "Accepted"}


def _never(_: str, __: Payload) -> Reply:
    return Reply(is_silence=True)


def _late(action: str, told: Payload) -> Reply:
    return replace(_accepts(action, told), after_s=_LATE_S)


def _asks_first(action: str, told: Payload) -> Reply:
    """It calls while it is asked something."""
    return replace(_accepts(action, told), before=(_BEAT,))


def _vendor_error(_: str, __: Payload) -> Reply:
    return Reply(error="VendorXYZ_42")


def _against_the_schema(_: str, __: Payload) -> Reply:
    return Reply({"status": "accepted", "more": [None], "": 1})


def _rejects(_: str, __: Payload) -> Reply:
    return Reply({"status": "Rejected"})


def _settings(*rows: tuple[str, Any]) -> Answering:
    listed = [{"key": key, "readonly": False, "value": value} for key, value in rows]

    def answer(action: str, told: Payload) -> Reply:
        if action == "GetConfiguration":
            return Reply({"configurationKey": listed, "unknownKey": ["Never heard of"]})
        return _accepts(action, told)

    return answer


def _no_schedule(action: str, told: Payload) -> Reply:
    if action != "GetCompositeSchedule":
        return _accepts(action, told)
    period = {"startPeriod": 0, "limit": -1, "numberPhases": -1}
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
    return Reply({"status": "Accepted", "connectorId": 1, "chargingSchedule": schedule})


def _no_lists(action: str, told: Payload) -> Reply:
    if action == "SendLocalList":
        return Reply({"status": "VersionMismatch"})
    return Reply({"listVersion": -1}) if action == "GetLocalListVersion" else _accepts(action, told)


def _cannot_reserve(action: str, told: Payload) -> Reply:
    return Reply({"status": "Faulted"}) if action == "ReserveNow" else _accepts(action, told)


def _half_a_report(action: str, told: Payload) -> Reply:
    """The first part has the number 1, and the rest never comes."""
    if action != "GetBaseReport":
        return _accepts(action, told)
    row = {
        "component": {"name": "ChargingStation"},
        "variable": {"name": "Model"},
        "variableAttribute": [{"value": "M"}],
    }
    part = {
        "requestId": told.get("requestId", 0),
        "generatedAt": "2026-01-01T00:00:00Z",
        "seqNo": 1,
        "tbc": True,
        "reportData": [row],
    }
    return replace(Reply(ACCEPTED), before=(Say("NotifyReport", part),))


def _waits(habits: Habits) -> Habits:
    return replace(habits, waits_for_trigger=True)


def _answers(answering: Answering) -> Habit:
    return Habit(answering=answering)


_OWN_WAY: Final = _settings(("HeartbeatInterval", "60.0"), ("AuthorizeRemoteTxRequests", "TRUE"))
_TELLTALE: Final = _settings(("AuthorizationKey", "6D79207365637265742069732068657265"))

SINS: Final = (
    Sin("never-answers", "answers nothing that it is asked", (32,), habit=_answers(_never)),
    Sin("answers-late", "answers late", (28,), habit=_answers(_late)),
    Sin("asks-before-it-answers", "calls before it answers", (30, 31), habit=_answers(_asks_first)),
    Sin("own-errors", "answers with an error of its own making", (33,), habit=_answers(_vendor_error)),
    Sin("odd-answers", "answers against the schema", (34,), habit=_answers(_against_the_schema)),
    Sin("does-nothing", "accepts everything and does nothing", (48, 96), habit=_answers(_accepts)),
    Sin("rejects", "rejects everything", (97, 105), habit=_answers(_rejects)),
    Sin("own-settings", "spells its settings in its own way", (47,), (OLD,), habit=_answers(_OWN_WAY)),
    Sin("tells-its-key", "tells its own key", (49,), (OLD,), habit=_answers(_TELLTALE)),
    Sin("no-schedule", "tells a schedule that is none", (106,), (OLD,), habit=_answers(_no_schedule)),
    Sin("takes-no-list", "fails to take a list of cards", (108,), habit=_answers(_no_lists)),
    Sin("cannot-reserve", "cannot reserve", (107,), habit=_answers(_cannot_reserve)),
    Sin("half-a-report", "tells half of a report", (50,), NEW, habit=_answers(_half_a_report)),
    Sin("waits-to-be-asked", "told to wait for its boot, waits until it is asked", (42,), habit=_waits),
)
