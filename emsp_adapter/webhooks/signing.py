"""Secrets of endpoints and the signatures made with them. Pure, but for the chance in a new secret.

While a secret is being replaced a message bears two signatures, one of each, so that the far side may change
over at any moment. Spec: Standard Webhooks, Signature scheme (symmetric, v1), Webhook headers.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(message_id: str, at: datetime, body: bytes, signed_with: Iterable[str]) -> dict[str, str]:
    """`at` is the moment of this attempt: who keeps an old one cannot replay it."""
    timestamp = str(int(at.timestamp()))
    told = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, told) for secret in signed_with),
        "Content-Type": "application/json",
    }


def _signature(secret: str, told: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, told, hashlib.sha256)).decode()
