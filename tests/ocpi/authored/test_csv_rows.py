"""CSV of any length, row by row, each mistake with its place."""

from pathlib import Path

import pytest

from ocpi.authored.csv_rows import CsvRow, CsvRows
from ocpi.authored.flaws import BrokenFile, Flaw

CALLED = Path("list.csv")


def rows_of(folder: Path, content: str | bytes) -> CsvRows:
    file = folder / "spool"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CsvRows(file, called=CALLED, known=("a", "b", "c"), needed=("a",))


def read(folder: Path, content: str | bytes) -> list[dict[str, str] | str]:
    """The fields of each row, or what is wrong with it."""
    with rows_of(folder, content) as rows:
        return [each.fields if isinstance(each, CsvRow) else str(each) for each in rows]


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n",
        "a,b\r\n1,2\r\n",
        "a;b\n1;2\n",
        "a , b\n 1 , 2\n",
        b"\xef\xbb\xbfa,b\n1,2",
        'a,b\n"1","2"\n\n',
        "b,a\n2,1\n",
        "a,b,c\n1,2,\n",
    ],
)
def test_what_spreadsheets_write_is_understood(tmp_path: Path, content: str | bytes) -> None:
    assert read(tmp_path, content) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2,3\n4,5\n", ["list.csv:2:1: 3 fields for 2 columns", {"a": "4", "b": "5"}]),
        (b"a,b\n1,\xff\n4,5\n", ["list.csv:2:1: is not UTF-8", {"a": "4", "b": "5"}]),
        ('a,b\n"1"x,2\n4,5\n', ["list.csv:2:1: ',' expected after '\"'", {"a": "4", "b": "5"}]),
        ('a,b\n4,5\n"1,2\n', [{"a": "4", "b": "5"}, "list.csv:3:1: unexpected end of data"]),
        ("a,b\n\n \n,\n4,5\n", [{}, {"a": "4", "b": "5"}]),
    ],
)
def test_a_mistake_spoils_its_own_row_alone(
    tmp_path: Path, content: str | bytes, expected: list[dict[str, str] | str]
) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "complaints"),
    [
        ("", ["list.csv:1:1: a: is missing"]),
        ("b\n", ["list.csv:1:1: a: is missing"]),
        ("a,bb\n", ["list.csv:1:3: bb: is not known here"]),
        ("a,b,a\n", ["list.csv:1:1: a: is there twice", "list.csv:1:5: a: is there twice"]),
        (b"a,\xff\n", ["list.csv:1:1: is not UTF-8"]),
    ],
)
def test_a_header_that_is_not_as_expected_is_told_once(
    tmp_path: Path, content: str | bytes, complaints: list[str]
) -> None:
    with pytest.raises(BrokenFile) as broken, rows_of(tmp_path, content):
        pass
    assert str(broken.value).splitlines() == complaints


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(BrokenFile, match=r"list.csv:1:1: cannot be read"),
        CsvRows(tmp_path / "no", called=CALLED, known=("a",), needed=()),
    ):
        pass


def test_a_field_has_a_place_also_behind_a_line_break_in_quotes(tmp_path: Path) -> None:
    with rows_of(tmp_path, 'a,b,c\n"x\ny","1,2",3\n') as rows:
        (row,) = rows
        assert isinstance(row, CsvRow)
        places = [rows.place(row, each) for each in ("a", "b", "c", None)]
    assert [(each.line, each.column) for each in places] == [(2, 1), (3, 4), (3, 10), (2, 1)]


def test_what_is_in_memory_is_a_row(tmp_path: Path) -> None:
    """Rows are drawn as they are asked for: the mistake far below is not met."""
    with rows_of(tmp_path, "a\n" + "1\n" * 10 + "1,2\n") as rows:
        assert not isinstance(next(iter(rows)), Flaw)
