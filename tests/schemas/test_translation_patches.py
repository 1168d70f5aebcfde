"""Which partial update may go to another version as it is."""

from typing import Any

import pytest

from schemas.translation.patches import crosses_unchanged
from schemas.translation.registry import Kind
from schemas.v2_3_0.commands import CancelReservation
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tokens import Token
from tests.build import LAST_UPDATED, tariff
from tests.schemas.crossings import V2_1_1, V2_2_1, V2_3_0

PERIOD = {"start_date_time": LAST_UPDATED, "dimensions": [{"type": "ENERGY", "volume": 1}]}
PICTURE = {"url": "https://cpo.example/i.png", "category": "CHARGER", "type": "png"}


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        (EVSE, {"status": "CHARGING", "last_updated": LAST_UPDATED}),
        (EVSE, {"capabilities": ["RFID_READER"], "images": [PICTURE]}),
        (EVSE, {"directions": None}),
        (Location, {"name": "New", "opening_of_tomorrow": {"a": 1}}),
        (Session, {"kwh": 1, "status": "ACTIVE", "last_updated": LAST_UPDATED}),
        (Token, {"valid": False, "last_updated": LAST_UPDATED}),
        (Session, {}),
    ],
)
def test_what_means_the_same_goes_as_it_is(kind: Kind, patch: dict[str, Any]) -> None:
    for other in (V2_1_1, V2_2_1):
        assert crosses_unchanged(kind, patch, V2_3_0, other)
        assert crosses_unchanged(kind, patch, other, V2_3_0)


@pytest.mark.parametrize(
    ("kind", "patch"),
    [
        (EVSE, {"status": "CHARGING", "last_updated": "2026-03-01T08:00:00.5Z"}),
        (EVSE, {"capabilities": ["PED_TERMINAL"]}),
        (EVSE, {"uid": "E1"}),
        (EVSE, {"connectors": []}),
        (EVSE, {"status": "ON_FIRE"}),
        (EVSE, {"coordinates": {"latitude": "48.880948", "longitude": "2.355314"}}),
        (Location, {"address": "Elsewhere"}),
        (Location, {"publish": False}),
        (Location, {"country": "FR"}),
        (Location, {"type": "OTHER"}),
        (Connector, {"max_voltage": 400}),
        (Connector, {"power_type": "AC_2_PHASE"}),
        (Session, {"end_date_time": LAST_UPDATED}),
        (Session, {"total_cost": {"before_taxes": 1}}),
        (Session, {"charging_periods": [PERIOD]}),
        (Session, {"status": "RESERVATION"}),
        (Session, {"auth_method": "COMMAND"}),
        (Token, {"type": "APP_USER"}),
        (Token, {"group_id": "G1"}),
    ],
)
def test_what_means_something_else_in_2_1_1_does_not(kind: Kind, patch: dict[str, Any]) -> None:
    assert not crosses_unchanged(kind, patch, V2_3_0, V2_1_1)


@pytest.mark.parametrize(
    ("kind", "patch", "crosses"),
    [
        (Session, {"charging_periods": [PERIOD]}, True),
        (Session, {"last_updated": "2026-03-01T08:00:00.5Z"}, True),
        (Location, {"address": "Elsewhere", "publish": False}, True),
        (EVSE, {"capabilities": ["PED_TERMINAL"]}, True),
        (EVSE, {"capabilities": ["PLUG_OF_TOMORROW"]}, False),
        (Session, {"total_cost": {"before_taxes": 1}}, False),
        (Location, {"help_phone": "112"}, False),
        (Location, {"images": [{**PICTURE, "category": "DRONE_VIEW"}]}, False),
    ],
)
def test_between_2_3_0_and_2_2_1(kind: Kind, patch: dict[str, Any], *, crosses: bool) -> None:
    assert crosses_unchanged(kind, patch, V2_3_0, V2_2_1) == crosses


def test_an_unknown_field_that_has_a_meaning_over_there_does_not_cross() -> None:
    assert not crosses_unchanged(Location, {"help_phone": "112"}, V2_2_1, V2_3_0)


@pytest.mark.parametrize("version", [V2_1_1, V2_2_1, V2_3_0])
def test_within_a_version_everything_crosses(version: VersionNumber) -> None:
    assert crosses_unchanged(type(tariff()), {"anything": "goes"}, version, version)


def test_a_kind_that_a_version_lacks_does_not_cross() -> None:
    assert not crosses_unchanged(CancelReservation, {}, V2_3_0, V2_1_1)
