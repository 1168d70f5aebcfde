"""Documents to price and audit: right by default, so that a test overrides the one thing it is about.

One hour on 15 January 2024 in Paris: 10 kWh at 0.30 plus 20 % VAT and a start fee of 1.00: 4.00, 4.80 with
tax.
"""

from decimal import Decimal
from typing import Any

from ocpi.pricing import Tariff, Version, Zone, read_tariff

Json = dict[str, Any]
PARIS = Zone.named("Europe/Paris")


def component(kind: str, amount: str, **overrides: Any) -> Json:
    return {"type": kind, "price": Decimal(amount), "vat": 20, "step_size": 1, **overrides}


def element(*components: Json, **restrictions: Any) -> Json:
    given = {"restrictions": restrictions} if restrictions else {}
    return {"price_components": list(components), **given}


def tariff(*elements: Json, **overrides: Any) -> Json:
    return {
        "country_code": "FR",
        "party_id": "ABC",
        "id": "T1",
        "currency": "EUR",
        "elements": list(elements) or [element(component("ENERGY", "0.30"), component("FLAT", "1.00"))],
        "last_updated": "2024-01-01T00:00:00Z",
        **overrides,
    }


def read(raw: Json, version: Version = Version.V2_2_1) -> Tariff:
    found, findings = read_tariff(raw, version)
    assert found is not None
    assert findings == []
    return found


def period(start: str = "2024-01-15T10:00:00Z", **volumes: str) -> Json:
    volumes = volumes or {"ENERGY": "10", "TIME": "1"}
    dimensions = [{"type": kind, "volume": Decimal(volume)} for kind, volume in volumes.items()]
    return {"start_date_time": start, "dimensions": dimensions}


def cdr(*periods: Json, **overrides: Any) -> Json:
    """A CDR of 2.2.1 that nothing can be said against."""
    return {
        "country_code": "FR",
        "party_id": "ABC",
        "id": "CDR1",
        "start_date_time": "2024-01-15T10:00:00Z",
        "end_date_time": "2024-01-15T11:00:00Z",
        "session_id": "S1",
        "cdr_token": {
            "country_code": "DE",
            "party_id": "EMS",
            "uid": "0412",
            "type": "RFID",
            "contract_id": "C1",
        },
        "auth_method": "WHITELIST",
        "cdr_location": {
            "id": "L1",
            "address": "18 rue de Dunkerque",
            "city": "Paris",
            "country": "FRA",
            "coordinates": {"latitude": "48.880931", "longitude": "2.355323"},
            "evse_uid": "E1",
            "evse_id": "FR*ABC*E1",
            "connector_id": "1",
            "connector_standard": "IEC_62196_T2",
            "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        "currency": "EUR",
        "tariffs": [tariff()],
        "charging_periods": list(periods) or [period()],
        "total_cost": {"excl_vat": Decimal("4.00"), "incl_vat": Decimal("4.80")},
        "total_energy": Decimal(10),
        "total_time": Decimal(1),
        "last_updated": "2024-01-15T11:01:00Z",
        **overrides,
    }
