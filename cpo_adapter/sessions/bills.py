"""The bills of one session: what each is called, what a credit says, and when another one is needed. Pure.

The first bears the id of its session. The same facts give the same ids and the same bytes, so that what is
made again after a crash is the same bill.
Spec: 2.3.0 mod_cdrs, CDR object (id), Credit CDRs.
"""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, cast

from ocpi.pricing.credit import credit_of
from schemas import codec

_WH_PER_KWH: Final = 1000
_NAMES: Final = uuid.UUID("6f1c9b5e-2d0b-5f0e-9a39-5c1f5a3d7e10")


def bill_id(session_id: str, taken_back: int) -> str:
    """Of the next bill of a session of which so many were taken back."""
    return str(uuid.uuid5(_NAMES, f"{session_id}/{taken_back}")) if taken_back else session_id


def credit(body: bytes, at: datetime) -> bytes:
    """What takes a bill back."""
    bill = value_of(body)
    return codec.encode(credit_of(bill, str(uuid.uuid5(_NAMES, f"credit of {bill['id']}")), at))


def is_right(live: bytes, other: bytes) -> bool:
    """Whether a live bill can stay, where today's would be the other.

    What was delivered, where, and when it began and ended, has to be right; readings that came late and only
    tell how it went between are not worth a dispute.
    """
    ours, theirs = value_of(live), value_of(other)
    return all(ours.get(name) == theirs.get(name) for name in _DECISIVE)


_DECISIVE: Final = ("total_energy", "start_date_time", "end_date_time", "cdr_location")


def energy_wh(body: bytes) -> Decimal:
    return Decimal(value_of(body)["total_energy"]) * _WH_PER_KWH


def value_of(body: bytes) -> dict[str, Any]:
    return cast("dict[str, Any]", codec.decode(body))
