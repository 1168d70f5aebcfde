"""Older versions have shorter lists, other forms and the same rules."""

from typing import Any

import pytest

from schemas.conformance import check
from schemas.translation.registry import Kind, form_of
from schemas.v2_1_1.versions import VersionDetails as VersionDetails211
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import AuthorizationInfo, Token
from tests.build import LAST_UPDATED, cdr, connector, evse, location, session, tariff, token
from tests.schemas.crossings import OF_THE_EMSP, V2_1_1, V2_2_1, V2_3_0, down

SOUND = {
    Connector: connector(),
    EVSE: evse(),
    Location: location(),
    Tariff: tariff(),
    Session: session(),
    CDR: cdr(),
    Token: token(),
    AuthorizationInfo: AuthorizationInfo(allowed="ALLOWED", token=token()),
}
OPEN = {"twentyfourseven": True}
WEEKDAY = {"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}
PERIODS = [
    {"start_date_time": "2026-03-01T07:30:00Z", "dimensions": [{"type": "ENERGY", "volume": 1}]},
    {"start_date_time": "2026-03-01T07:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 1}]},
]
STEPLESS = [{"price_components": [{"type": "TIME", "price": 1, "step_size": 0}]}]


def found(kind: Kind, version: VersionNumber, **changes: Any) -> list[tuple[str, str]]:
    form = form_of(kind, version)
    assert form
    wire = down(SOUND[kind], version, OF_THE_EMSP).value.to_wire() | changes
    return [(violation.pointer, violation.code) for violation in check(form.model_validate(wire), version)]


@pytest.mark.parametrize("version", [V2_1_1, V2_2_1])
@pytest.mark.parametrize("kind", SOUND, ids=lambda kind: kind.__name__)
def test_a_sound_object_is_left_in_peace(kind: Kind, version: VersionNumber) -> None:
    assert found(kind, version) == []


@pytest.mark.parametrize(
    ("kind", "version", "change", "expected"),
    [
        (Connector, V2_2_1, {"standard": "MCS"}, ("/standard", "value")),
        (Connector, V2_1_1, {"standard": "CHAOJI"}, ("/standard", "value")),
        (Connector, V2_1_1, {"power_type": "AC_2_PHASE"}, ("/power_type", "value")),
        (EVSE, V2_2_1, {"capabilities": ["PLUG_OF_TOMORROW"]}, ("/capabilities/0", "value")),
        (EVSE, V2_1_1, {"capabilities": ["PED_TERMINAL"]}, ("/capabilities/0", "value")),
        (Token, V2_2_1, {"type": "EMAID"}, ("/type", "value")),
        (Token, V2_1_1, {"type": "APP_USER"}, ("/type", "value")),
        (Session, V2_1_1, {"status": "RESERVATION"}, ("/status", "value")),
        (Session, V2_1_1, {"auth_method": "COMMAND"}, ("/auth_method", "value")),
        (Location, V2_1_1, {"type": "IN_THE_AIR"}, ("/type", "value")),
        (Location, V2_1_1, {"address": "x" * 46}, ("/address", "length")),
        (
            Location,
            V2_1_1,
            {"coordinates": {"latitude": "48.88094", "longitude": "2.355314"}},
            ("/coordinates/latitude", "form"),
        ),
        (
            Location,
            V2_1_1,
            {"opening_times": {**OPEN, "regular_hours": [WEEKDAY]}},
            ("/opening_times/regular_hours", "contradiction"),
        ),
        (Location, V2_1_1, {"evses": [down(evse(), V2_1_1).value] * 2}, ("/evses/1/uid", "unique")),
        (Location, V2_2_1, {"evses": [down(evse(), V2_2_1).value] * 2}, ("/evses/1/uid", "unique")),
        (Location, V2_2_1, {"publish_allowed_to": [{"group_id": "G"}]}, ("/publish_allowed_to", "published")),
        (EVSE, V2_1_1, {"connectors": [down(connector(), V2_1_1).value] * 2}, ("/connectors/1/id", "unique")),
        (
            Tariff,
            V2_2_1,
            {"min_price": {"excl_vat": 2}, "max_price": {"excl_vat": 1}},
            ("/max_price/excl_vat", "order"),
        ),
        (
            Tariff,
            V2_2_1,
            {"start_date_time": LAST_UPDATED, "end_date_time": "2026-01-01T00:00:00Z"},
            ("/end_date_time", "order"),
        ),
        (Tariff, V2_1_1, {"elements": STEPLESS}, ("/elements/0/price_components/0/step_size", "range")),
        (Session, V2_2_1, {"status": "COMPLETED"}, ("/end_date_time", "incomplete")),
        (Session, V2_2_1, {"end_date_time": "2026-03-01T07:00:00Z"}, ("/end_date_time", "order")),
        (Session, V2_1_1, {"kwh": -1}, ("/kwh", "range")),
        (CDR, V2_1_1, {"charging_periods": PERIODS}, ("/charging_periods/1/start_date_time", "order")),
        (CDR, V2_1_1, {"total_parking_time": 2}, ("/total_parking_time", "range")),
        (CDR, V2_2_1, {"end_date_time": "2026-03-01T06:00:00Z"}, ("/end_date_time", "order")),
        (CDR, V2_2_1, {"credit": True, "credit_reference_id": "C0"}, ("/total_cost/excl_vat", "range")),
        (
            AuthorizationInfo,
            V2_1_1,
            {"allowed": "BLOCKED", "location": {"location_id": "L"}},
            ("/location", "contradiction"),
        ),
    ],
)
def test_a_rule_holds_in_older_versions(
    kind: Kind, version: VersionNumber, change: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert found(kind, version, **change) == [expected]


def test_what_2_3_0_opened_is_open_there_alone() -> None:
    novel = evse(capabilities=["PLUG_OF_TOMORROW"])

    assert check(novel, V2_3_0) == []
    assert [violation.text for violation in check(novel, V2_2_1)] == [
        "PLUG_OF_TOMORROW is not in the list of 2.2.1"
    ]


def test_version_details_of_2_1_1_have_no_roles() -> None:
    """Case C-003."""
    offers = [
        {"identifier": name, "url": f"https://cpo.example/{name}"} for name in ("credentials", "cdrs", "cdrs")
    ]
    details = VersionDetails211.model_validate({"version": "2.1.1", "endpoints": offers})

    assert [violation.pointer for violation in check(details, V2_1_1)] == ["/endpoints/2"]
