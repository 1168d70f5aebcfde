"""OCPI objects for tests: valid by default, changed by keyword in the one thing that matters.

    location(id="LOC9", evses=[evse(status="CHARGING")])

Keywords take models or wire values; what is not a field becomes an unknown field. None leaves a field out.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from schemas.base import OcpiModel
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token

Model = TypeVar("Model", bound=OcpiModel)

LAST_UPDATED = "2026-03-01T08:00:00Z"

CPO = {"country_code": "FR", "party_id": "CPO"}
EMSP = {"country_code": "NL", "party_id": "MSP"}

CDR_TOKEN = {**EMSP, "uid": "04E2A1B2C3", "type": "RFID", "contract_id": "NL-MSP-C12345678-X"}


def connector(**changes: Any) -> Connector:
    default = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 32,
        "tariff_ids": ["T1"],
        "last_updated": LAST_UPDATED,
    }
    return _build(Connector, default, changes)


def evse(**changes: Any) -> EVSE:
    default = {
        "uid": "E1",
        "evse_id": "FR*CPO*E1",
        "status": "AVAILABLE",
        "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"],
        "connectors": [connector()],
        "last_updated": LAST_UPDATED,
    }
    return _build(EVSE, default, changes)


def location(**changes: Any) -> Location:
    default = {
        **CPO,
        "id": "LOC1",
        "publish": True,
        "name": "Gare du Nord",
        "address": "18 rue de Dunkerque",
        "city": "Paris",
        "postal_code": "75010",
        "country": "FRA",
        "coordinates": {"latitude": "48.880948", "longitude": "2.355314"},
        "evses": [evse()],
        "time_zone": "Europe/Paris",
        "last_updated": LAST_UPDATED,
    }
    return _build(Location, default, changes)


def tariff(**changes: Any) -> Tariff:
    """0.25 EUR per kWh, taxes on top."""
    energy = {"type": "ENERGY", "price": Decimal("0.25"), "vat": 20, "step_size": 1}
    default = {
        **CPO,
        "id": "T1",
        "currency": "EUR",
        "elements": [{"price_components": [energy]}],
        "tax_included": "NO",
        "last_updated": LAST_UPDATED,
    }
    return _build(Tariff, default, changes)


def token(**changes: Any) -> Token:
    default = {
        **CDR_TOKEN,
        "issuer": "MSP Mobility",
        "valid": True,
        "whitelist": "ALLOWED",
        "last_updated": LAST_UPDATED,
    }
    return _build(Token, default, changes)


def session(**changes: Any) -> Session:
    """Running for half an hour."""
    default = {
        **CPO,
        "id": "S1",
        "start_date_time": "2026-03-01T07:30:00Z",
        "kwh": Decimal("3.5"),
        "cdr_token": CDR_TOKEN,
        "auth_method": "WHITELIST",
        "location_id": "LOC1",
        "evse_uid": "E1",
        "connector_id": "1",
        "currency": "EUR",
        "status": "ACTIVE",
        "last_updated": LAST_UPDATED,
    }
    return _build(Session, default, changes)


def cdr(**changes: Any) -> CDR:
    """Eight kWh in an hour at 0.25 EUR per kWh: 2.00 EUR and 20 % VAT."""
    energy = {"type": "ENERGY", "volume": 8}
    default = {
        **CPO,
        "id": "CDR1",
        "start_date_time": "2026-03-01T07:00:00Z",
        "end_date_time": LAST_UPDATED,
        "session_id": "S1",
        "cdr_token": CDR_TOKEN,
        "auth_method": "WHITELIST",
        "cdr_location": _cdr_location(),
        "currency": "EUR",
        "tariffs": [tariff()],
        "charging_periods": [
            {"start_date_time": "2026-03-01T07:00:00Z", "dimensions": [energy], "tariff_id": "T1"}
        ],
        "total_cost": {
            "before_taxes": Decimal("2.00"),
            "taxes": [{"name": "VAT", "amount": Decimal("0.40")}],
        },
        "total_energy": 8,
        "total_time": 1,
        "last_updated": LAST_UPDATED,
    }
    return _build(CDR, default, changes)


def _cdr_location() -> dict[str, Any]:
    return {
        "id": "LOC1",
        "name": "Gare du Nord",
        "address": "18 rue de Dunkerque",
        "city": "Paris",
        "postal_code": "75010",
        "country": "FRA",
        "coordinates": {"latitude": "48.880948", "longitude": "2.355314"},
        "evse_uid": "E1",
        "evse_id": "FR*CPO*E1",
        "connector_id": "1",
        "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET",
        "connector_power_type": "AC_3_PHASE",
    }


def _build(model: type[Model], default: Mapping[str, Any], changes: Mapping[str, Any]) -> Model:
    """None leaves a field out, as on the wire."""
    return model.model_validate({**default, **changes})
