"""The catalogue of sins against the list of what stations do."""

import re
from pathlib import Path
from random import Random

import pytest

from simulators.sins import of_answers, of_charges, of_lines, of_meters, of_statuses, of_words
from simulators.sins.catalogue import NO_SINS, SINS, NoSuchSin, by_chance, named, of_version, shown_by
from simulators.sins.model import ALL, NEW, Sin

_PAGE = Path(__file__).parents[3] / "docs" / "station-behaviours.md"


def test_each_behaviour_is_a_sin_or_has_a_reason_why_it_is_none() -> None:
    listed = {int(each) for each in re.findall(r"^\| B-(\d+) \|", _PAGE.read_text(), re.MULTILINE)}
    shown = shown_by(list(SINS.values()))

    assert shown & NO_SINS.keys() == set()
    assert shown | NO_SINS.keys() == listed
    assert all(NO_SINS.values())


@pytest.mark.parametrize("sin", SINS.values(), ids=SINS)
def test_a_sin_says_what_it_does_and_changes_something(sin: Sin) -> None:
    page = _PAGE.read_text()

    assert sin.does
    assert sin.is_of_telling or sin.habit is not SINS["repeats"].habit
    assert all(f"| B-{number} |" in page for number in sin.shows)


def test_no_two_sins_have_one_name() -> None:
    rooms = (of_answers, of_charges, of_lines, of_meters, of_statuses, of_words)

    assert len(SINS) == sum(len(room.SINS) for room in rooms)


def test_a_sin_is_named_within_its_version() -> None:
    assert [sin.name for sin in named(["repeats", "parks"], "2.1")] == ["repeats", "parks"]
    assert [sin.name for sin in named(["parks"], "1.6", "2.1")] == ["parks"]
    with pytest.raises(NoSuchSin, match=r"no sin of OCPP 1\.6"):
        named(["parks"], "1.6")
    with pytest.raises(NoSuchSin, match="there is no sin gluttony"):
        named(["gluttony"], "1.6")


@pytest.mark.parametrize("ocpp", ALL)
def test_chance_is_repeated_by_its_seed_and_goes_from_none_to_all(ocpp: str) -> None:
    def sins(probability: float, seed: int) -> list[Sin]:
        return by_chance(ocpp, probability, Random(seed))  # noqa: S311 - to be repeated

    assert sins(0, 1) == []
    assert sins(1, 1) == of_version(ocpp)
    assert sins(0.3, 7) == sins(0.3, 7) != sins(0.3, 8)


def test_what_only_2_x_can_sin_is_no_sin_of_1_6() -> None:
    assert {sin.name for sin in SINS.values() if sin.ocpp == NEW}.isdisjoint(
        {sin.name for sin in of_version("1.6")}
    )
