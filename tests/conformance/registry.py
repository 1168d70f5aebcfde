"""Which of the cases C-001 to C-153 are tested: found by the names of the tests in this folder."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

NUMBERS = [f"C-{number:03}" for number in range(1, 154)]
_NAMED = re.compile(r"test((?:_c\d{3})+)_")


def covered() -> set[str]:
    """`test_c024_…` tests C-024, `test_c025_c028_…` both."""
    return set(_numbers())


def _numbers() -> Iterator[str]:
    for file in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
                named := _NAMED.match(node.name)
            ):
                yield from (f"C-{number}" for number in re.findall(r"c(\d{3})", named[1]))
