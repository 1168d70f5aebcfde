"""Where a bill stays readable: an address that nobody can work out from its owner and its id.

It names both, so that a person who reads a log knows which bill is meant, and ends in a seal that only the
hub can make. Nothing is stored for it: it opens for as long as the bill is kept, on every machine of the hub.
Spec: 2.3.0 mod_cdrs, Receiver Interface (the Location of the answer is the receiver's to choose).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from ocpi.errors import UnknownObject
from ocpi.objects.address import address_in
from schemas.kinds import ObjectKey, ObjectKind

_SEALED: Final = 4
_SEAL_BYTES: Final = 16


class Places:
    """`key` is the same on all machines of one hub."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def segments(self, bill: ObjectKey) -> tuple[str, ...]:
        """What follows the URL of the module."""
        return bill.owner.country_code, bill.owner.party_id, bill.id, self._seal(bill)

    def bill_at(self, rest: Sequence[str], query: Mapping[str, str]) -> ObjectKey:
        """Raises UnknownObject, the same whether the bill or only its seal is wrong; InvalidParameters."""
        bill = address_in(ObjectKind.CDR, rest[: _SEALED - 1], query).key
        if len(rest) != _SEALED or not hmac.compare_digest(rest[-1].encode(), self._seal(bill).encode()):
            raise unknown_bill()
        return bill

    def _seal(self, bill: ObjectKey) -> str:
        seal = hmac.digest(self._key, str(bill).encode(), hashlib.sha256)[:_SEAL_BYTES]
        return base64.urlsafe_b64encode(seal).rstrip(b"=").decode()


def unknown_bill() -> UnknownObject:
    return UnknownObject("no CDR lies at this address")
