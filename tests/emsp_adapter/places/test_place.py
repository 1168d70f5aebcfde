"""What is kept beside a Location."""

from dataclasses import replace
from typing import Any

import pytest

from emsp_adapter.places.coordinates import read_point
from emsp_adapter.places.place import LeftOut, place_of
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from schemas.times import parse
from tests.build import LAST_UPDATED, connector, evse, location
from tests.platforms import CPO


def _record(**changes: Any) -> Record:
    key = ObjectKey(ObjectKind.LOCATION, CPO, "LOC1")
    return Record(key, parse(LAST_UPDATED), codec.encode(location(**changes).to_wire()))


def _place(**changes: Any) -> dict[str, Any]:
    return place_of(_record(**changes))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("48.88", "2.36"), ("-90", "180.0"), ("+48.880948", " 2.355314 "),
    ],
)  # fmt: skip
def test_texts_of_degrees_are_numbers(latitude: str, longitude: str) -> None:
    point = read_point({"latitude": latitude, "longitude": longitude})
    assert point is not None
    assert (point.latitude, point.longitude) == (float(latitude), float(longitude))


@pytest.mark.parametrize(
    "written",
    [
        None,
        "48.1,2.1",
        {},
        {"latitude": "48.1"},
        {"latitude": "48,1", "longitude": "2.1"},
        {"latitude": "90.1", "longitude": "2.1"},
        {"latitude": "48.1", "longitude": "-180.1"},
        {"latitude": "NaN", "longitude": "2.1"},
        {"latitude": "1e1", "longitude": "2.1"},
        {"latitude": "٤٨.1", "longitude": "2.1"},
        {"latitude": "0.00000", "longitude": "0.00000"},
    ],
)
def test_what_is_no_place_on_earth_is_not_guessed_at(written: object) -> None:
    assert read_point(written) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"publish": False}, LeftOut.NOT_PUBLISHED),
        ({"coordinates": {"latitude": "north", "longitude": "2.35"}}, LeftOut.NO_COORDINATES),
        ({"evses": None}, LeftOut.NO_EVSES),
        ({"evses": [evse(status="REMOVED")]}, LeftOut.NO_EVSES),
    ],
)
def test_what_cannot_be_shown_says_why(changes: dict[str, Any], reason: LeftOut) -> None:
    assert _place(**changes) == {"rule": 1, "left_out": reason}


def test_what_was_deleted_is_left_out() -> None:
    assert place_of(replace(_record(), deleted=True))["left_out"] == LeftOut.DELETED


def test_what_breaks_the_reading_is_left_out_and_refuses_nothing() -> None:
    assert place_of(replace(_record(), body=b"[]"))["left_out"] == LeftOut.UNREADABLE


def test_removed_evses_are_not_shown() -> None:
    place = _place(evses=[evse(uid="A", status="REMOVED"), evse(uid="B")])
    told = codec.decode(place["shown"] + b"}")
    assert [each["uid"] for each in told["evses"]] == ["B"]  # type: ignore[call-overload, index, union-attr]


def test_connectors_that_are_alike_are_one_spot() -> None:
    assert len(_place(evses=[evse(uid=str(number)) for number in range(50)])["spots"]) == 1


@pytest.mark.parametrize(
    ("changes", "power_w"),
    [
        ({"max_electric_power": 150_000}, 150_000),
        ({"power_type": "AC_3_PHASE"}, 230 * 32 * 3),
        ({"power_type": "AC_1_PHASE"}, 230 * 32),
        ({"power_type": "AC_2_PHASE_SPLIT"}, 230 * 32 * 2),
        ({"power_type": "DC"}, 230 * 32),
    ],
)
def test_power_is_what_is_told_or_what_follows_from_it(changes: dict[str, Any], power_w: int) -> None:
    """Voltage of three phases is between a phase and neutral."""
    (spot,) = _place(evses=[evse(connectors=[connector(**changes)])])["spots"]
    assert spot["power_w"] == power_w
