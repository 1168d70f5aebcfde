"""Modules, the two sides of each, and which role stands behind a side.

The key of routing is (party, role), and the role follows from module and side alone: whoever
serves `tokens` as sender is an eMSP, whoever receives them is a CPO.
Spec: 2.3.0 version_information_endpoint, ModuleID, InterfaceRole; terminology, Typical OCPI implementations.
"""

from enum import StrEnum
from typing import Final


class Side(StrEnum):
    SENDER = "SENDER"
    RECEIVER = "RECEIVER"


CPO: Final = "CPO"
EMSP: Final = "EMSP"

_CPO_OWNED: Final = frozenset({"locations", "sessions", "cdrs", "tariffs"})
_EMSP_OWNED: Final = frozenset({"tokens", "commands"})


def serving_role(module: str, side: Side) -> str:
    """The role of the party that serves this side of a module. Raises KeyError for one that is not routed."""
    if module in _CPO_OWNED:
        return CPO if side is Side.SENDER else EMSP
    if module in _EMSP_OWNED:
        return EMSP if side is Side.SENDER else CPO
    raise KeyError(module)


def opposite(role: str) -> str:
    return EMSP if role == CPO else CPO
