from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cpo_adapter.tariffs.authored import read_offers
from cpo_adapter.tariffs.book import TariffBook
from cpo_adapter.tariffs.offer import Offer
from ocpi.authored.flaws import BrokenFile
from schemas.kinds import PartyId
from schemas.v2_3_0.tokens import Token
from tests import build

CPO = PartyId("FR", "CPO")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
GOOD = """[[tariffs]]
id = "AC"
currency = "EUR"
tax_included = "NO"
elements = [{ price_components = [{ type = "ENERGY", price = 0.39, vat = 20, step_size = 1 }] }]
"""


def read(folder: Path, text: str, name: str = "tariffs.toml") -> tuple[Offer, ...]:
    file = folder / name
    file.write_text(text)
    return read_offers(file, CPO, NOW)


def flaws(folder: Path, text: str) -> str:
    with pytest.raises(BrokenFile) as broken:
        read(folder, text)
    return str(broken.value).replace(f"{folder}/", "")


def test_a_table_is_a_tariff_of_the_operator(tmp_path: Path) -> None:
    (offer,) = read(tmp_path, GOOD)
    tariff = offer.tariff
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


@pytest.mark.parametrize(
    ("scope", "complaint"),
    [
        ('group = "FLEET"', "tariffs.toml:3:1: group: is for the cards of an eMSP only"),
        ('emsp = "NLMSPX"', "tariffs.toml:3:1: emsp:"),
        ('instead_of = "DC"', "tariffs.toml:3:1: instead_of: is for the cards of an eMSP only"),
        ("emsp = 7", "tariffs.toml:3:1: emsp: should be a text"),
    ],
)
def test_a_mistaken_scope_is_told_by_line_and_column(tmp_path: Path, scope: str, complaint: str) -> None:
    assert complaint in flaws(tmp_path, GOOD.replace('"AC"', f'"AC"\n{scope}'))


def test_a_group_has_no_tariff_under_the_id_of_everybodys(tmp_path: Path) -> None:
    scoped = GOOD.replace('"AC"', '"AC"\nemsp = "NL*MSP"\ngroup = "FLEET"')
    assert "AC is there already" in flaws(tmp_path, GOOD + scoped)


_COLUMNS = "id;emsp;instead_of;currency;tax_included;element;component;price;vat;step_size"
CSV = f"""{_COLUMNS};start_time;end_time;day_of_week
AC;;;EUR;NO;day;ENERGY;0.39;20;1;08:00;20:00;MONDAY TUESDAY
AC;;;EUR;NO;day;TIME;3.00;20;60;;;
AC;;;EUR;NO;else;ENERGY;0.29;20;1;;;
MSP;NL*MSP;AC;EUR;NO;;ENERGY;0.20;20;1;;;
"""


def test_rows_of_csv_are_price_components(tmp_path: Path) -> None:
    general, own = read(tmp_path, CSV, "tariffs.csv")
    day, otherwise = general.tariff.elements
    assert [str(each.type) for each in day.price_components] == ["ENERGY", "TIME"]
    assert day.restrictions is not None
    assert day.restrictions.day_of_week == ("MONDAY", "TUESDAY")
    assert otherwise.restrictions is None
    assert (own.instead_of, own.emsp) == ("ac", PartyId("NL", "MSP"))


def test_a_mistake_in_csv_is_told_by_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match=r"tariffs.csv:4:25: price:"):
        read(tmp_path, CSV.replace("0.29", "cheap"), "tariffs.csv")


def card(**changes: str) -> Token:
    return build.token(**changes)


def test_a_card_is_charged_by_the_nearest_tariff(tmp_path: Path) -> None:
    own = GOOD.replace('"AC"', '"MSP"\nemsp = "NL*MSP"\ninstead_of = "AC"')
    group = GOOD.replace('"AC"', '"FLEET"\nemsp = "NL*MSP"\ninstead_of = "AC"\ngroup = "fleet"')
    book = TariffBook(read(tmp_path, GOOD + own + group))

    def costs(whose: Token | None) -> list[str]:
        return [str(tariff.id) for tariff in book.tariffs_at(["AC"], NOW, whose)]

    assert costs(None) == costs(card(party_id="XYZ", group_id="FLEET")) == ["AC"]
    assert costs(card()) == costs(card(group_id="OTHERS")) == ["MSP"]
    assert costs(card(group_id="FLEET")) == ["FLEET"]


def test_what_began_before_a_change_keeps_what_was_in_force(tmp_path: Path) -> None:
    (old,) = read(tmp_path, GOOD)
    (new,) = read(tmp_path, GOOD.replace("0.39", "0.99"))
    book = TariffBook([replace(old, until=NOW), replace(new, since=NOW)])
    before = book.tariffs_at(["AC"], NOW - timedelta(days=3))
    assert before[0].elements[0].price_components[0].price == Decimal("0.39")
    assert book.tariffs_at(["AC"], NOW)[0].elements[0].price_components[0].price == Decimal("0.99")


def test_a_session_gets_the_tariffs_that_are_valid_when_it_begins(tmp_path: Path) -> None:
    later = GOOD.replace('"AC"', '"B"\nstart_date_time = "2026-04-01T00:00:00Z"')
    over = GOOD.replace('"AC"', '"C"\nend_date_time = "2026-03-01T00:00:00Z"')
    book = TariffBook(read(tmp_path, GOOD + later + over))
    assert [tariff.id for tariff in book.tariffs_at(["b", "ac", "C", "unknown"], NOW)] == ["AC"]
    april = datetime(2026, 4, 1, tzinfo=UTC)
    assert [tariff.id for tariff in book.tariffs_at(["b", "ac"], april)] == ["B", "AC"]
