"""Every value of a TOML file is told with its line and column."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ocpi.authored.document import Where
from ocpi.authored.flaws import BrokenFile, Place
from ocpi.authored.toml_document import read_toml

EVERYTHING = """\
# a comment with [brackets] and = signs
title = "one" # = two
"quoted.key" = 'literal # no comment'
a.b.c = 1

[table]
multi = \"\"\"
fake = 1
[[fake]]
\"\"\"
list = [
  1, # [
  { x = "}", y = [ [ 2 ], 3 ] },
]
when = 2026-01-01T10:00:00Z

[[sites]]
id = 'L1'
  [[sites.stations]]
  identity = "A"
  [[sites.stations]]
  identity = "B"
  [sites.stations.extra]
  deep = true
[[sites]]
id = 'L2'
  [[sites.stations]]
  identity = \"C \\" ]\"
"""

WHERE: list[tuple[Where, tuple[int, int]]] = [
    (("title",), (2, 1)),
    (("quoted.key",), (3, 1)),
    (("a", "b", "c"), (4, 1)),
    (("table",), (6, 1)),
    (("table", "multi"), (7, 1)),
    (("table", "list", 0), (12, 3)),
    (("table", "list", 1, "x"), (13, 5)),
    (("table", "list", 1, "y", 0, 0), (13, 22)),
    (("table", "list", 1, "y", 1), (13, 27)),
    (("table", "when"), (15, 1)),
    (("sites", 0, "id"), (18, 1)),
    (("sites", 0, "stations", 1), (21, 3)),
    (("sites", 0, "stations", 1, "identity"), (22, 3)),
    (("sites", 0, "stations", 1, "extra", "deep"), (24, 3)),
    (("sites", 1, "stations", 0, "identity"), (28, 3)),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "everything.toml"
    path.write_text(EVERYTHING)
    return path


@pytest.mark.parametrize(("where", "place"), WHERE)
def test_each_value_stands_where_it_was_written(file: Path, where: Where, place: tuple[int, int]) -> None:
    assert read_toml(file).place(where) == Place(*place)


def test_the_walk_finds_every_value_and_nothing_else(file: Path) -> None:
    document = read_toml(file)

    leaves = {where for where in document.places if _is_leaf(document.content, where)}
    assert leaves == set(_leaves(tomllib.loads(EVERYTHING)))


def test_what_is_missing_stands_where_the_nearest_thing_around_it_stands(file: Path) -> None:
    assert read_toml(file).place(("sites", 1, "name")) == Place(25, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\nb = [1,\n", "3:1: "),
        ("a = 1\nb = = 2\n", "2:5: "),
        ('a = "open', "1:10: "),
        ("a = 1\na = 2\n", "2:"),
    ],
)
def test_a_mistake_in_the_syntax_is_told_with_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(text)

    with pytest.raises(BrokenFile) as caught:
        read_toml(path)
    assert str(caught.value).startswith(f"{path}:{told}")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"a = '\xff'")

    for path, text in ((tmp_path / "none.toml", "cannot be read"), (binary, "is not UTF-8")):
        with pytest.raises(BrokenFile, match=f"{path}:1:1: {text}"):
            read_toml(path)


def _leaves(value: Any, where: Where = ()) -> list[Where]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*where, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in _leaves(item, (*where, index))]
    return [where]


def _is_leaf(content: Any, where: Where) -> bool:
    for step in where:
        content = content[step]
    return not isinstance(content, dict | list)
