from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cpo_adapter.tariffs.authored import read_tariffs
from cpo_adapter.tariffs.book import TariffBook
from ocpi.authored.flaws import BrokenFile
from schemas.kinds import PartyId
from schemas.v2_3_0.tariffs import Tariff

CPO = PartyId("FR", "CPO")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
GOOD = """[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.39, vat = 20, step_size = 1 }] }]
"""


def read(folder: Path, text: str) -> tuple[Tariff, ...]:
    file = folder / "tariffs.toml"
    file.write_text(text)
    return read_tariffs(file, CPO, NOW)


def flaws(folder: Path, text: str) -> str:
    with pytest.raises(BrokenFile) as broken:
        read(folder, text)
    return str(broken.value).replace(f"{folder}/", "")


def test_a_table_is_a_tariff_of_the_operator(tmp_path: Path) -> None:
    (tariff,) = read(tmp_path, GOOD)
    assert (tariff.country_code, tariff.party_id, tariff.id) == ("FR", "CPO", "AC")
    assert tariff.elements[0].price_components[0].price == Decimal("0.39")
    assert tariff.last_updated == NOW


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        ("price = 0.39", "price = true", "tariffs.toml:5:54: price:"),
        ('currency = "EUR"', "", "tariffs.toml:1:1: currency: is missing"),
        ("vat", "vatt", "tariffs.toml:5:68: vatt: is not known here"),
        (", step_size = 1", "", "tariffs.toml:5:35: step_size: is missing"),
        ('"ENERGY"', '"ENERGIE"', "tariffs.toml:5:"),
        ("[[tariffs]]", "[[tarifs]]", "tariffs.toml:1:1: tarifs: is not known here"),
        ("[[tariffs]]", "[[tariffs]", "tariffs.toml:1:"),
    ],
)
def test_a_mistake_is_told_by_line_and_column(tmp_path: Path, wrong: str, right: str, complaint: str) -> None:
    assert complaint in flaws(tmp_path, GOOD.replace(wrong, right))


def test_two_tariffs_of_one_id_are_one_too_many(tmp_path: Path) -> None:
    assert "AC is there already" in flaws(tmp_path, GOOD + GOOD.replace('"AC"', '"ac"')).replace(
        "ac is", "AC is"
    )


def test_a_session_gets_the_tariffs_that_are_valid_when_it_begins(tmp_path: Path) -> None:
    later = GOOD.replace('"AC"', '"B"\nstart_date_time = "2026-04-01T00:00:00Z"')
    over = GOOD.replace('"AC"', '"C"\nend_date_time = "2026-03-01T00:00:00Z"')
    book = TariffBook(read(tmp_path, GOOD + later + over))
    assert [tariff.id for tariff in book.tariffs_at(["b", "ac", "C", "unknown"], NOW)] == ["AC"]
    april = datetime(2026, 4, 1, tzinfo=UTC)
    assert [tariff.id for tariff in book.tariffs_at(["b", "ac"], april)] == ["B", "AC"]
