"""In which form the scenarios run: short with every test run, full by `make faults`; and by which seed.

FAULTS=full asks for the full form. FAULT_SEED repeats a run, as far as processes that are killed can be
repeated; the full form has a new one each time unless told. Either is printed.
"""

import os
import secrets
from random import Random
from typing import Final, TypeVar

IS_FULL: Final = os.environ.get("FAULTS") == "full"
SEED: Final = int(os.environ.get("FAULT_SEED") or (secrets.randbelow(2**32) if IS_FULL else 1))
Size = TypeVar("Size")


def form(short: Size, full: Size) -> Size:
    return full if IS_FULL else short


def chance(scenario: str) -> Random:
    """Of a scenario of its own, so that one can be repeated without the others."""
    return Random(f"{SEED} {scenario}")  # noqa: S311 - to be repeated, not to be secret
