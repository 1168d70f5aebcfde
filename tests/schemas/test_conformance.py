"""What could be read is still looked at: each rule reports its own place and code, and nothing else does."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.base import OcpiModel
from schemas.conformance import check
from schemas.v2_3_0.charging_profiles import ChargingProfile
from schemas.v2_3_0.credentials import Credentials
from schemas.v2_3_0.payments import FinancialAdviceConfirmation
from schemas.v2_3_0.tokens import AuthorizationInfo
from schemas.v2_3_0.versions import VersionDetails
from tests.build import LAST_UPDATED, cdr, connector, evse, location, session, tariff, token


def found(model: OcpiModel) -> list[tuple[str, str]]:
    return [(violation.pointer, violation.code) for violation in check(model)]


@pytest.mark.parametrize(
    "model", [location(), evse(), connector(), tariff(), token(), session(), cdr()], ids=repr
)
def test_a_sound_object_is_left_in_peace(model: OcpiModel) -> None:
    assert check(model) == []


@pytest.mark.parametrize(
    ("change", "at", "code"),
    [
        ({"name": "x" * 256}, "/name", "length"),
        ({"city": "x" * 46}, "/city", "length"),
        ({"id": "x" * 37}, "/id", "length"),
        ({"id": "café"}, "/id", "characters"),
        ({"name": "Gare\tdu Nord"}, "/name", "characters"),
        ({"country_code": "FRA"}, "/country_code", "length"),
        ({"country_code": "F1"}, "/country_code", "form"),
        ({"country": "FR"}, "/country", "form"),
        ({"time_zone": "Europe/Paris!"}, "/time_zone", "form"),
        ({"coordinates": {"latitude": "48.8", "longitude": "2.355314"}}, "/coordinates/latitude", "form"),
        (
            {"coordinates": {"latitude": "48.88094", "longitude": "+2.35531"}},
            "/coordinates/longitude",
            "form",
        ),
        ({"directions": [{"language": "FR", "text": "Tout droit"}]}, "/directions/0/language", "form"),
        ({"operator": {"name": "CPO", "website": "cpo.example"}}, "/operator/website", "form"),
        (
            {
                "images": [
                    _picture := {"url": "https://cpo.example/i.png", "category": "CHARGER", "type": "png"}
                ]
            },
            "",
            "",
        ),
        ({"images": [{**_picture, "width": 100_000}]}, "/images/0/width", "digits"),
        ({"images": [{**_picture, "url": "https://cpo.example/" + "i" * 256}]}, "/images/0/url", "length"),
        ({"name": "Gare du Nord, côté café"}, "", ""),
        ({"parking_type": "IN_THE_AIR"}, "", ""),
    ],
)
def test_lengths_characters_and_forms_are_reported(change: dict[str, Any], at: str, code: str) -> None:
    complaint = {(at, code)} if code else set()

    assert complaint <= set(found(location(**change)))
    assert all(pointer == at for pointer, _ in found(location(**change)))


def test_a_text_that_must_not_be_empty_is_reported() -> None:
    confirmation = FinancialAdviceConfirmation.model_validate(
        {
            "id": "1",
            "authorization_reference": "A1",
            "total_costs": {"before_taxes": 12},
            "currency": "EUR",
            "eft_data": ["", "x"],
            "capture_status_code": "SUCCESS",
            "last_updated": LAST_UPDATED,
        }
    )

    assert found(confirmation) == [("/eft_data/0", "length")]


def test_data_that_cannot_exist_may_say_so() -> None:
    """Case C-115."""
    nowhere = cdr().cdr_location.to_wire() | {"evse_uid": "#NA", "evse_id": "#NA", "connector_id": "#NA"}

    assert found(cdr(cdr_location=nowhere)) == []


PLACE = {
    "id": "P1",
    "vehicle_types": ["VAN"],
    "restricted_to_type": False,
    "reservation_required": False,
}
ALWAYS_OPEN = {"twentyfourseven": True}
WEEKDAY = {"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}
PERIOD = {"period_begin": "2026-03-01T08:00:00Z", "period_end": "2026-03-01T07:00:00Z"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"publish_allowed_to": [{"uid": "1", "type": "RFID"}]}, ("/publish_allowed_to", "published")),
        (
            {"publish": False, "publish_allowed_to": [{"issuer": "MSP"}]},
            ("/publish_allowed_to/0", "incomplete"),
        ),
        (
            {"publish": False, "publish_allowed_to": [{"uid": "1"}]},
            ("/publish_allowed_to/0/type", "incomplete"),
        ),
        (
            {"publish": False, "publish_allowed_to": [{"visual_number": "1"}]},
            ("/publish_allowed_to/0/issuer", "incomplete"),
        ),
        ({"publish": False, "publish_allowed_to": [{"group_id": "1"}]}, None),
        ({"evses": [evse(), evse(uid="e1")]}, ("/evses/1/uid", "unique")),
        ({"evses": [evse(connectors=[connector(), connector()])]}, ("/evses/0/connectors/1/id", "unique")),
        ({"parking_places": [PLACE, {**PLACE, "id": "p1"}]}, ("/parking_places/1/id", "unique")),
        (
            {"parking_places": [PLACE], "evses": [evse(parking=[{"parking_id": "P2"}])]},
            ("/evses/0/parking/0/parking_id", "reference"),
        ),
        ({"parking_places": [PLACE], "evses": [evse(parking=[{"parking_id": "p1"}])]}, None),
        ({"opening_times": {"twentyfourseven": False}}, ("/opening_times/regular_hours", "incomplete")),
        (
            {"opening_times": {**ALWAYS_OPEN, "regular_hours": [WEEKDAY]}},
            ("/opening_times/regular_hours", "contradiction"),
        ),
        (
            {"opening_times": {"twentyfourseven": False, "regular_hours": [{**WEEKDAY, "weekday": 0}]}},
            ("/opening_times/regular_hours/0/weekday", "range"),
        ),
        (
            {
                "opening_times": {
                    "twentyfourseven": False,
                    "regular_hours": [{**WEEKDAY, "period_end": "07:00"}],
                }
            },
            ("/opening_times/regular_hours/0/period_end", "order"),
        ),
        (
            {
                "opening_times": {
                    "twentyfourseven": False,
                    "regular_hours": [{**WEEKDAY, "period_end": "24:00"}],
                }
            },
            ("/opening_times/regular_hours/0/period_end", "form"),
        ),
        (
            {"opening_times": {**ALWAYS_OPEN, "exceptional_closings": [PERIOD]}},
            ("/opening_times/exceptional_closings/0/period_end", "order"),
        ),
        (
            {"evses": [evse(status_schedule=[{**PERIOD, "status": "BLOCKED"}])]},
            ("/evses/0/status_schedule/0/period_end", "order"),
        ),
        (
            {
                "energy_mix": {
                    "is_green_energy": True,
                    "energy_sources": [{"source": "WIND", "percentage": 99}],
                }
            },
            ("/energy_mix/energy_sources", "sum"),
        ),
    ],
)
def test_locations(change: dict[str, Any], expected: tuple[str, str] | None) -> None:
    """Cases C-069, C-070, C-072, C-073, C-074, C-077."""
    assert found(location(**change)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"end_date_time": "2026-03-01T07:00:00Z"}, ("/end_date_time", "order")),
        ({"status": "COMPLETED"}, ("/end_date_time", "incomplete")),
        ({"kwh": Decimal("-0.1")}, ("/kwh", "range")),
    ],
)
def test_sessions(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert found(session(**change)) == [expected]


ENERGY = {"type": "ENERGY", "volume": 8}
REFUND = {"credit": True, "credit_reference_id": "CDR0", "total_cost": {"before_taxes": Decimal("-2.00")}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"end_date_time": "2026-03-01T06:00:00Z"}, ("/end_date_time", "order")),
        (
            {
                "charging_periods": [
                    {"start_date_time": "2026-03-01T07:30:00Z", "dimensions": [ENERGY]},
                    {"start_date_time": "2026-03-01T07:00:00Z", "dimensions": [ENERGY]},
                ]
            },
            ("/charging_periods/1/start_date_time", "order"),
        ),
        (
            {
                "charging_periods": [
                    {"start_date_time": LAST_UPDATED, "dimensions": [ENERGY, {"type": "POWER", "volume": 11}]}
                ]
            },
            ("/charging_periods/0/dimensions/1/type", "session_only"),
        ),
        (
            {
                "charging_periods": [
                    {"start_date_time": LAST_UPDATED, "dimensions": [ENERGY], "tariff_id": "T2"}
                ]
            },
            ("/charging_periods/0/tariff_id", "reference"),
        ),
        (REFUND, None),
        ({**REFUND, "credit_reference_id": None}, ("/credit_reference_id", "incomplete")),
        ({**REFUND, "credit_reference_id": "cdr1"}, ("/id", "unique")),
        ({**REFUND, "total_cost": {"before_taxes": 2}}, ("/total_cost/before_taxes", "range")),
        ({**REFUND, "id": "x" * 39}, None),
        ({"credit_reference_id": "CDR0"}, ("/credit_reference_id", "contradiction")),
        ({"id": "x" * 37}, ("/id", "length")),
        ({"total_parking_time": Decimal("1.1")}, ("/total_parking_time", "range")),
    ],
)
def test_cdrs(change: dict[str, Any], expected: tuple[str, str] | None) -> None:
    """Cases C-104, C-107, C-109, C-110, C-116."""
    assert found(cdr(**change)) == ([expected] if expected else [])


def element(component: str = "TIME", step_size: int = 60, **restrictions: Any) -> dict[str, Any]:
    price = {"type": component, "price": 1, "step_size": step_size}
    return {"price_components": [price], "restrictions": restrictions}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"start_date_time": "2026-03-01T08:00:00Z", "end_date_time": "2026-03-01T07:00:00Z"},
            ("/end_date_time", "order"),
        ),
        (
            {"min_price": {"before_taxes": 2}, "max_price": {"before_taxes": 1}},
            ("/max_price/before_taxes", "order"),
        ),
        ({"elements": [element(reservation="RESERVATION")]}, None),
        (
            {"elements": [element("ENERGY", reservation="RESERVATION")]},
            ("/elements/0/price_components/0/type", "contradiction"),
        ),
        ({"elements": [element(min_kwh=2, max_kwh=2)]}, ("/elements/0/restrictions/max_kwh", "order")),
        (
            {"elements": [element(min_current=2, max_current=1)]},
            ("/elements/0/restrictions/max_current", "order"),
        ),
        ({"elements": [element(min_power=2, max_power=1)]}, ("/elements/0/restrictions/max_power", "order")),
        (
            {"elements": [element(min_duration=2, max_duration=1)]},
            ("/elements/0/restrictions/max_duration", "order"),
        ),
        (
            {"elements": [element(start_date="2026-03-01", end_date="2026-03-01")]},
            ("/elements/0/restrictions/end_date", "order"),
        ),
        ({"elements": [element(start_time="22:00", end_time="06:00")]}, None),
        ({"elements": [element(start_time="7:00")]}, ("/elements/0/restrictions/start_time", "form")),
        ({"elements": [element(start_date="2026-3-1")]}, ("/elements/0/restrictions/start_date", "form")),
        ({"elements": [element(step_size=0)]}, ("/elements/0/price_components/0/step_size", "range")),
        ({"elements": [element("FLAT", step_size=0)]}, None),
    ],
)
def test_tariffs(change: dict[str, Any], expected: tuple[str, str] | None) -> None:
    """Cases C-135, C-136, C-137, C-143."""
    assert found(tariff(**change)) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("allowed", "codes"), [("ALLOWED", []), ("BLOCKED", [("/location", "contradiction")])]
)
def test_a_place_is_told_only_where_charging_is_allowed(allowed: str, codes: list[tuple[str, str]]) -> None:
    """Case C-086."""
    answer = {"allowed": allowed, "token": token(), "location": {"location_id": "LOC1"}}

    assert found(AuthorizationInfo.model_validate(answer)) == codes


CPO_ROLE = {"role": "CPO", "party_id": "CPO", "country_code": "FR", "business_details": {"name": "CPO"}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"roles": [CPO_ROLE, {**CPO_ROLE, "role": "EMSP"}]}, None),
        ({"roles": [CPO_ROLE, {**CPO_ROLE, "party_id": "cpo"}]}, ("/roles/1", "unique")),
        ({"token": "two words"}, ("/token", "form")),
        ({"token": "x" * 65}, ("/token", "length")),
        ({"hub_party_id": "NLHUB"}, None),
        ({"hub_party_id": "HUB"}, ("/hub_party_id", "length")),
    ],
)
def test_credentials(change: dict[str, Any], expected: tuple[str, str] | None) -> None:
    """Cases C-020, C-021, C-023."""
    wire = {"token": "t0ken", "url": "https://cpo.example/ocpi/versions", "roles": [CPO_ROLE], **change}

    assert found(Credentials.model_validate(wire)) == ([expected] if expected else [])


CREDENTIALS = {"identifier": "credentials", "role": "SENDER", "url": "https://cpo.example/2.3.0/credentials"}
CDRS = {"identifier": "cdrs", "role": "SENDER", "url": "https://cpo.example/2.3.0/cdrs"}


@pytest.mark.parametrize(
    ("endpoints", "codes"),
    [
        ([CREDENTIALS, CDRS, {**CDRS, "role": "RECEIVER"}], []),
        ([CDRS], [("/endpoints", "credentials")]),
        ([CREDENTIALS, {**CREDENTIALS, "role": "RECEIVER"}], [("/endpoints", "credentials")]),
        ([CREDENTIALS, CDRS, CDRS], [("/endpoints/2", "unique")]),
    ],
)
def test_version_details(endpoints: list[dict[str, str]], codes: list[tuple[str, str]]) -> None:
    """Case C-002."""
    assert found(VersionDetails.model_validate({"version": "2.3.0", "endpoints": endpoints})) == codes


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"min_charging_rate": Decimal("1.50")}, []),
        ({"min_charging_rate": Decimal("1.55")}, [("/min_charging_rate", "decimals")]),
        (
            {"charging_profile_period": [{"start_period": 0, "limit": Decimal("10.25")}]},
            [("/charging_profile_period/0/limit", "decimals")],
        ),
        (
            {"charging_profile_period": [{"start_period": 0, "limit": 1}, {"start_period": 0, "limit": 2}]},
            [("/charging_profile_period/1/start_period", "order")],
        ),
    ],
)
def test_charging_profiles(change: dict[str, Any], codes: list[tuple[str, str]]) -> None:
    """Case C-129."""
    assert found(ChargingProfile.model_validate({"charging_rate_unit": "A", **change})) == codes
