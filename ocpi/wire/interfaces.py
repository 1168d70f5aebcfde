"""Modules, the two sides of each, and which roles play a side.

The key of routing is (party, role), and the role follows from module and side: whoever serves `tokens` as
sender is an eMSP, whoever receives them is a CPO. Several roles may play the same side. Agreements are made
between a CPO and somebody else, so there are two ends only: of a CPO, and of an eMSP or whoever stands in its
place. Payment terminal providers have no role of their own and come as OTHER.
Spec: 2.3.0 version_information_endpoint, ModuleID, InterfaceRole; terminology, Typical OCPI implementations;
transport_and_format, Broadcast Push; mod_invoice_reconciliation; mod_payments.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Side(StrEnum):
    SENDER = "SENDER"
    RECEIVER = "RECEIVER"

    @property
    def other(self) -> "Side":
        return Side.RECEIVER if self is Side.SENDER else Side.SENDER


CPO: Final = "CPO"
EMSP: Final = "EMSP"
NAP: Final = "NAP"
NSP: Final = "NSP"
OTHER: Final = "OTHER"
SCSP: Final = "SCSP"

_Roles = tuple[str, ...]
_READERS: Final[_Roles] = (EMSP, NSP, NAP, OTHER)
_PLAYED: Final[Mapping[str, tuple[_Roles, _Roles]]] = MappingProxyType(
    {
        "locations": ((CPO,), _READERS),
        "tariffs": ((CPO,), _READERS),
        "sessions": ((CPO,), (EMSP, SCSP, OTHER)),
        "cdrs": ((CPO,), (EMSP, OTHER)),
        "tokens": ((EMSP, OTHER), (CPO,)),
        "commands": ((EMSP, OTHER), (CPO,)),
        "chargingprofiles": ((SCSP, EMSP), (CPO,)),
        "invoicereconciliation": ((CPO, EMSP), (EMSP, CPO)),
        "payments": ((OTHER,), (CPO,)),
    }
)
"""By module: the roles of its sender, those of its receiver; the usual one first."""
MODULES: Final = frozenset(_PLAYED)


def serving_roles(module: str, side: Side) -> _Roles:
    """Who may serve this side of a module. Raises KeyError for a module that is not routed."""
    return _PLAYED[module][side is Side.RECEIVER]


def calling_roles(module: str, side: Side) -> _Roles:
    """Who may call this side of a module: whoever serves the other one."""
    return serving_roles(module, side.other)


def serving_role(module: str, side: Side) -> str:
    """The end at which the usual server of this side stands: CPO or EMSP."""
    return end_of(serving_roles(module, side)[0])


def end_of(role: str) -> str:
    """The end of an agreement at which a role stands."""
    return CPO if role == CPO else EMSP


def opposite(role: str) -> str:
    """The other end."""
    return EMSP if role == CPO else CPO
