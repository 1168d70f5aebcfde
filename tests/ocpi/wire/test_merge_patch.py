import pytest

from ocpi.errors import InvalidParameters
from ocpi.wire.merge_patch import merge

NOW = "2026-03-01T12:00:00Z"
STORED = {
    "id": "L1",
    "name": "old",
    "evses": [{"uid": "1", "status": "AVAILABLE", "floor_level": "2"}, {"uid": "2", "status": "AVAILABLE"}],
    "last_updated": "2026-01-01T00:00:00Z",
}


def test_a_patch_without_last_updated_is_refused() -> None:
    """C-033."""
    with pytest.raises(InvalidParameters) as refused:
        merge(STORED, {"name": "new"})
    assert refused.value.pointer == "/last_updated"


def test_fields_that_a_patch_does_not_name_stay() -> None:
    """C-035; a null takes nothing away."""
    assert merge(STORED, {"name": None, "last_updated": NOW}) == {**STORED, "last_updated": NOW}


def test_evses_are_merged_by_uid_and_never_dropped() -> None:
    merged = merge(STORED, {"evses": [{"uid": "1", "status": "CHARGING"}, {"uid": "3"}], "last_updated": NOW})
    assert merged["evses"] == [
        {"uid": "1", "status": "CHARGING", "floor_level": "2"},
        {"uid": "2", "status": "AVAILABLE"},
        {"uid": "3"},
    ]


def test_charging_periods_are_appended() -> None:
    session = {"charging_periods": [{"n": 1}], "last_updated": NOW}
    patched = merge(session, {"charging_periods": [{"n": 2}], "last_updated": NOW})
    assert patched["charging_periods"] == [{"n": 1}, {"n": 2}]
    assert merge(session, {"charging_periods": [], "last_updated": NOW})["charging_periods"] == [{"n": 1}]


def test_other_lists_are_replaced() -> None:
    assert merge({"facilities": ["CAFE"]}, {"facilities": ["HOTEL"], "last_updated": NOW})["facilities"] == [
        "HOTEL"
    ]


def test_nothing_of_the_stored_object_is_changed_in_place() -> None:
    before = {"a": {"b": 1}, "evses": [{"uid": "1", "x": 1}]}
    merge(before, {"a": {"b": 2}, "evses": [{"uid": "1", "x": 2}], "last_updated": NOW})
    assert before == {"a": {"b": 1}, "evses": [{"uid": "1", "x": 1}]}


def test_a_member_without_its_id_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="uid"):
        merge(STORED, {"evses": [{"status": "CHARGING"}], "last_updated": NOW})
