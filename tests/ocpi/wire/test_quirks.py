"""Which quirks a partner has in the end: those chosen for it, and those of its version that they allow."""

import pytest

from ocpi.wire.quirks import NONE, REASONS, Contradiction, Quirk, checked, effective
from schemas.v2_3_0.enums import VersionNumber

V211, V230 = VersionNumber.V2_1_1, VersionNumber.V2_3_0


def test_every_quirk_has_a_reason() -> None:
    assert set(REASONS) == set(Quirk)


def test_a_version_has_its_usual_quirks() -> None:
    assert effective(NONE, V211) == {Quirk.RAW_TOKEN, Quirk.WHOLE_SECONDS}
    assert effective(NONE, V230) == NONE


def test_what_is_chosen_comes_on_top_of_what_is_usual() -> None:
    assert effective(frozenset({Quirk.TRAILING_SLASH}), V211) >= {Quirk.TRAILING_SLASH, Quirk.RAW_TOKEN}


@pytest.mark.parametrize("spelling", [Quirk.BASE64_TOKEN, Quirk.NEWLINE_TOKEN])
def test_what_is_chosen_takes_the_place_of_what_it_excludes(spelling: Quirk) -> None:
    assert effective(frozenset({spelling}), V211) == {spelling, Quirk.WHOLE_SECONDS}


@pytest.mark.parametrize(
    "both",
    [
        {Quirk.RAW_TOKEN, Quirk.BASE64_TOKEN},
        {Quirk.DATES_WITH_OFFSET, Quirk.DATES_WITHOUT_ZONE, Quirk.WHOLE_SECONDS},
        {Quirk.NO_TOKEN_TYPE, Quirk.TYPE_AS_TOKEN_TYPE},
        {Quirk.INNER_LINKS, Quirk.PAGES_BY_OFFSET},
    ],
)
def test_quirks_that_exclude_each_other_are_refused_by_name(both: set[Quirk]) -> None:
    with pytest.raises(Contradiction, match=r"^\w+ and \w+ exclude each other$"):
        checked(both)
