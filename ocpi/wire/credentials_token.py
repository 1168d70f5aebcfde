"""The secret that authenticates one platform to another, and its spelling in a header.

On the wire: `Authorization: Token <Base64 of the token>`. Partners of older habits send the
raw token, or Base64 of the token and a newline (so did the specification's own sample);
reading accepts both, and yields every token that the header may mean.
Spec: 2.3.0 transport_and_format, Authorization header; credentials, Credentials object.
"""

import base64
import binascii
import hashlib
import secrets
from functools import lru_cache
from typing import Final

SCHEME: Final = "Token "
BEARER: Final = "Bearer"
_PRINTABLE: Final = frozenset(chr(code) for code in range(0x21, 0x7F))
_MAX_LENGTH: Final = 64
_LATELY: Final = 1024
"""Headers of which the meaning is remembered: of as many connections, and of whoever guesses."""


class CredentialsToken:
    """Prints as its last four characters; `reveal()` is the one way to the secret itself."""

    __slots__ = ("_digest", "_header", "_secret")

    def __init__(self, secret: str) -> None:
        if not is_well_formed(secret):
            raise ValueError("a credentials token has 1 to 64 printable ASCII characters and no blank")
        self._secret = secret
        self._digest: str | None = None
        self._header: str | None = None

    @classmethod
    def generate(cls) -> "CredentialsToken":
        return cls(secrets.token_urlsafe(32))

    def reveal(self) -> str:
        return self._secret

    def header(self) -> str:
        """The value of the Authorization header, Base64 as 2.2.1 and later want it."""
        if self._header is None:
            self._header = SCHEME + base64.b64encode(self._secret.encode()).decode()
        return self._header

    def digest(self) -> str:
        """What is stored of a token that a partner shows to us: enough to find it, too little to use it.

        Tokens are 256 random bits of our own making, so a plain hash cannot be searched backwards.
        """
        if self._digest is None:
            self._digest = hashlib.sha256(self._secret.encode()).hexdigest()
        return self._digest

    def __repr__(self) -> str:
        return f"Token …{self._secret[-4:]}" if len(self._secret) > 8 else "Token …"  # noqa: PLR2004


def is_well_formed(secret: str) -> bool:
    return 0 < len(secret) <= _MAX_LENGTH and _PRINTABLE.issuperset(secret)


@lru_cache(maxsize=_LATELY)
def readings(authorization: str) -> tuple[CredentialsToken, ...]:
    """Every token that an Authorization header may stand for, the specified spelling first."""
    if not authorization.startswith(SCHEME):
        return ()
    written = authorization.removeprefix(SCHEME)
    secrets_meant = (_decoded(written), written)
    return tuple(
        CredentialsToken(each) for each in secrets_meant if each is not None and is_well_formed(each)
    )


def bearer_reading(authorization: str) -> tuple[CredentialsToken, ...]:
    """The token of who is no OCPI platform, and spells it as the rest of the web does."""
    scheme, _, secret = authorization.partition(" ")
    return (CredentialsToken(secret),) if scheme == BEARER and is_well_formed(secret) else ()


def _decoded(written: str) -> str | None:
    try:
        return base64.b64decode(written, validate=True).decode().rstrip()
    except (binascii.Error, ValueError):
        return None
