"""One database, one seal: every machine that works on it must hold the same seal.key.

A machine that made a key of its own would store tokens that the others cannot open, and they would find out
much later. So the first to come leaves a fingerprint of its key in the database, and whoever brings another
key does not start.
"""

import hashlib
import hmac
from typing import Final

from ocpi.partners.seal import SealBroken
from ocpi.process.mongo import DuplicateKey, Mongo

COLLECTION: Final = "seals"
_ID: Final = "seal.key"


async def check_same_seal(mongo: Mongo, key: str) -> None:
    """Raises SealBroken."""
    seals = mongo.collection(COLLECTION)
    fingerprint = hmac.digest(key.encode(), b"fingerprint", hashlib.sha256).hex()
    wanted = {"_id": _ID, "fingerprint": fingerprint}
    try:
        await seals.update_one(wanted, {"$set": wanted}, upsert=True)
    except DuplicateKey as error:
        raise SealBroken(
            "the seal key is not the one that this database was begun with: restore the key file seal.key, "
            "the same on every machine"
        ) from error
