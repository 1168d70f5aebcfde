"""Rows of files as cards and contracts, and what is wrong with the others."""

from pathlib import Path
from typing import Any

import pytest

from emsp_adapter.contracts.cards import Card, CardType
from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.importing.card_rows import CardRows, row_digest
from emsp_adapter.contracts.importing.contract_rows import ContractRows
from emsp_adapter.contracts.importing.reading import MOST_FLAWS, Reading
from ocpi.authored.csv_rows import CsvRow
from schemas.v2_3_0.enums import WhitelistType

HEADER = "uid,contract_id,visual_number,whitelist,valid\n"
CALLED = Path("cards.csv")


def reading(folder: Path, text: str, *, check_digits: bool = True) -> Reading[Card]:
    file = folder / "spool"
    file.write_text(text)
    return Reading(file, CALLED, CardRows(check_digits=check_digits))


def cards(folder: Path, text: str, *, check_digits: bool = True) -> tuple[list[Card], list[str]]:
    read = reading(folder, text, check_digits=check_digits)
    found = [entry.item for batch in read.batches(2) for entry in batch]
    return found, [str(each) for each in read.flaws.first]


def contracts(folder: Path, text: str) -> tuple[list[Contract], list[str]]:
    file = folder / "spool"
    file.write_text(text)
    read = Reading(file, Path("contracts.csv"), ContractRows(check_digits=True))
    found = [entry.item for batch in read.batches(2) for entry in batch]
    return found, [str(each) for each in read.flaws.first]


def test_a_row_is_a_card(tmp_path: Path) -> None:
    (card,), flaws = cards(tmp_path, "contract_id,uid,type\nNL-MSP-C1,04AB,APP_USER\n")
    assert (card.uid, card.contract_id, card.type) == ("04AB", "NL-MSP-C1", CardType.APP_USER)
    assert (card.valid, card.whitelist, flaws) == (True, None, [])


def test_all_columns_are_read(tmp_path: Path) -> None:
    header = "uid,contract_id,visual_number,issuer,group_id,language,whitelist,default_profile_type"
    row = "04AB,C1,0001,Cards & Co,VANS,nl,ALWAYS,GREEN"
    text = f"{header},energy_supplier,energy_contract_id,valid\n{row},Greenchoice,42,no\n"
    (card,), _ = cards(tmp_path, text)
    assert (card.issuer, card.group_id, card.language) == ("Cards & Co", "VANS", "nl")
    assert (card.energy_supplier, card.energy_contract_id) == ("Greenchoice", "42")
    assert (card.whitelist, card.valid) == (WhitelistType.ALWAYS, False)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("04AB,C1,1,NEVER,maybe", "cards.csv:2:17: valid: "),
        ("04AB,C1,1,SOMETIMES,true", "cards.csv:2:11: whitelist: "),
        (",C2,2,NEVER,true", "cards.csv:2:1: uid: is missing"),
        ("..,C2,2,NEVER,true", "cards.csv:2:1: uid: "),
        ("04É,C2,2,NEVER,true", "cards.csv:2:1: uid: "),
        (f"{'0' * 37},C2,2,NEVER,true", "cards.csv:2:1: uid: "),
        ("04AB,--,2,NEVER,true", "cards.csv:2:6: contract_id: a contract id has "),
        ("04AB,NL-TNM-C00122045-X,1,,", "cards.csv:2:6: contract_id: its check digit is not right"),
        ("04AB,C1,1,NEVER,true,more", "cards.csv:2:1: 6 fields for 5 columns"),
        ("04ab,C1,1,NEVER,true\n04AB,C2,2,NEVER,true", "cards.csv:3:1: uid: is in an earlier row already"),
    ],
)
def test_a_mistake_is_told_by_line_and_column_and_reason(tmp_path: Path, row: str, complaint: str) -> None:
    _, flaws = cards(tmp_path, f"{HEADER}{row}\n04CC,C1,,,\n")
    assert len(flaws) == 1
    assert flaws[0].startswith(complaint)


def test_the_other_rows_are_read_and_every_mistake_is_told_in_order(tmp_path: Path) -> None:
    text = HEADER + "04AB,C1,1,NEVER,maybe\n04AC,C1,,,\n,C2,2,,\n04AD,C1,,,,\n04AE,C1,,,\n"
    found, flaws = cards(tmp_path, text)
    assert [each.uid for each in found] == ["04AC", "04AE"]
    assert [each.split(":")[1] for each in flaws] == ["2", "4", "5"]


def test_two_types_of_a_uid_are_two_cards(tmp_path: Path) -> None:
    found, flaws = cards(tmp_path, "uid,contract_id,type\n04AB,C1,RFID\n04AB,C1,OTHER\n")
    assert (len(found), flaws) == (2, [])


def test_check_digits_are_not_looked_at_where_that_is_not_wanted(tmp_path: Path) -> None:
    _, flaws = cards(tmp_path, "uid,contract_id\n04AB,NL-TNM-C00122045-X\n", check_digits=False)
    assert flaws == []


def test_mistakes_beyond_a_thousand_are_counted(tmp_path: Path) -> None:
    read = reading(tmp_path, "uid,contract_id\n" + "04AB,\n" * (MOST_FLAWS + 7))
    assert list(read.batches(500)) == [[], [], []]
    assert (len(read.flaws.first), read.flaws.rows) == (MOST_FLAWS, MOST_FLAWS + 7)


def test_a_row_is_the_same_in_another_order_of_columns() -> None:
    one, other = {"uid": "04", "contract_id": "C1"}, {"contract_id": "C1", "uid": "04"}
    digests = [row_digest(CsvRow(1, fields, ())) for fields in (one, other, {**one, "type": "RFID"})]
    assert digests[0] == digests[1] != digests[2]


def test_a_row_is_a_contract_with_its_limits(tmp_path: Path) -> None:
    header = "contract_id,driver,whitelist,valid_until,credit,currency,cpos,countries,hours,time_zone,at_once"
    row = "C1,D-17,ALLOWED,2027-01-01T00:00:00Z,50.00,EUR,FR*CPO NL*ABC,FRA NLD,1-5=07:00-20:00 7=09:00-12:30"
    (contract,), flaws = contracts(tmp_path, f"{header}\n{row},Europe/Amsterdam,2\n")
    limits = contract.limits
    assert flaws == []
    assert (contract.driver, str(limits.credit), limits.currency) == ("D-17", "50.00", "EUR")
    assert (limits.cpos, limits.countries) == (("FR*CPO", "NL*ABC"), ("FRA", "NLD"))
    assert [len(each.days) for each in limits.hours] == [5, 1]
    assert (limits.hours[1].days[0], str(limits.hours[1].until)) == ("SUNDAY", "12:30:00")
    assert (limits.time_zone, limits.at_once) == ("Europe/Amsterdam", 2)


@pytest.mark.parametrize(
    ("column", "cell", "complaint"),
    [
        ("hours", "Mo-Fr", "contracts.csv:2:4: hours: "),
        ("hours", "1=08:00-09:00", "contracts.csv:2:1: hours need the time_zone"),
        ("cpos", "FRCPO", "contracts.csv:2:4: cpos: "),
        ("countries", "NL", "contracts.csv:2:4: countries: "),
        ("credit", "5", "contracts.csv:2:1: credit and currency are told together"),
        ("valid_until", "tomorrow", "contracts.csv:2:4: valid_until: "),
        ("valid_until", "2027-01-01T00:00:00", "contracts.csv:2:4: valid_until: "),
        ("time_zone", "Amsterdam", "contracts.csv:2:4: time_zone: "),
    ],
)
def test_a_mistake_in_a_contract_is_told_in_its_place(
    tmp_path: Path, column: str, cell: str, complaint: str
) -> None:
    _, flaws = contracts(tmp_path, f"contract_id,{column}\nC1,{cell}\n")
    assert len(flaws) == 1
    assert flaws[0].startswith(complaint), flaws


def test_two_spellings_of_a_contract_are_one(tmp_path: Path) -> None:
    rows: Any = "contract_id\nNL-TNM-C00122045-K\nnltnmc00122045k\n"
    found, flaws = contracts(tmp_path, rows)
    assert len(found) == 1
    assert flaws == ["contracts.csv:3:1: contract_id: is in an earlier row already"]
