"""What makes an object unreadable is told with its place, and without the value. Cases C-031, C-046."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.base import OcpiModel
from schemas.v2_3_0.credentials import Credentials
from schemas.validation import Violation, pointer, problems
from tests.build import connector, evse, location, session


def complaints(model: type[OcpiModel], wire: object) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(wire)
    return [(problem.pointer, problem.code) for problem in problems(caught.value)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kwh": None}, ("/kwh", "type")),
        ({"kwh": "much"}, ("/kwh", "type")),
        ({"kwh": Decimal("1E+40")}, ("/kwh", "range")),
        ({"id": 7}, ("/id", "type")),
        ({"meter_id": ["x"]}, ("/meter_id", "type")),
        ({"status": "ON_FIRE"}, ("/status", "value")),
        ({"status": 3}, ("/status", "value")),
        ({"start_date_time": "2026-02-30T00:00:00Z"}, ("/start_date_time", "datetime")),
        ({"start_date_time": 12}, ("/start_date_time", "type")),
        ({"charging_periods": {}}, ("/charging_periods", "type")),
        ({"charging_periods": "none"}, ("/charging_periods", "type")),
        ({"charging_periods": [7]}, ("/charging_periods/0", "type")),
        ({"cdr_token": []}, ("/cdr_token", "type")),
        ({"cdr_token": {}}, ("/cdr_token/country_code", "missing")),
    ],
)
def test_a_wrong_value_is_told_with_its_place(change: dict[str, Any], complaint: tuple[str, str]) -> None:
    assert complaints(type(session()), {**session().to_wire(), **change})[0] == complaint


def test_places_within_lists_have_their_index() -> None:
    wire = location(evses=[evse(), evse(uid="E2", connectors=[connector()])]).to_wire()
    del wire["evses"][1]["connectors"][0]["last_updated"]
    wire["evses"][0]["connectors"] = []
    wire["publish"] = "yes"

    assert complaints(type(location()), wire) == [
        ("/publish", "type"),
        ("/evses/0/connectors", "empty"),
        ("/evses/1/connectors/0/last_updated", "missing"),
    ]


@pytest.mark.parametrize("body", [[], "text", None, 7])
def test_what_is_no_object_is_told_at_the_root(body: object) -> None:
    assert complaints(type(location()), body) == [("", "type")]


def test_a_secret_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        Credentials.model_validate({"token": ["s3cret"], "url": 1, "roles": "s3cret"})

    assert "s3cret" not in "".join(map(str, problems(caught.value)))


def test_pointers_escape_what_the_rfc_escapes() -> None:
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert pointer(()) == ""


def test_a_violation_reads_as_a_sentence() -> None:
    assert str(Violation("/evses/0/uid", "missing", "is required")) == "/evses/0/uid is required"
    assert str(Violation("", "type", "must be an object")) == "(document) must be an object"
