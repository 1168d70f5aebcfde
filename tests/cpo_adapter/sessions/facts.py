"""Transactions for tests: a car that draws 11 kW from 10:00, on a tariff of energy and parking."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import ConnectorStatus, Outlet, Sample
from cpo_adapter.sessions.transaction import Begin, Changed, End, Metered, Since, Terms, Transaction
from schemas.v2_3_0.cdrs import CdrLocation
from schemas.v2_3_0.enums import AuthMethod
from schemas.v2_3_0.tariffs import Tariff
from tests import build

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
TARIFF = build.tariff(
    id="AC",
    elements=[
        {
            "price_components": [
                {"type": "ENERGY", "price": Decimal("0.40"), "vat": 20, "step_size": 1},
                {"type": "PARKING_TIME", "price": Decimal(6), "vat": 20, "step_size": 60},
            ]
        }
    ],
)


def at(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


def authorized(**changes: Any) -> Authorized:
    default: dict[str, Any] = {
        "uid": "04E2A1B2C3",
        "token": build.token(),
        "auth_method": AuthMethod.AUTH_REQUEST,
        "authorization_reference": "REF-1",
        "at": TEN,
    }
    return Authorized(**{**default, **changes})


def begin(
    *, tariffs: tuple[Tariff, ...] = (TARIFF,), allowed: Authorized | None = None, **changes: Any
) -> Begin:
    default: dict[str, Any] = {
        "number": 7,
        "session_id": "5a0f2a4e-0000-4000-8000-000000000001",
        "station": "CP-1",
        "outlet": Outlet(1),
        "uid": "04E2A1B2C3",
        "at": TEN,
        "meter_wh": 1000,
        "heard_at": TEN,
        "authorized": allowed or authorized(),
        "terms": Terms(
            CdrLocation.model_validate(build.cdr().cdr_location.to_wire()), "Europe/Paris", 22_080, tariffs
        ),
    }
    return Begin(**{**default, **changes})


def read(minutes: float, energy_wh: int | str, power_w: int | None = None, **more: Any) -> Metered:
    """A sample of the whole register, and of the power if told."""
    when = at(minutes)
    told = [Sample(when, "Energy.Active.Import.Register", Decimal(energy_wh), **more)]
    if power_w is not None:
        told.append(Sample(when, "Power.Active.Import", Decimal(power_w)))
    return Metered(tuple(told), when)


def status(minutes: float, name: str) -> Changed:
    return Changed(ConnectorStatus(name), at(minutes), at(minutes))


def end(minutes: float, meter_wh: int) -> End:
    return End(at(minutes), meter_wh, "Local", at(minutes))


def transaction(*since: Since, ended: End | None = None, **changes: Any) -> Transaction:
    return Transaction(begin(**changes), since, ended)
