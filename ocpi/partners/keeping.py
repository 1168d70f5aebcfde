"""What becomes of news for a partner that cannot be told at once; chosen per partner and module.

OCPI says that pushes should not be queued. STRICT is that to the letter: each state is tried once, and who
was away is told nothing of what it missed. COALESCE owes the latest state alone, for as long as it takes.
STORE_FORWARD owes every state, in order, for a week; so it is with bills, unless chosen otherwise.
Spec: 2.3.0 transport_and_format, Offline behaviour; mod_hub_client_info, Scenarios.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from schemas.kinds import ObjectKind


class Keeping(StrEnum):
    STRICT = "strict"
    COALESCE = "coalesce"
    STORE_FORWARD = "store_forward"


Keepings = Mapping[str, Keeping]
"""By module; what is not in it is as usual."""

MODULES: Final = tuple(sorted({kind.module for kind in ObjectKind} - {ObjectKind.CLIENT_INFO.module}))
"""Those that are delivered from the outbox."""


def usual(module: str) -> Keeping:
    return Keeping.STORE_FORWARD if module == ObjectKind.CDR.module else Keeping.COALESCE
