"""How 1.6 spells what the rooms answer: instants, and what a station is told of a card.

Spec: OCPP 1.6, type IdTagInfo; 3.12 (times are UTC).
"""

import base64
import hashlib
from datetime import datetime

from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import AuthorizationStatus

from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus

_LONGEST_TAG = 20
_STATUSES = {each.value: each for each in AuthorizationStatus}


def instant(at: datetime) -> str:
    """Milliseconds and a Z: what every tried station can read. `at` is UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def id_tag_info(card: CardAnswer) -> IdTagInfo:
    return IdTagInfo(
        status=_status(card.status),
        parent_id_tag=fitting_tag(card.group) if card.group else None,
        expiry_date=instant(card.expires) if card.expires else None,
    )


def _status(status: CardStatus) -> AuthorizationStatus:
    """The reasons that only 2.x can say are a plain no."""
    return _STATUSES.get(status.value, AuthorizationStatus.invalid)


def fitting_tag(uid: str) -> str:
    """An OCPI id holds 36 characters, an idTag 20: what does not fit gets an alias, always the same."""
    if len(uid) <= _LONGEST_TAG:
        return uid
    return base64.b32encode(hashlib.sha256(uid.encode()).digest())[:_LONGEST_TAG].decode()
