"""The case format: a pricing question in one JSON file, with or without the answer.

Used by the command line and by the tests that walk the case files; its fields are described beside those
files.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from ocpi.pricing import instants
from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.engine import price
from ocpi.pricing.metered import Activity, MeteredSession, Reading, StateChange, TariffChange
from ocpi.pricing.periods import Period, Periods
from ocpi.pricing.policy import DEFAULT, At, Mode, MoneyRounding, Policy
from ocpi.pricing.read_cdr import read_cdr
from ocpi.pricing.read_tariff import Version, read_tariff
from ocpi.pricing.rounding import divided
from ocpi.pricing.split import split
from ocpi.pricing.tariff import Dimension, Tariff
from ocpi.pricing.taxes import Amount
from ocpi.pricing.units import ENERGY_PLACES, TICKS_PER_HOUR, TICKS_PER_SECOND, decimal_text
from ocpi.pricing.zones import Zone, ZoneSource

Case = Mapping[str, Any]
Json = dict[str, Any]

_PLACES: Final = 4
_TOLERANCE: Final = Decimal("0.00005")
_ACTIVITY: Final = {
    **{each.value.replace("_", ""): each for each in Activity},
    "SUSPENDED": Activity.SUSPENDED_EV,
    "FINISHING": Activity.IDLE,
    "PREPARING": Activity.IDLE,
    "PARKING": Activity.IDLE,
    "PARKED": Activity.IDLE,
    "NOTCHARGING": Activity.IDLE,
    "RESERVATION": Activity.RESERVED,
}
_AT: Final = {"total": At.TOTAL, "period": At.LINE, "component": At.LINE, "line": At.LINE}


class CaseUnreadable(ValueError):
    """A case file without a part that every case has."""


def run(case: Case, policy: Policy = DEFAULT) -> Json:
    """All keys that a case may assert, computed; the case's own rounding goes before the policy's.

    Raises CaseUnreadable.
    """
    try:
        return _run(case, policy)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise CaseUnreadable(f"{type(error).__name__}: {error}") from error


def _run(case: Case, policy: Policy) -> Json:
    policy = _with_rounding(case, policy)
    tariffs = _tariffs(case)
    zone = Zone.named(
        case.get("timezone", "UTC"), ZoneSource.LOCATION if "timezone" in case else ZoneSource.ASSUMED
    )
    if "session" in case:
        periods = split(_session(case["session"], case), tariffs, zone, policy)
    elif "cdr" in case:
        periods = _periods(case["cdr"], case, policy)
    else:
        raise CaseUnreadable("neither a cdr nor a session")
    return _result(price(periods, tariffs, zone, policy), periods)


def _tariffs(case: Case) -> tuple[Tariff, ...]:
    read = (read_tariff(raw, _version(case))[0] for raw in case.get("tariffs", ()))
    return tuple(tariff for tariff in read if tariff is not None)


def _version(case: Case) -> Version:
    return Version(case.get("ocpi_version", Version.V2_2_1))


def _with_rounding(case: Case, policy: Policy) -> Policy:
    wanted = case.get("rounding")
    if not isinstance(wanted, dict):
        return policy
    at = str(wanted.get("at", "total")).lower().replace("-", "_")
    money = MoneyRounding(
        places=int(wanted.get("places", _PLACES)),
        mode=Mode[str(wanted.get("mode", "half_up")).upper()],
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
    return StateChange(_moment(raw["timestamp"]), _ACTIVITY[name])


def _result(found: Breakdown, periods: Periods) -> Json:
    costs, volumes = found.published, found.measured
    money = {
        "total_cost": costs.total,
        "before_limits": costs.before_limits,
        "total_fixed_cost": costs.fixed,
        "total_energy_cost": costs.energy,
        "total_time_cost": costs.time,
        "total_parking_cost": costs.parking,
        "total_reservation_cost": costs.reservation,
    }
    return {
        **{name: _cost(each, found.places) for name, each in money.items()},
        "total_energy": _kwh(volumes.energy),
        "total_time": _hours(volumes.total_time),
        "total_parking_time": _hours(volumes.parking),
        "total_reservation_time": _hours(volumes.reserved),
        "billed_energy": _kwh(found.billed(Dimension.ENERGY)),
        "billed_time": _hours(found.billed(Dimension.TIME)),
        "billed_parking_time": _hours(found.billed(Dimension.PARKING_TIME)),
        "billed_reservation_time": _hours(found.billed(Dimension.RESERVATION_TIME)),
        "warnings": [str(note) for note in found.warnings],
        "charging_periods": [_charging_period(period) for period in periods.items],
    }


def _cost(amount: Amount, places: int) -> Json:
    net, gross = amount
    return {
        "excl_vat": None if net is None else decimal_text(net, places),
        "incl_vat": None if gross is None else decimal_text(gross, places),
    }


def _kwh(units: int) -> str:
    return decimal_text(divided(units, 10 ** (ENERGY_PLACES - _PLACES), Mode.HALF_UP), _PLACES)


def _hours(ticks: int) -> str:
    return decimal_text(divided(ticks * 10**_PLACES, TICKS_PER_HOUR, Mode.HALF_UP), _PLACES)


def _charging_period(period: Period) -> Json:
    volumes = (
        ("ENERGY", period.energy, _kwh),
        ("TIME", period.time, _hours),
        ("PARKING_TIME", period.parking, _hours),
        ("RESERVATION_TIME", period.reserved, _hours),
    )
    return {
        "start_date_time": instants.text(period.start),
        "dimensions": [
            {"type": kind, "volume": write(volume)} for kind, volume, write in volumes if volume is not None
        ],
    }


def judged(case: Case) -> Json:
    """What the command line prints for a case: its result, and where it is not as expected.

    A case that asserts nothing gets all of its result. Raises CaseUnreadable.
    """
    result, expected = run(case), case.get("expected")
    if not isinstance(expected, dict):
        return {"name": case.get("name"), "result": result}
    found = differences(expected, result)
    asserted = {key: result.get(key) for key in expected}
    return {"name": case.get("name"), "result": asserted, "ok": not found, "differences": found}


def differences(expected: Case, result: Case) -> list[Json]:
    """Every asserted key whose computed value is further off than the tolerance."""
    found: list[Json] = []
    for key, wanted in expected.items():
        got = result.get(key)
        if key == "warnings" and isinstance(wanted, list) and isinstance(got, list):
            wanted, got = sorted(wanted), sorted(got)  # noqa: PLW2901 - their order means nothing
        found.extend(_compare(key, wanted, got))
    return found


def _compare(path: str, wanted: object, got: object) -> list[Json]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [
            each for key, value in wanted.items() for each in _compare(f"{path}.{key}", value, got.get(key))
        ]
    if isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        pairs = enumerate(zip(wanted, got, strict=True))
        return [each for at, (one, other) in pairs for each in _compare(f"{path}[{at}]", one, other)]
    if wanted == got or _is_near(wanted, got):
        return []
    return [{"path": path, "expected": wanted, "actual": got}]


def _is_near(wanted: object, got: object) -> bool:
    try:
        return abs(Decimal(str(wanted)) - Decimal(str(got))) <= _TOLERANCE
    except ArithmeticError:
        return False
