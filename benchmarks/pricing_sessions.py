"""CDRs to measure pricing with: metered every quarter of an hour, split and priced here, as of 2.2.1."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from ocpi.pricing import (
    Activity,
    MeteredSession,
    Reading,
    StateChange,
    Version,
    Zone,
    cost_fields,
    price,
    read_tariff,
    split,
)

ZONE = Zone.named("Europe/Paris")
_QUARTER = timedelta(minutes=15)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
Json = dict[str, Any]


def _component(kind: str, amount: str, step: int = 1) -> Json:
    return {"type": kind, "price": Decimal(amount), "vat": 20, "step_size": step}


def _element(restrictions: Json | None, *components: Json) -> Json:
    given = {"restrictions": restrictions} if restrictions else {}
    return {"price_components": list(components), **given}


def _tariff(name: str, elements: list[Json]) -> Json:
    return {
        "country_code": "FR",
        "party_id": "ABC",
        "id": name,
        "currency": "EUR",
        "elements": elements,
        "last_updated": "2024-01-01T00:00:00Z",
    }


TYPICAL = _tariff(
    "TYPICAL",
    [
        _element(None, _component("FLAT", "0.50")),
        _element({"start_time": "22:00", "end_time": "06:00"}, _component("ENERGY", "0.25")),
        _element({"max_kwh": 20}, _component("ENERGY", "0.39")),
        _element(None, _component("ENERGY", "0.35")),
        _element({"min_duration": 3600}, _component("PARKING_TIME", "3.00", 60)),
    ],
)


def _quarter(number: int) -> str:
    return f"{number // 4 % 24:02d}:{number % 4 * 15:02d}"


DYNAMIC = _tariff(
    "DYNAMIC",
    [
        _element(
            {"start_time": _quarter(at), "end_time": _quarter(at + 1)},
            _component("ENERGY", str(Decimal(200 + at) / 1000)),
        )
        for at in range(96)
    ],
)


def typical(count: int, *, embed: bool) -> Iterator[bytes]:
    """Four periods: day price, beyond 20 kWh, night price, parked."""
    for number in range(count):
        start = datetime(2024, 1, 1 + number % 27, 18, 30, tzinfo=UTC) + timedelta(seconds=number % 3000)
        yield _cdr(number, TYPICAL, start, quarters=16, parked=2, embed=embed)


def dynamic(count: int, *, embed: bool) -> Iterator[bytes]:
    """Twelve quarters of an hour, each with a price of its own."""
    for number in range(count):
        start = datetime(2024, 1, 1 + number % 27, number % 20, tzinfo=UTC)
        yield _cdr(number, DYNAMIC, start, quarters=12, parked=0, embed=embed)


def _cdr(number: int, tariff: Json, start: datetime, *, quarters: int, parked: int, embed: bool) -> bytes:
    session = _session(number, start, quarters, parked)
    known = (_READ[tariff["id"]],)
    periods = split(session, known, ZONE)
    costs = cost_fields(price(periods, known, ZONE))
    return _ENCODER.encode(
        {
            "country_code": "FR",
            "party_id": "ABC",
            "id": f"CDR{number:09d}",
            "start_date_time": _text(session.start),
            "end_date_time": _text(session.end),
            "session_id": f"S{number:09d}",
            "cdr_token": {
                "country_code": "DE",
                "party_id": "EMS",
                "uid": f"04{number:012X}",
                "type": "RFID",
                "contract_id": "DE-EMS-C12345678-9",
            },
            "auth_method": "WHITELIST",
            "cdr_location": _LOCATION,
            **{name: _as_2_2_1(value) for name, value in costs.items()},
            **({"tariffs": [tariff]} if embed else {}),
            "last_updated": _text(session.end + timedelta(minutes=1)),
        }
    )


def _session(number: int, start: datetime, quarters: int, parked: int) -> MeteredSession:
    chance = random.Random(number)  # noqa: S311 - the same sessions in every run
    register, readings = Decimal(1000 * number), []
    for quarter in range(quarters + 1):
        readings.append(Reading(start + quarter * _QUARTER, register))
        register += chance.randrange(20_000, 28_000) / Decimal(10) if quarter < quarters - parked else 0
    changes = [StateChange(start + (quarters - parked) * _QUARTER, Activity.IDLE)] if parked else []
    return MeteredSession(start, start + quarters * _QUARTER, tuple(readings), tuple(changes))


def _as_2_2_1(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    net = value["before_taxes"]
    return {"excl_vat": net, "incl_vat": net + sum(tax["amount"] for tax in value["taxes"])}


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(raw: Json) -> Any:
    return read_tariff(raw, Version.V2_2_1)[0]


_READ = {raw["id"]: _read(raw) for raw in (TYPICAL, DYNAMIC)}
_LOCATION = {
    "id": "LOC1",
    "name": "Gare du Nord",
    "address": "18 rue de Dunkerque",
    "city": "Paris",
    "postal_code": "75010",
    "country": "FRA",
    "coordinates": {"latitude": "48.880931", "longitude": "2.355323"},
    "evse_uid": "3256",
    "evse_id": "FR*ABC*E00041503*001",
    "connector_id": "1",
    "connector_standard": "IEC_62196_T2",
    "connector_format": "SOCKET",
    "connector_power_type": "AC_3_PHASE",
}
