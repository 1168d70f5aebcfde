"""What every object does: keeps the unknown, tells no emptiness, never changes. Cases C-022, C-045."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from schemas.base import OcpiModel
from schemas.codec import decode, dump
from tests.build import cdr, connector, evse, location, session, tariff, token


@pytest.mark.parametrize("nothing", [None, []])
def test_null_and_an_empty_list_mean_absent(nothing: object) -> None:
    told = location(images=nothing, opening_times=None)

    assert told.images == ()
    assert told == location()
    assert {"images", "opening_times"}.isdisjoint(told.to_wire())


def test_a_list_that_needs_an_item_refuses_emptiness() -> None:
    with pytest.raises(ValidationError):
        evse(connectors=[])
    with pytest.raises(ValidationError):
        evse(connectors=None)


def test_unknown_fields_stay_where_they_were_and_in_order() -> None:
    unknown = {"zebra": 1, "apple": {"pear": None, "list": []}, "mango": None}

    wire = location(evses=[evse(**unknown)]).to_wire()["evses"][0]

    assert list(wire)[-3:] == list(unknown)
    assert {name: wire[name] for name in unknown} == unknown


def test_an_unknown_field_may_be_called_like_a_method() -> None:
    strange = location(to_wire="x", copy=1, model_fields=2)

    assert strange.to_wire() == {**location().to_wire(), "to_wire": "x", "copy": 1, "model_fields": 2}


def test_an_object_does_not_change() -> None:
    place = location()

    with pytest.raises(ValidationError):
        place.name = "elsewhere"  # type: ignore[misc]
    assert isinstance(place.evses, tuple)
    assert hash(place) == hash(location())


@pytest.mark.parametrize("build", [cdr, connector, evse, location, session, tariff, token])
def test_what_is_dumped_is_read_as_the_same(build: Callable[[], OcpiModel]) -> None:
    model = build()

    assert type(model).model_validate(decode(dump(model))) == model
