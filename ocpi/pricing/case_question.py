"""The question of a pricing case: its tariffs, its zone, and the session or CDR to price.

The fields of a case are described beside the case files.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ocpi.pricing import instants
from ocpi.pricing.metered import Activity, MeteredSession, Reading, StateChange, TariffChange
from ocpi.pricing.periods import Period, Periods
from ocpi.pricing.policy import At, Mode, MoneyRounding, Policy
from ocpi.pricing.read_cdr import read_cdr
from ocpi.pricing.read_tariff import Version, read_tariff
from ocpi.pricing.split import split
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.units import TICKS_PER_SECOND
from ocpi.pricing.zones import Zone, ZoneSource

Case = Mapping[str, Any]

_PLACES: Final = 4
_ACTIVITY: Final = (
    ("EVSE", Activity.SUSPENDED_EVSE),
    ("NOTCHARGING", Activity.IDLE),
    ("CHARGING", Activity.CHARGING),
    ("SUSPENDED", Activity.SUSPENDED_EV),
    ("RESERV", Activity.RESERVED),
)
_AT: Final = {"total": At.TOTAL, "period": At.LINE, "component": At.LINE, "line": At.LINE}


class CaseUnreadable(ValueError):
    """A case file without a part that every case has."""


def zone_of(case: Case) -> Zone:
    name = case.get("timezone")
    return Zone.named("UTC", ZoneSource.ASSUMED) if name is None else Zone.named(name)


def periods_of(case: Case, tariffs: tuple[Tariff, ...], zone: Zone, policy: Policy) -> Periods:
    """The periods as sent, or split from the meter."""
    if "session" in case:
        return split(_session(case["session"], case), tariffs, zone, policy)
    if "cdr" not in case:
        raise CaseUnreadable("neither a cdr nor a session")
    return _periods(case["cdr"], case, policy)


def tariffs_of(case: Case) -> tuple[Tariff, ...]:
    read = (read_tariff(raw, _version(case))[0] for raw in case.get("tariffs", ()))
    return tuple(tariff for tariff in read if tariff is not None)


def _version(case: Case) -> Version:
    return Version(case.get("ocpi_version", Version.V2_2_1))


def policy_of(case: Case, policy: Policy) -> Policy:
    """The case's own rounding goes before that of the policy."""
    wanted = case.get("rounding")
    if not isinstance(wanted, dict):
        return policy
    at = str(wanted.get("at", "total")).lower().replace("-", "_")
    money = MoneyRounding(
        places=int(wanted.get("places", _PLACES)),
        mode=Mode[str(wanted.get("mode", "half_up")).upper().replace("-", "_")],
        at=At.SUB_TOTAL if "sub" in at else _AT.get(at, At.TOTAL),
        tax_on_rounded_net="net" in at,
    )
    return replace(policy, money=money)


def _periods(cdr: Case, case: Case, policy: Policy) -> Periods:
    read = read_cdr(cdr, _version(case), policy).periods
    raws = sorted(cdr.get("charging_periods", ()), key=lambda raw: instants.parse(raw["start_date_time"]))
    expired = bool(cdr.get("reservation_expired", case.get("reservation_expired", False)))
    items = tuple(map(_with_seconds, read.items, raws))
    return Periods(read.start, read.end, items, _tariff_type(cdr, case), read.reservation_expired or expired)


def _with_seconds(period: Period, raw: Case) -> Period:
    """Time dimensions of a case also give their exact seconds."""
    exact = {
        each["type"]: int(each["seconds"]) * TICKS_PER_SECOND
        for each in raw["dimensions"]
        if "seconds" in each
    }
    return period._replace(
        time=exact.get("TIME", period.time),
        parking=exact.get("PARKING_TIME", period.parking),
        reserved=exact.get("RESERVATION_TIME", period.reserved),
    )


def _tariff_type(inner: Case, case: Case) -> str | None:
    found = inner.get("tariff_type", case.get("tariff_type"))
    return found if isinstance(found, str) else None


def _session(raw: Case, case: Case) -> MeteredSession:
    return MeteredSession(
        start=_moment(raw["start_date_time"]),
        end=_moment(raw["end_date_time"]),
        readings=tuple(map(_reading, raw["meter_values"])),
        state_changes=tuple(map(_state_change, raw.get("state_changes", ()))),
        tariff_changes=tuple(
            TariffChange(_moment(each["timestamp"]), each["tariff_id"])
            for each in raw.get("tariff_changes", ())
        ),
        tariff_type=_tariff_type(raw, case),
        reservation_expired=bool(raw.get("reservation_expired", False)),
    )


def _moment(text: str) -> datetime:
    return instants.moment(instants.parse(text))


def _reading(raw: Case) -> Reading:
    power, current = raw.get("power_kw"), raw.get("current_a", raw.get("current"))
    return Reading(
        _moment(raw["timestamp"]),
        1000 * Decimal(raw["energy_kwh"]),
        None if power is None else 1000 * Decimal(power),
        None if current is None else Decimal(current),
    )


def _state_change(raw: Case) -> StateChange:
    name = str(raw["state"]).upper().replace("_", "").replace(" ", "")
    activities = (activity for part, activity in _ACTIVITY if part in name)
    return StateChange(_moment(raw["timestamp"]), next(activities, Activity.IDLE))
