from datetime import UTC, datetime
from pathlib import Path

import pytest

from emsp_adapter.contracts.cards import Issuer, read_cards
from ocpi.authored.flaws import BrokenFile
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import WhitelistType

ISSUER = Issuer(PartyId("NL", "MSP"), "Cards & Co")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEADER = "uid,contract_id,visual_number,whitelist,valid\n"


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "cards.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def refused(folder: Path, text: str | bytes) -> list[str]:
    """The lines of the complaint, without the folder."""
    with pytest.raises(BrokenFile) as broken:
        read_cards(written(folder, text), ISSUER, NOW)
    return [line.removeprefix(f"{folder}/") for line in str(broken.value).splitlines()]


def test_a_row_is_a_token_of_the_issuer(tmp_path: Path) -> None:
    (token,) = read_cards(
        written(tmp_path, "uid,contract_id,visual_number\n04AB,NL-MSP-C1,0001\n"), ISSUER, NOW
    )
    assert (token.country_code, token.party_id, token.uid) == ("NL", "MSP", "04AB")
    assert (token.issuer, token.valid, token.whitelist) == ("Cards & Co", True, WhitelistType.NEVER)
    assert token.last_updated == NOW


def test_a_blocked_card_is_a_token_that_is_not_valid(tmp_path: Path) -> None:
    (token,) = read_cards(written(tmp_path, HEADER + "04AB,NL-MSP-C1,0001,ALLOWED,false\n"), ISSUER, NOW)
    assert token.valid is False


def test_a_spreadsheet_s_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read_cards(
        written(tmp_path, b"\xef\xbb\xbf" + (HEADER + "04AB,C1,1,NEVER,yes\n").encode()), ISSUER, NOW
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("uid,visual_number\n04AB,1\n", "cards.csv:2:1: contract_id: is missing"),
        (HEADER.replace("valid", "vallid") + "04AB,C1,1,NEVER,true\n", "cards.csv:2:17: vallid: "),
        (HEADER + "04AB,C1,1,NEVER,maybe\n", "cards.csv:2:17: valid: "),
        (HEADER + "04AB,C1,1,SOMETIMES,true\n", "cards.csv:2:11: whitelist: "),
        (HEADER + "04AB,C1,1,NEVER,true\n,C2,2,NEVER,true\n", "cards.csv:3:1: uid: is missing"),
        (HEADER + "04AB,C1,1,NEVER,true,more\n", "cards.csv:2:1: 6 fields for 5 columns"),
        (
            HEADER + "04AB,C1,1,NEVER,true\n04ab,C2,2,NEVER,true\n",
            "cards.csv:3:1: uid: 04ab is there already",
        ),
        (HEADER + '04AB,"C1,1,NEVER,true\n', "cards.csv:2:1: "),
        (HEADER.encode() + b"\xff,C1,1,NEVER,true\n", "is not UTF-8"),
    ],
)
def test_a_mistake_is_told_by_line_and_column(tmp_path: Path, text: str | bytes, complaint: str) -> None:
    assert any(complaint in line for line in refused(tmp_path, text)), refused(tmp_path, text)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    assert len(refused(tmp_path, HEADER + "04AB,C1,1,NEVER,maybe\n,C2,2,NEVER,true\n")) == 2
