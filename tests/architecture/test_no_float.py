"""Money and energy are never binary fractions: no float in the rooms that handle them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXACT_ROOMS = [ROOT / "schemas", ROOT / "ocpi" / "pricing"]


def floats(tree: ast.AST) -> Iterator[int]:
    """Line numbers of float literals, and of every mention of the type."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno
        if isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno


@pytest.mark.parametrize(
    "path", [path for room in EXACT_ROOMS for path in sorted(room.rglob("*.py"))], ids=str
)
def test_an_exact_room_knows_no_float(path: Path) -> None:
    assert list(floats(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "code", ["x = 0.1", "def f(a: float): ...", "x: list[float] = []", "y = float('1')", "1e3"]
)
def test_the_search_finds_floats(code: str) -> None:
    assert list(floats(ast.parse(code))) == [1]
