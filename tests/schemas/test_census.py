"""Every class, field, type, cardinality and value of each version, against the specification's tables.

The tables' facts stand in `facts/`: 2.3.0 edition 2 with Payments 1, 2.2.1 as corrected in 2026, 2.1.1 as
corrected in 2023. What deviates on purpose is listed here with its reason.
"""

from typing import Any, get_type_hints

import pytest

from schemas.base import OcpiModel
from schemas.lists import lists_of
from schemas.open_enum import OpenEnum
from schemas.v2_3_0.enums import VersionNumber
from tests.schemas.census import Field, classes_of, describe, facts, references

V2_1_1, V2_2_1, V2_3_0 = VersionNumber.V2_1_1, VersionNumber.V2_2_1, VersionNumber.V2_3_0
EDITIONS = {V2_1_1: "2.1.1", V2_2_1: "2.2.1", V2_3_0: "2.3.0-ed2"}
TABLES = {version: facts(edition)[0] for version, edition in EDITIONS.items()}
LISTS = {version: facts(edition)[1] for version, edition in EDITIONS.items()}

REPEATS_A_LOCATION = "as long as in the Location that it repeats; only there the text was corrected"
FIELD_DIFFERENCES: dict[tuple[VersionNumber, str, str], tuple[Field, str]] = {
    (V2_3_0, "CdrLocation", "address"): (["string(255)", "1"], REPEATS_A_LOCATION),
    (V2_3_0, "CdrLocation", "state"): (["string(45)", "?"], REPEATS_A_LOCATION),
    (V2_3_0, "InvoiceReconciliationRecord", "cdrs"): (
        ["CiString(39)", "+"],
        "the id of a credit CDR has 39 characters",
    ),
    (V2_2_1, "CdrLocation", "address"): (["string(255)", "1"], REPEATS_A_LOCATION),
    (V2_2_1, "CdrLocation", "state"): (["string(45)", "?"], REPEATS_A_LOCATION),
    (V2_1_1, "Image", "type"): (["CiString(4)", "1"], "file types are compared without case in any version"),
    (V2_1_1, "Hours", "twentyfourseven"): (["boolean", "?"], "one of two, so neither is always there"),
    (V2_1_1, "AuthorizationInfo", "allowed"): (["AllowedType", "1"], "the same list by its later name"),
}
LIST_DIFFERENCES: dict[tuple[VersionNumber, str], tuple[list[str], str]] = {
    (V2_3_0, "ModuleID"): (
        [*LISTS[V2_3_0]["ModuleID"]["values"], "invoicereconciliation", "payments"],
        "the chapters of both name their identifier, the list forgot them",
    ),
}
OPENED = {"Role": "payment terminal providers have no role in the list, and 2.2.1 hubs say HUB"}
LATER_NAMES = {(V2_1_1, "Allowed"): "AllowedType"}
NOT_IN_THE_TABLES = {"VersionDetails": "a table without a class name in the specification"}

CLASSES = [(version, name) for version in EDITIONS for name in TABLES[version]]
VALUES = [(version, name) for version in EDITIONS for name in LISTS[version]]


def test_2_3_0_has_every_class_of_the_specification_and_no_other() -> None:
    assert set(classes_of(V2_3_0)) - set(NOT_IN_THE_TABLES) == set(TABLES[V2_3_0])


@pytest.mark.parametrize(("version", "name"), CLASSES)
def test_a_class_has_the_fields_of_its_table_in_their_order(version: VersionNumber, name: str) -> None:
    table = TABLES[version][name]
    expected = {
        field: FIELD_DIFFERENCES.get((version, name, field), (fact, ""))[0] for field, fact in table.items()
    }

    assert list(describe(classes_of(version)[name]).items()) == list(expected.items())


@pytest.mark.parametrize(("version", "name"), CLASSES)
def test_a_class_holds_classes_of_its_own_version(version: VersionNumber, name: str) -> None:
    classes = classes_of(version)

    assert [held for held in references(classes[name]) if classes[held.__name__] is not held] == []


@pytest.mark.parametrize(("version", "name"), VALUES)
def test_a_list_has_the_values_of_its_table(version: VersionNumber, name: str) -> None:
    expected, _ = LIST_DIFFERENCES.get((version, name), (LISTS[version][name]["values"], ""))
    ours = lists_of(version)[LATER_NAMES.get((version, name), name)]

    assert set(ours) == set(expected)


def test_2_3_0_has_every_list_of_the_specification_and_no_other() -> None:
    assert set(lists_of(V2_3_0)) == set(LISTS[V2_3_0])


@pytest.mark.parametrize("name", LISTS[V2_3_0])
def test_a_list_of_2_3_0_is_open_where_the_specification_says_so(name: str) -> None:
    is_open = LISTS[V2_3_0][name]["open"] or name in OPENED

    assert issubclass(lists_of(V2_3_0)[name], OpenEnum) == is_open


def own_classes(version: VersionNumber) -> dict[str, type[OcpiModel]]:
    canonical = classes_of(V2_3_0)
    return {name: model for name, model in classes_of(version).items() if canonical.get(name) is not model}


@pytest.mark.parametrize("version", [V2_1_1, V2_2_1])
def test_an_older_version_defines_no_class_that_it_could_share(version: VersionNumber) -> None:
    canonical = classes_of(V2_3_0)

    def shape(model: type[OcpiModel]) -> dict[str, Any]:
        return get_type_hints(model, include_extras=True)

    own = own_classes(version)
    shared = [name for name in own if name in canonical and shape(own[name]) == shape(canonical[name])]
    assert shared == []


def test_a_deliberate_difference_is_one() -> None:
    fields = [key for key, (ours, _) in FIELD_DIFFERENCES.items() if TABLES[key[0]][key[1]][key[2]] == ours]
    lists = [key for key, (ours, _) in LIST_DIFFERENCES.items() if LISTS[key[0]][key[1]]["values"] == ours]
    opened = [name for name in OPENED if LISTS[V2_3_0][name]["open"]]

    assert fields + lists + opened == []
