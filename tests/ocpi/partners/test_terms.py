"""What terms show: facts in, a decision out."""

import pytest

from ocpi.partners.agreements import Terms
from ocpi.partners.terms import EVERYTHING, Sight, sight
from schemas.kinds import ObjectKind

GROUPS = {"night": frozenset({"loc1"}), "day": frozenset({"loc2", "loc3"})}


def test_without_terms_everything_is_shown() -> None:
    assert sight(Terms(), GROUPS) == EVERYTHING
    assert all(EVERYTHING.shows(kind, "X") for kind in ObjectKind)


@pytest.mark.parametrize(
    ("terms", "kind", "object_id", "is_shown"),
    [
        (Terms(modules=frozenset({"tariffs"})), ObjectKind.LOCATION, "LOC1", False),
        (Terms(modules=frozenset({"tariffs"})), ObjectKind.TARIFF, "T1", True),
        (Terms(tariffs=frozenset({"T1"})), ObjectKind.TARIFF, "t1", True),
        (Terms(tariffs=frozenset({"T1"})), ObjectKind.TARIFF, "T2", False),
        (Terms(tariffs=frozenset()), ObjectKind.TARIFF, "T1", False),
        (Terms(tariffs=frozenset({"T1"})), ObjectKind.LOCATION, "LOC1", True),
        (Terms(location_groups=frozenset({"night", "day"})), ObjectKind.LOCATION, "Loc3", True),
        (Terms(location_groups=frozenset({"night"})), ObjectKind.LOCATION, "LOC3", False),
        (Terms(location_groups=frozenset({"unknown"})), ObjectKind.LOCATION, "LOC1", False),
        (Terms(location_groups=frozenset({"night"})), ObjectKind.TOKEN, "RFID/04AA", True),
    ],
)
def test_each_term_narrows_its_own_kind(
    terms: Terms, kind: ObjectKind, object_id: str, *, is_shown: bool
) -> None:
    assert sight(terms, GROUPS).shows(kind, object_id) is is_shown


@pytest.mark.parametrize(
    ("wider", "narrower", "covers"),
    [
        (EVERYTHING, Sight(frozenset({"cdrs"})), True),
        (Sight(frozenset({"cdrs"})), EVERYTHING, False),
        (Sight(tariffs=frozenset({"a", "b"})), Sight(tariffs=frozenset({"a"})), True),
        (Sight(tariffs=frozenset({"a"})), Sight(tariffs=frozenset({"a", "b"})), False),
        (Sight(tariffs=frozenset({"a"}), locations=frozenset()), Sight(tariffs=frozenset({"a"})), False),
    ],
)
def test_terms_that_show_no_more_are_covered(wider: Sight, narrower: Sight, *, covers: bool) -> None:
    assert wider.covers(narrower) is covers
