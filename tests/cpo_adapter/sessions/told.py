"""What stations tell of a transaction: right by default, one thing overridden at a time."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import (
    ConnectorStatus,
    Origin,
    Outlet,
    Sample,
    TransactionBegan,
    TransactionEnded,
)
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.sessions.transaction import Begin, Changed, End, Metered, Terms
from schemas.v2_3_0.cdrs import CdrLocation
from schemas.v2_3_0.enums import AuthMethod
from tests import build

BEGAN = datetime(2026, 1, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)

LOCATION = CdrLocation.model_validate(
    {
        "id": "GARE",
        "address": "1 place de la Gare",
        "city": "Luxembourg",
        "country": "LUX",
        "coordinates": {"latitude": "49.60031", "longitude": "6.13341"},
        "evse_uid": "CP-1-1",
        "evse_id": "LU*PAS*E0001",
        "connector_id": "1",
        "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET",
        "connector_power_type": "AC_3_PHASE",
    }
)


def after(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def authorized(**overrides: Any) -> Authorized:
    told = {
        "uid": "CARD",
        "token": build.token(uid="CARD"),
        "auth_method": AuthMethod.WHITELIST,
        "authorization_reference": None,
        "at": BEGAN,
    }
    return Authorized(**{**told, **overrides})


def begin(**overrides: Any) -> Begin:
    told = {
        "number": 7,
        "session_id": "S-7",
        "station": "CP-1",
        "outlet": Outlet(1),
        "uid": "CARD",
        "at": BEGAN,
        "meter_wh": 1000,
        "heard_at": BEGAN,
        "terms": Terms(LOCATION, "Europe/Luxembourg", 22_080, (build.tariff(),)),
        "card": CardAnswer(CardStatus.ACCEPTED),
        "authorized": authorized(),
    }
    return Begin(**{**told, **overrides})


def end(**overrides: Any) -> End:
    told = {"at": BEGAN + HOUR, "meter_wh": 12_000, "reason": "Local", "heard_at": BEGAN + HOUR}
    return End(**{**told, **overrides})


def sample(minutes: float, value: int, **overrides: Any) -> Sample:
    """A register reading."""
    told = {"at": after(minutes), "measurand": "Energy.Active.Import.Register", "value": Decimal(value)}
    return Sample(**{**told, **overrides})


def metered(minutes: float, value: int, **overrides: Any) -> Metered:
    return Metered((sample(minutes, value, **overrides),), after(minutes))


def changed(minutes: float, status: str) -> Changed:
    return Changed(ConnectorStatus(status), after(minutes), after(minutes))


def origin(action: str, payload: dict[str, Any], *, heard_at: datetime, station: str = "CP-1") -> Origin:
    return Origin(station, heard_at, json.dumps([2, "id", action, payload]))


def start_told(**overrides: Any) -> TransactionBegan:
    """`heard_at` is when we heard it."""
    heard_at = overrides.pop("heard_at", overrides.get("at", BEGAN))
    station = overrides.pop("station", "CP-1")
    told = {"outlet": Outlet(1), "uid": "CARD", "meter_wh": 1000, "at": BEGAN, **overrides}
    payload = {"idTag": told["uid"], "meterStart": told["meter_wh"], "timestamp": str(told["at"])}
    return TransactionBegan(origin("StartTransaction", payload, heard_at=heard_at, station=station), **told)


def stop_told(reference: str, **overrides: Any) -> TransactionEnded:
    station = overrides.pop("station", "CP-1")
    told = {"uid": "CARD", "meter_wh": 12_000, "at": BEGAN + HOUR, "reason": "Local", **overrides}
    payload = {"transactionId": reference, "meterStop": told["meter_wh"]}
    where = origin("StopTransaction", payload, heard_at=told["at"], station=station)
    return TransactionEnded(where, reference, **told)
