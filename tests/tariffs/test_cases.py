"""Every tariff case, priced and held against the figures it asserts. Format: cases/README.md.

Where a case names other readings of the rules and their totals, one of our readings must reproduce each of
them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.pricing.case import differences, run
from ocpi.pricing.policy import DEFAULT
from ocpi.pricing.readings import READINGS

Case = dict[str, Any]
FILES = sorted((Path(__file__).parent / "cases").glob("*.json"))


def _read(file: Path) -> Case:
    case: Case = json.loads(file.read_text())
    return case


def _alternatives() -> Iterator[Any]:
    for file in FILES:
        for question in _read(file).get("ambiguity", ()):
            for alternative in question["alternatives"]:
                yield pytest.param(file, alternative, id=f"{file.stem}: {alternative['reading'][:40]}")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_case_comes_out_as_it_asserts(file: Path) -> None:
    case = _read(file)

    assert differences(case["expected"], run(case)) == []


@pytest.mark.parametrize(("file", "alternative"), list(_alternatives()))
def test_another_reading_reproduces_what_others_bill(file: Path, alternative: dict[str, Any]) -> None:
    case = _read(file)
    wanted = {"total_cost": alternative["total_cost"]}

    totals = ((reading.meaning, run(case, reading.applied_to(DEFAULT))) for reading in READINGS)
    agreeing = [meaning for meaning, result in totals if not differences(wanted, result)]

    assert agreeing
    assert differences(wanted, run(case)), "the default reading gives the same, so the case tells nothing"
