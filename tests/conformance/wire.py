"""Objects as a party of each version writes them: valid by default, changed by keyword on the wire.

Written by hand from the tables of each version and not by the translation that is under test. None leaves a
field out. Where versions share a class its form is written once.
Spec: the object tables of 2.3.0, 2.2.1 and 2.1.1.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from schemas.kinds import PartyId
from tests.conformance.versions import V1, V3

Json = dict[str, Any]

LAST_UPDATED = "2026-03-01T08:00:00Z"
LATER = "2026-03-01T09:00:00Z"
_ADDRESS: Json = {
    "name": "Gare du Nord",
    "address": "18 rue de Dunkerque",
    "city": "Paris",
    "postal_code": "75010",
    "country": "FRA",
    "coordinates": {"latitude": "48.880948", "longitude": "2.355314"},
}


def party(owner: PartyId) -> Json:
    return {"country_code": owner.country_code, "party_id": owner.party_id}


def connector(version: str, **changes: Any) -> Json:
    limits: Json = {"max_voltage": 230, "max_amperage": 32, "tariff_ids": ["T1"]}
    if version == V1:
        limits = {"voltage": 230, "amperage": 32, "tariff_id": "T1"}
    return _changed(
        {
            "id": "1",
            "standard": "IEC_62196_T2",
            "format": "SOCKET",
            "power_type": "AC_3_PHASE",
            **limits,
            "last_updated": LAST_UPDATED,
        },
        changes,
    )


def evse(version: str, **changes: Any) -> Json:
    return _changed(
        {
            "uid": "E1",
            "evse_id": "FR*CPO*E1",
            "status": "AVAILABLE",
            "connectors": [connector(version)],
            "last_updated": LAST_UPDATED,
        },
        changes,
    )


def location(version: str, owner: PartyId, **changes: Any) -> Json:
    first: Json = {"type": "ON_STREET"} if version == V1 else {**party(owner), "publish": True}
    return _changed(
        {
            **first,
            "id": "LOC1",
            **_ADDRESS,
            "evses": [evse(version)],
            "time_zone": "Europe/Paris",
            "last_updated": LAST_UPDATED,
        },
        changes,
    )


def token(version: str, owner: PartyId, **changes: Any) -> Json:
    """`uid` and, as its contract, the owner's; in 2.1.1 the contract is called auth_id."""
    contract = f"{owner.country_code}-{owner.party_id}-C12345678-X"
    named: Json = {"auth_id": contract} if version == V1 else {**party(owner), "contract_id": contract}
    return _changed(
        {
            **named,
            "uid": "04E2A1B2C3",
            "type": "RFID",
            "issuer": "MSP Mobility",
            "valid": True,
            "whitelist": "ALLOWED",
            "last_updated": LAST_UPDATED,
        },
        changes,
    )


def cdr_token(issuer: PartyId, uid: str = "04E2A1B2C3") -> Json:
    contract = f"{issuer.country_code}-{issuer.party_id}-C12345678-X"
    return {**party(issuer), "uid": uid, "type": "RFID", "contract_id": contract}


def session(version: str, owner: PartyId, issuer: PartyId, **changes: Any) -> Json:
    """Running for half an hour."""
    if version == V1:
        told: Json = {
            "start_datetime": "2026-03-01T07:30:00Z",
            "auth_id": cdr_token(issuer)["contract_id"],
            "location": location(version, owner),
        }
    else:
        told = {
            **party(owner),
            "start_date_time": "2026-03-01T07:30:00Z",
            "cdr_token": cdr_token(issuer),
            "location_id": "LOC1",
            "evse_uid": "E1",
            "connector_id": "1",
        }
    return _changed(
        {
            **told,
            "id": "S1",
            "kwh": Decimal("3.5"),
            "auth_method": "WHITELIST",
            "currency": "EUR",
            "status": "ACTIVE",
            "last_updated": LAST_UPDATED,
        },
        changes,
    )


def component(kind: str, price: str, step_size: int = 1, vat: int | None = 20) -> Json:
    """2.1.1 prices nothing with tax: `tariff` takes it out there."""
    told: Json = {"type": kind, "price": Decimal(price), "step_size": step_size}
    return told if vat is None else {**told, "vat": vat}


def element(*components: Json, **restrictions: Any) -> Json:
    told: Json = {"price_components": list(components)}
    return {**told, "restrictions": restrictions} if restrictions else told


_PER_KWH = element(component("ENERGY", "0.25"))


def tariff(version: str, owner: PartyId, *elements: Json, **changes: Any) -> Json:
    """0.25 EUR a kWh and 20 % tax on top, unless elements are given."""
    written: Sequence[Json] = elements or [_PER_KWH]
    own: Json = {} if version == V1 else party(owner)
    if version == V1:
        written = [_without_tax(each) for each in written]
    if version == V3:
        own = {**own, "tax_included": "NO"}
    return _changed(
        {**own, "id": "T1", "currency": "EUR", "elements": list(written), "last_updated": LAST_UPDATED},
        changes,
    )


def cost(version: str, net: str, gross: str | None = None) -> Any:
    """`gross` is told where a version can; a single tax of 20 % or what else there is between the two."""
    if version == V1:
        return Decimal(net)
    if version != V3:
        told: Json = {"excl_vat": Decimal(net)}
        return told if gross is None else {**told, "incl_vat": Decimal(gross)}
    if gross is None:
        return {"before_taxes": Decimal(net)}
    taxes = [{"name": "VAT", "amount": Decimal(gross) - Decimal(net)}]
    return {"before_taxes": Decimal(net), "taxes": taxes}


def net(cost: Any) -> Any:
    """The amount before taxes, in whatever version it is told."""
    return cost.get("before_taxes", cost.get("excl_vat")) if isinstance(cost, dict) else cost


def period(at: str, /, tariff_id: str | None = None, **volumes: Any) -> Json:
    """From `at` (UTC); volumes by dimension, kWh and hours."""
    dimensions = [{"type": kind, "volume": Decimal(str(volume))} for kind, volume in volumes.items()]
    told: Json = {"start_date_time": at, "dimensions": dimensions}
    return told if tariff_id is None else {**told, "tariff_id": tariff_id}


def cdr(version: str, owner: PartyId, issuer: PartyId, **changes: Any) -> Json:
    """Eight kWh in an hour at 0.25 EUR: 2.00 EUR, and 20 % tax."""
    if version == V1:
        told: Json = {
            "stop_date_time": LAST_UPDATED,
            "auth_id": cdr_token(issuer)["contract_id"],
            "location": location(version, owner),
        }
    else:
        told = {
            **party(owner),
            "end_date_time": LAST_UPDATED,
            "session_id": f"S{changes.get('id', 1)}"[-36:],  # billed once
            "cdr_token": cdr_token(issuer),
            "cdr_location": cdr_location(),
        }
    return _changed(
        {
            **told,
            "id": "CDR1",
            "start_date_time": "2026-03-01T07:00:00Z",
            "auth_method": "WHITELIST",
            "currency": "EUR",
            "tariffs": [tariff(version, owner)],
            "charging_periods": [period("2026-03-01T07:00:00Z", ENERGY=8, TIME=1)],
            "total_cost": cost(version, "2.00", "2.40"),
            "total_energy": 8,
            "total_time": 1,
            "last_updated": LAST_UPDATED,
        },
        changes,
    )


def cdr_location(**changes: Any) -> Json:
    return _changed(
        {
            "id": "LOC1",
            **_ADDRESS,
            "evse_uid": "E1",
            "evse_id": "FR*CPO*E1",
            "connector_id": "1",
            "connector_standard": "IEC_62196_T2",
            "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        changes,
    )


def _without_tax(told: Json) -> Json:
    bare = [
        {name: value for name, value in each.items() if name != "vat"} for each in told["price_components"]
    ]
    return {**told, "price_components": bare}


def _changed(default: Json, changes: Json) -> Json:
    return {name: value for name, value in {**default, **changes}.items() if value is not None}
