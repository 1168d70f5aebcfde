"""One database, one seal: every machine that works on it must hold the same seal.key.

A machine that made a key of its own would store tokens that the others cannot open, and they would find out
much later. So whoever begins leaves a fingerprint of its key in the database, and while it is at work nobody
starts with another. What an earlier run has sealed is seen when it is read.
"""

import hashlib
import hmac
from typing import Final

from ocpi.partners.seal import SealBroken
from ocpi.process.duty import Duty
from ocpi.process.mongo import Mongo

COLLECTION: Final = "seals"
_WHICH: Final = {"_id": "seal.key"}


async def check_same_seal(mongo: Mongo, key: str, duty: Duty) -> None:
    """Raises SealBroken."""
    seals = mongo.collection(COLLECTION)
    fingerprint = hmac.digest(key.encode(), b"fingerprint", hashlib.sha256).hex()
    found = await seals.find_one(_WHICH)
    if found is not None and found["fingerprint"] == fingerprint:
        return
    if found is not None and await duty.is_anybodys():
        raise SealBroken(
            "the seal key is not that of the processes at work on this database: restore the key file "
            "seal.key, the same on every machine"
        )
    await seals.update_one(_WHICH, {"$set": {"fingerprint": fingerprint}}, upsert=True)
