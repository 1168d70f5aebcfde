"""EVSEs and connectors by addresses of their own. C-036."""

from typing import Any

import pydantic
import pytest

from ocpi.errors import InvalidParameters, UnknownObject
from ocpi.objects import parts
from schemas import codec
from tests import build
from tests.ocpi.objects.conftest import at, location


def evse(**changes: Any) -> dict[str, Any]:
    decoded = codec.decode(codec.dump(build.evse(**changes)))
    assert isinstance(decoded, dict)
    return decoded


def connector(**changes: Any) -> dict[str, Any]:
    decoded = codec.decode(codec.dump(build.connector(**changes)))
    assert isinstance(decoded, dict)
    return decoded


def test_a_part_is_found_whatever_the_case_of_its_id() -> None:
    whole = location()
    assert parts.find(whole, ["e1"])["uid"] == "E1"
    assert parts.find(whole, ["E1", "1"])["id"] == "1"
    with pytest.raises(UnknownObject):
        parts.find(whole, ["E1", "2"])


def test_a_replaced_part_passes_its_age_on_to_its_parents() -> None:
    """C-036."""
    whole = parts.replace(location(), ["E1", "1"], connector(max_amperage=16, last_updated=at(10)))
    assert whole["last_updated"] == whole["evses"][0]["last_updated"] == at(10)
    assert whole["evses"][0]["connectors"][0]["max_amperage"] == 16


def test_parents_that_are_younger_stay_as_young() -> None:
    """A Location that changed its name since does not make the EVSE's own news stale."""
    whole = parts.replace(location(last_updated=at(12)), ["E1"], evse(status="CHARGING", last_updated=at(10)))
    assert whole["last_updated"] == at(12)
    assert whole["evses"][0]["status"] == "CHARGING"


def test_a_part_that_is_older_than_itself_is_refused() -> None:
    with pytest.raises(InvalidParameters) as refused:
        parts.replace(location(evses=[build.evse(last_updated=at(10))]), ["E1"], evse(last_updated=at(9)))
    assert refused.value.pointer == "/last_updated"


def test_a_new_part_is_added_and_the_others_stay() -> None:
    whole = parts.replace(location(), ["E2"], evse(uid="E2"))
    assert [each["uid"] for each in whole["evses"]] == ["E1", "E2"]
    assert parts.replace(location(evses=[]), ["E2"], evse(uid="E2"))["evses"] == [evse(uid="E2")]


def test_a_connector_needs_its_evse() -> None:
    with pytest.raises(UnknownObject, match="E9"):
        parts.replace(location(), ["E9", "1"], connector())


def test_a_patch_of_a_part_leaves_its_other_fields() -> None:
    whole = parts.patch(location(), ["E1"], {"status": "CHARGING", "last_updated": at(9)})
    assert whole["evses"] == [evse(status="CHARGING", last_updated=at(9))]


def test_what_is_wrong_with_a_part_is_told_where_it_is_in_the_part() -> None:
    with pytest.raises(pydantic.ValidationError) as refused:
        parts.replace(location(), ["E1"], {**evse(), "status": "SLEEPING"})
    assert refused.value.errors()[0]["loc"] == ("status",)
    with pytest.raises(InvalidParameters) as other:
        parts.replace(location(), ["E1"], evse(uid="E2"))
    assert other.value.pointer == "/uid"


def test_nothing_is_changed_in_place() -> None:
    before = location()
    parts.patch(before, ["E1", "1"], {"max_amperage": 1, "last_updated": at(9)})
    assert before == location()
