"""Jobs, answers and configuration as operators see them. Pure."""

from collections.abc import Sequence
from typing import Any

from cpo_adapter.maintenance import values
from cpo_adapter.maintenance.asking import Heard
from cpo_adapter.maintenance.calling import Called
from cpo_adapter.maintenance.configuration import Change
from cpo_adapter.maintenance.errands import Begun
from cpo_adapter.maintenance.jobs import Job, JobKind
from cpo_adapter.maintenance.values import Setting, Settings


def heard(told: Heard) -> dict[str, Any]:
    return {
        "outcome": told.status,
        "reason": told.reason,
        "accepted": told.is_accepted,
        "told": told.told,
    }


def job(found: Job) -> dict[str, Any]:
    shown = {
        "job": found.number,
        "identity": found.station,
        "kind": found.kind.value,
        "about": found.about,
        "asked_at": found.asked_at,
        "state": found.ending.value if found.ending else "going on",
        "reason": found.reason,
        "steps": [{"status": step.status, "at": step.at, "detail": step.detail} for step in found.steps],
        "file": None,
    }
    if found.file is not None:
        file = found.file
        shown["file"] = {
            "name": file.name,
            "path": file.path,
            "size": file.size,
            "sha256": file.sha256,
            "address": file.address,
        }
    if found.kind is JobKind.REPORT:
        shown |= {"parts": len(found.parts), "missing_parts": found.missing_parts}
    return shown


def begun(told: Begun) -> dict[str, Any]:
    shown = {**job(told.job), "outcome": told.heard.status}
    shown["reason"] = told.job.reason or told.heard.reason
    if told.firmware is not None:
        shown["firmware"] = {"size": told.firmware.size, "sha256": told.firmware.sha256}
    return shown


def called(told: Called) -> dict[str, Any]:
    return {**heard(told.heard), "job": told.job.number if told.job else None}


def settings(found: Settings) -> dict[str, Any]:
    return {"settings": [_setting(each) for each in found.known], "unknown": list(found.unknown)}


def change(made: Change) -> dict[str, Any]:
    """`difference` is what a station that accepted a change did not do."""
    is_accepted = made.heard.is_accepted
    return {
        "outcome": made.heard.status,
        "reason": made.heard.reason,
        "accepted": is_accepted,
        "value": made.found,
        "is_effective": made.is_effective,
        "difference": f"wanted {made.wanted!r}, found {made.found!r}"
        if is_accepted and not made.is_effective
        else None,
    }


def report(parts: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Variables in one list; what other reports say, part by part."""
    variables = [
        _setting(each) for action, told in parts if action == "NotifyReport" for each in values.reported(told)
    ]
    others = [told for action, told in parts if action != "NotifyReport"]
    return {"variables": variables, "told": others}


def _setting(found: Setting) -> dict[str, Any]:
    return {
        "name": found.name,
        "value": "(not shown)" if found.is_secret else found.value,
        "readonly": found.is_readonly,
    }
