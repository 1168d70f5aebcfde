"""Objects to push: complete, harmless, and written as each version has them.

A location whose one EVSE is REMOVED is shown to nobody; a token that is not valid opens nothing.
Spec: mod_locations, mod_tariffs, mod_tokens, mod_sessions, mod_cdrs of each version: object descriptions.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ocpi.wire.interfaces import Side
from passerelle.conformance.exchange import Exchange, NothingToSee
from passerelle.conformance.target import Target
from schemas.kinds import PartyId
from simulators.dialect import V2_1_1, V2_2_1, V2_3_0

Json = dict[str, Any]
STAMP: Final = "2025-12-01T08:00:00Z"
LATER: Final = "2025-12-01T09:00:00Z"
_NAME: Final = "Conformance check, please ignore"


@dataclass(frozen=True, slots=True)
class Sample:
    """`optional` is a field that may be missing, `changed` a field and a new value for a PATCH."""

    module: str
    id: str
    body: Json
    optional: str
    changed: tuple[str, Any]

    def url(self, target: Target) -> str:
        return target.url(self.module, Side.RECEIVER, target.own.country_code, target.own.party_id, self.id)


async def push(target: Target, sample: Sample, method: str, body: Any, *part: str) -> Exchange:
    return await target.follow(method, "/".join((sample.url(target), *part)), body=body)


async def read(target: Target, sample: Sample) -> Exchange:
    return await target.follow("GET", sample.url(target))


def of(target: Target) -> Sample:
    """What we may push to this platform: as a CPO a location, as an eMSP a token. Raises NothingToSee."""
    if target.role == "EMSP" and target.has("locations", Side.RECEIVER):
        return a_location(target)
    if target.role == "CPO" and target.has("tokens", Side.RECEIVER):
        return a_token(target)
    raise NothingToSee("the platform receives neither locations nor tokens")


def a_location(target: Target) -> Sample:
    body = location(target.version, target.own, target.fresh_id())
    return Sample("locations", body["id"], body, "name", ("name", "Changed"))


def a_token(target: Target) -> Sample:
    body = token(target.version, target.own, target.fresh_id())
    return Sample("tokens", body["uid"], body, "visual_number", ("visual_number", "2"))


def location(version: str, owner: PartyId, location_id: str) -> Json:
    found = {
        **_owner(version, owner),
        "id": location_id,
        "name": _NAME,
        "address": "1 rue de la Paix",
        "city": "Paris",
        "postal_code": "75002",
        "country": "FRA",
        "coordinates": {"latitude": "48.868600", "longitude": "2.331500"},
        "evses": [evse(version)],
        "time_zone": "Europe/Paris",
        "last_updated": STAMP,
    }
    return {**found, **({"type": "UNKNOWN"} if version == V2_1_1 else {"publish": True})}


def evse(version: str) -> Json:
    return {"uid": "E1", "status": "REMOVED", "connectors": [connector(version)], "last_updated": STAMP}


def connector(version: str) -> Json:
    volts, amperes = ("voltage", "amperage") if version == V2_1_1 else ("max_voltage", "max_amperage")
    return {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        volts: 230,
        amperes: 32,
        "last_updated": STAMP,
    }


def token(version: str, owner: PartyId, uid: str) -> Json:
    shared = {"uid": uid, "issuer": "Check", "valid": False, "whitelist": "NEVER", "last_updated": STAMP}
    if version == V2_1_1:
        return {**shared, "type": "RFID", "auth_id": f"{owner.country_code}-CHECK", "visual_number": "1"}
    return {
        **_owner(version, owner), **shared, "type": "RFID", "contract_id": uid[:36], "visual_number": "1"
    }  # fmt: skip


def tariff(version: str, owner: PartyId, tariff_id: str) -> Json:
    found = {
        **_owner(version, owner),
        "id": tariff_id,
        "currency": "EUR",
        "elements": [{"price_components": [{"type": "ENERGY", "price": Decimal("0.25"), "step_size": 1}]}],
        "last_updated": STAMP,
    }
    return {**found, "tax_included": "NO"} if version == V2_3_0 else found


def session(version: str, owner: PartyId, issuer: PartyId, session_id: str) -> Json:
    if version == V2_1_1:
        place: Json = {
            "start_datetime": STAMP,
            "auth_id": f"{issuer.country_code}-CHECK",
            "location": location(version, owner, "CHECK"),
        }
    else:
        place = {
            "start_date_time": STAMP,
            "cdr_token": _cdr_token(issuer),
            "location_id": "CHECK",
            "evse_uid": "E1",
            "connector_id": "1",
        }
    return {
        **_owner(version, owner), **place, "id": session_id, "kwh": Decimal("1.5"),
        "auth_method": "WHITELIST", "currency": "EUR", "status": "ACTIVE", "last_updated": STAMP,
    }  # fmt: skip


def cdr(version: str, owner: PartyId, issuer: PartyId, cdr_id: str) -> Json:
    """One kWh in an hour, for nothing."""
    period = {"start_date_time": STAMP, "dimensions": [{"type": "ENERGY", "volume": 1}]}
    shared = {
        **_owner(version, owner), "id": cdr_id, "auth_method": "WHITELIST", "currency": "EUR",
        "charging_periods": [period], "total_energy": 1, "total_time": 1, "start_date_time": STAMP,
        "last_updated": LATER,
    }  # fmt: skip
    if version == V2_1_1:
        return {
            **shared, "stop_date_time": LATER, "auth_id": f"{issuer.country_code}-CHECK", "total_cost": 0,
            "location": location(version, owner, "CHECK"),
        }  # fmt: skip
    cost = {"excl_vat": 0, "incl_vat": 0} if version == V2_2_1 else {"before_taxes": 0}
    return {
        **shared, "end_date_time": LATER, "session_id": f"S{cdr_id}"[:36], "total_cost": cost,
        "cdr_token": _cdr_token(issuer), "cdr_location": _cdr_location(),
    }  # fmt: skip


def _cdr_token(issuer: PartyId) -> Json:
    return {
        "country_code": issuer.country_code, "party_id": issuer.party_id, "uid": "CHECK", "type": "RFID",
        "contract_id": "CHECK",
    }  # fmt: skip


def _cdr_location() -> Json:
    return {
        "id": "CHECK",
        "address": "1 rue de la Paix",
        "city": "Paris",
        "country": "FRA",
        "coordinates": {"latitude": "48.868600", "longitude": "2.331500"},
        "evse_uid": "E1",
        "evse_id": "FR*CHK*E1",
        "connector_id": "1",
        "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET",
        "connector_power_type": "AC_3_PHASE",
    }


def _owner(version: str, owner: PartyId) -> Json:
    """In 2.1.1 the owner stands in the URL alone."""
    return {} if version == V2_1_1 else {"country_code": owner.country_code, "party_id": owner.party_id}
