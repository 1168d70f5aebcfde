"""Pricing cases: the answer to a question, and where it is not as expected.

Used by the command line and by the tests that walk the case files; their fields are described beside those
files.
"""

from decimal import Decimal
from typing import Any, Final

from ocpi.pricing import instants
from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.case_question import Case, CaseUnreadable, periods_of, policy_of, tariffs_of, zone_of
from ocpi.pricing.engine import price
from ocpi.pricing.periods import Period
from ocpi.pricing.policy import DEFAULT, Mode, Policy
from ocpi.pricing.rounding import divided
from ocpi.pricing.tariff import Dimension
from ocpi.pricing.taxes import Amount
from ocpi.pricing.units import ENERGY_PLACES, TICKS_PER_HOUR, decimal_text

Json = dict[str, Any]

_PLACES: Final = 4
_TOLERANCE: Final = Decimal("0.00005")


def run(case: Case, policy: Policy = DEFAULT) -> Json:
    """All keys that a case may assert, computed; the case's own rounding goes before the policy's.

    Raises CaseUnreadable.
    """
    try:
        return _run(case, policy)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise CaseUnreadable(f"{type(error).__name__}: {error}") from error


def _run(case: Case, policy: Policy) -> Json:
    policy = policy_of(case, policy)
    tariffs, zone = tariffs_of(case), zone_of(case)
    return _result(price(periods_of(case, tariffs, zone, policy), tariffs, zone, policy))


def _result(found: Breakdown) -> Json:
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
        "charging_periods": [_charging_period(period) for period in found.periods.items],
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
