"""Countries, zones, ASCII, and the order of versions."""

from zoneinfo import ZoneInfo

import pytest

from schemas.translation.ascii import to_ascii
from schemas.translation.countries import COUNTRIES, country_of
from schemas.translation.losses import Loss, outermost
from schemas.translation.paths import stops
from schemas.v2_3_0.enums import VersionNumber
from tests.schemas.crossings import V2_1_1, V2_2_1, V2_3_0


def test_every_country_has_two_codes_of_its_own() -> None:
    assert len(COUNTRIES) == 249
    assert len({country.alpha_2 for country in COUNTRIES}) == 249
    assert len({country.alpha_3 for country in COUNTRIES}) == 249
    assert {(len(country.alpha_2), len(country.alpha_3)) for country in COUNTRIES} == {(2, 3)}


def test_every_zone_exists() -> None:
    assert all(ZoneInfo(country.zone) for country in COUNTRIES if country.zone)


@pytest.mark.parametrize(
    ("code", "alpha_3", "zone"),
    [("nl", "NLD", "Europe/Amsterdam"), ("GBR", "GBR", "Europe/London"), ("US", "USA", None)],
)
def test_a_country_is_found_by_either_code(code: str, alpha_3: str, zone: str | None) -> None:
    country = country_of(code)

    assert country
    assert (country.alpha_3, country.zone) == (alpha_3, zone)


@pytest.mark.parametrize("code", ["", "X", "ZZ", "XXXX"])
def test_no_country_has_another_code(code: str) -> None:
    assert country_of(code) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Ærøskøbing", "AEroskobing"), ("Straße", "Strasse"), ("Łódź", "Lodz"), ("東京", "??")],
)
def test_letters_lose_their_marks(text: str, plain: str) -> None:
    assert to_ascii(text) == plain


def test_the_way_leads_over_every_version_between() -> None:
    assert stops(V2_3_0, V2_1_1) == (V2_3_0, V2_2_1, V2_1_1)
    assert stops(V2_1_1, V2_2_1) == (V2_1_1, V2_2_1)
    assert stops(V2_2_1, V2_1_1) == (V2_2_1, V2_1_1)
    assert stops(V2_2_1, V2_2_1) == (V2_2_1,)


def test_a_version_without_models_is_nowhere() -> None:
    with pytest.raises(ValueError, match="no models of version"):
        stops(VersionNumber.V2_0, V2_3_0)


def test_a_loss_within_a_loss_is_none_of_its_own() -> None:
    inner, outer, other = Loss("/a/b", "one"), Loss("/a", "two"), Loss("/ab", "three")
    poorer, lost = Loss("/a", "four", gone=False), Loss("/a", "five")

    assert outermost([inner, outer, other]) == outermost([outer, inner, other]) == (outer, other)
    assert outermost([poorer, lost]) == (lost,)
    assert str(outer) == "/a two"
