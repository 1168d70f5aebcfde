"""The cases that have no test here, each with the reason; printed at the end of a run of this folder.

Whoever makes one testable takes its line away: a case with a test and a reason is as wrong as one with
neither.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "C-153": "tariff_alt_text is free text for drivers: no program can tell whether it repeats a price",
    }
)
