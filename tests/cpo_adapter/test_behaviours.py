"""What is known of stations, and of the package that we build on, is shown by tests: each number has one."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_TESTS = Path(__file__).parents[1]
_PAGE = _TESTS.parent / "docs" / "station-behaviours.md"
_NUMBER = re.compile(r"\b[BL]-\d+\b")


def test_each_behaviour_is_cited_by_a_test() -> None:
    cited = _cited()
    assert [each for each in _listed() if each not in cited] == []


def test_no_test_cites_a_behaviour_that_is_not_listed() -> None:
    assert _cited() - set(_listed()) == set()


def test_nothing_of_what_is_known_is_left_out() -> None:
    assert _listed() == [f"B-{n}" for n in range(1, 113)] + [f"L-{n}" for n in range(1, 22)]


def _listed() -> list[str]:
    return re.findall(r"^\| ([BL]-\d+) \|", _PAGE.read_text(), re.MULTILINE)


def _cited() -> set[str]:
    return {number for text in _docstrings() for number in _NUMBER.findall(text)}


def _docstrings() -> Iterator[str]:
    for file in _TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""
