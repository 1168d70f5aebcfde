"""Contract ids name their providers; the numbers of chips do not."""

import pytest

from hub.authorization.contract_id import provider_of
from schemas.kinds import PartyId

GOOD = [
    "NN123ABCDEFGHIT",
    "FRXYZ1234567892",
    "ITA1B2C3E4F5G64",
    "ESZU8WOX834H1DR",
    "PT73902837ABCZZ",
    "DE83DUIEN83QGZD",
    "DE83DUIEN83ZGQM",
    "DE8AA0012345670",
    "NLTNM000122045U",
    "NLTNMC00122045K",
    "DE8AACA2B3C4D5L",
]


@pytest.mark.parametrize("bare", GOOD)
def test_a_right_check_digit_says_that_it_is_a_contract(bare: str) -> None:
    assert provider_of(bare, is_contract=False) == PartyId(bare[:2], bare[2:5])


@pytest.mark.parametrize(
    "written",
    ["NL-TNM-C00122045-K", "nl*tnm*c00122045*k", "NL-TNM-C00122045", "NL-TNM-C1", "NL-TNM-1A2B3C-4"],
)
def test_separators_say_where_the_provider_stands(written: str) -> None:
    assert provider_of(written, is_contract=False) == PartyId("NL", "TNM")


@pytest.mark.parametrize(
    "written",
    [
        "04A1B2C3D4E5F6",  # the number of a chip
        "DEADBEEF012345",  # one that looks like a contract
        "NLTNM000122045V",  # a wrong check digit
        "NL-TNM-000122045-V",
        "N-LTN-M000122045",
        "12-345-67890",
        "NL-MSP-",
        "NL-MSP",
        "NL-MSP-ÉÀ",
        "\uff2e\uff2c-MSP-C1",  # letters that look like others (S-23)
        "n\u0131-MSP-C1",
        "",
    ],
)
def test_what_may_be_anything_else_names_nobody(written: str) -> None:
    assert provider_of(written, is_contract=False) is None


def test_a_contract_needs_no_check_digit_where_it_is_said_to_be_one() -> None:
    assert provider_of("NLTNM000122045", is_contract=False) is None
    assert provider_of("NLTNM000122045", is_contract=True) == PartyId("NL", "TNM")
    assert provider_of("NLTNM000122045V", is_contract=True) is None
