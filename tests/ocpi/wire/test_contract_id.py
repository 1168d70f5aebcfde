"""Contract ids as they are built, checked and compared."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ocpi.wire.contract_id import (
    CHARACTERS,
    bare,
    check_digit,
    contract_id,
    has_right_check_digit,
    is_mistyped,
)
from schemas.kinds import PartyId

PUBLISHED = [
    ("NN123ABCDEFGHI", "T"),
    ("FRXYZ123456789", "2"),
    ("ITA1B2C3E4F5G6", "4"),
    ("ESZU8WOX834H1D", "R"),
    ("PT73902837ABCZ", "Z"),
    ("DE83DUIEN83QGZ", "D"),
    ("DE83DUIEN83ZGQ", "M"),
    ("DE8AA001234567", "0"),
    ("NLTNM000122045", "U"),
    ("NLTNM000722345", "X"),
    ("NLTNMC00122045", "K"),
    ("DE8AACA2B3C4D5", "L"),
]
FOURTEEN = st.text(CHARACTERS, min_size=14, max_size=14)
PLACES = st.integers(0, 14)


@pytest.mark.parametrize(("fourteen", "digit"), PUBLISHED)
def test_published_ids_have_the_check_digit_that_is_printed(fourteen: str, digit: str) -> None:
    assert check_digit(fourteen) == digit


@given(FOURTEEN)
def test_one_check_digit_is_right_and_no_other(fourteen: str) -> None:
    right = [each for each in CHARACTERS if has_right_check_digit(fourteen + each)]
    assert right == [check_digit(fourteen)]


@given(FOURTEEN, PLACES, st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_noticed(fourteen: str, at: int, other: str) -> None:
    good = fourteen + check_digit(fourteen)
    assume(good[at] != other)
    assert not has_right_check_digit(good[:at] + other + good[at + 1 :])


@given(FOURTEEN, st.integers(0, 13))
def test_neighbours_that_changed_places_are_noticed(fourteen: str, at: int) -> None:
    good = fourteen + check_digit(fourteen)
    assume(good[at] != good[at + 1])
    assert not has_right_check_digit(good[:at] + good[at + 1] + good[at] + good[at + 2 :])


@given(st.from_regex(r"[A-Z]{2}[A-Z0-9]{12}", fullmatch=True))
def test_what_is_built_is_right(fourteen: str) -> None:
    built = contract_id(PartyId(fourteen[:2], fourteen[2:5]), fourteen[5:])
    assert not is_mistyped(built)
    assert bare(built) == fourteen + check_digit(fourteen)


def test_an_id_is_built_as_people_write_it() -> None:
    assert contract_id(PartyId("NL", "TNM"), "c00122045") == "NL-TNM-C00122045-K"


@pytest.mark.parametrize(
    "instance", ["C0012204", "C001220450", "C00122-45", "C0012204É", "C0012204\u0131", ""]
)
def test_a_contract_is_named_by_nine_characters(instance: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        contract_id(PartyId("NL", "TNM"), instance)


@pytest.mark.parametrize("written", ["NL-TNM-C00122045-K", "nl*tnm*c00122045*k", "NLTNMC00122045K"])
def test_spellings_of_one_id_are_one_id(written: str) -> None:
    assert bare(written) == "NLTNMC00122045K"
    assert not is_mistyped(written)


@pytest.mark.parametrize("written", ["NL-TNM-C00122045-X", "nltnmc00122045x", "NL-TNM-C00122054-K"])
def test_a_mistyped_id_is_noticed_in_every_spelling(written: str) -> None:
    assert is_mistyped(written)


@pytest.mark.parametrize(
    "written", ["NL-TNM-C1", "NL-TNM-000722-X", "NL-TNM-C00122045", "12TNMC00122045X", "C1"]
)
def test_an_id_without_a_check_digit_is_not_judged(written: str) -> None:
    assert not is_mistyped(written)
