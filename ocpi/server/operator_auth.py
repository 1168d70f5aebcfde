"""Operators: who may use the admin port.

A bearer JWT, signed with the service's own operator key (HS256, and nothing else is believed), carries a
subject and an end. The key lies in a file that only its owner may read; whoever can read it can make tokens.
Here alone is python-jose used: one algorithm, `crit` refused before decoding since the library accepts it,
`aud` required since it lets a missing one pass, `exp` required and compared with our own clock. A header that
is nested without end is unpacked before its signature is checked, and ends as a RecursionError.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from jose import jws, jwt
from jose.exceptions import JOSEError

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "passerelle-admin"
LIFETIME: Final = timedelta(minutes=5)
_KEY_BYTES: Final = 32
_OPTIONS: Final = {"require_aud": True, "verify_exp": False}


class NotAnOperator(Exception):
    """No token, or not one of ours, or no longer valid. The text never says which key."""


@dataclass(frozen=True, slots=True)
class Operator:
    subject: str


def issue(key: str, subject: str, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    claims = {"sub": subject, "aud": AUDIENCE, "exp": int((now + lifetime).timestamp())}
    return str(jwt.encode(claims, key, algorithm=ALGORITHM))


def verify(bearer: str | None, key: str, now: datetime) -> Operator:
    """`bearer` is the whole Authorization header. Raises NotAnOperator."""
    if not bearer or not bearer.startswith("Bearer "):
        raise NotAnOperator("an Authorization header with a bearer token is needed")
    token = bearer.removeprefix("Bearer ").strip()
    try:
        _refuse_critical(token)
        claims = jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE, options=_OPTIONS)
    except (JOSEError, RecursionError, ValueError) as error:
        raise NotAnOperator("the bearer token is not valid here") from error
    expires, subject = claims.get("exp"), claims.get("sub")
    if not isinstance(expires, int) or expires <= now.timestamp() or not isinstance(subject, str):
        raise NotAnOperator("the bearer token has ended, or never said when it would")
    return Operator(subject)


def new_key() -> str:
    return secrets.token_hex(_KEY_BYTES)


def _refuse_critical(token: str) -> None:
    if "crit" in jws.get_unverified_header(token):
        raise NotAnOperator("the bearer token has critical headers, which are not understood here")
