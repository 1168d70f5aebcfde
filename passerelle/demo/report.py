"""Holds the bills that the issuer received against what the stations counted and the scenario worked out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from passerelle.demo.play import Outcome, Played
from schemas.times import parse


@dataclass(frozen=True, slots=True)
class Report:
    """`troubles` is empty when every session ended in exactly one bill, equal to its expected row."""

    content: dict[str, Any]
    troubles: list[str]


def report(
    outcome: Outcome, cdrs: Sequence[dict[str, Any]], authorizations: int, duration_s: float
) -> Report:
    rows = [_expected(played, _bills_of(played, cdrs)) for played in outcome.played]
    troubles = [trouble for _, found in rows for trouble in found]
    if len(cdrs) != len(outcome.played):
        troubles.append(f"{len(outcome.played)} sessions, {len(cdrs)} bills")
    if outcome.refused != 1:
        troubles.append("the blocked card was not refused at the station")
    content = {
        "sessions": len(outcome.played),
        "cdrs": list(cdrs),
        "expected": [row for row, _ in rows],
        "authorizations": authorizations,
        "refused": outcome.refused,
        "duration_s": round(duration_s, 1),
    }
    return Report(content, troubles)


def _bills_of(played: Played, cdrs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        cdr
        for cdr in cdrs
        if cdr["cdr_location"]["evse_uid"] == played.evse_uid
        and parse(cdr["start_date_time"]) == played.began_at
    ]


def _expected(played: Played, bills: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[str]]:
    session = bills[0].get("session_id") if bills else None
    row = {
        "session": session,
        "station": played.station,
        "charge": played.worked.name,
        "energy_kwh": played.energy_kwh,
        "total_excl_vat": played.worked.total_excl_vat,
        "arithmetic": played.worked.arithmetic,
    }
    where = f"{played.station}, {played.worked.name}"
    if len(bills) != 1:
        return row, [f"{where}: {len(bills)} bills"]
    return row, [f"{where}: {text}" for text in _differences(played, bills[0])]


def _differences(played: Played, cdr: dict[str, Any]) -> list[str]:
    pairs = (
        ("energy counted by the station", played.energy_kwh, Decimal(played.worked.energy_wh) / 1000),
        ("energy billed", cdr["total_energy"], played.energy_kwh),
        ("total before VAT", cdr["total_cost"]["before_taxes"], played.worked.total_excl_vat),
        ("card", cdr["cdr_token"]["uid"], played.charged.charge.uid),
    )
    return [f"{what} is {found}, not {wanted}" for what, found, wanted in pairs if found != wanted]
