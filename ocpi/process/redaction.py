"""What must never be read in a log line, an error or a printed configuration.

Two nets: by the name of a field (`password=…`) and by the shape of a text (a URL with a password in it, the
value of an Authorization header), because libraries put both into the texts of their exceptions.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TypeGuard

Json = str | float | bool | list["Json"] | dict[str, "Json"] | None

REDACTED = "[redacted]"
JSON_BITS = 63  # what any reader of JSON takes for an integer

_SECRET_NAME = re.compile(
    r"token|authorization|password|passwd|passphrase|secret|credential|cookie|bearer|jwt"
    r"|(api|private|pseudonym|signing)_?key|(^|_)pin($|_)",
    re.IGNORECASE,
)
_HARMLESS_NAMES = frozenset({"authorization_reference", "token_type"})
# Up to the last @, for passwords that somebody forgot to encode. Digits and a slash are a port.
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/@\s:]*):(?!\d+/)\S*@")
_AUTHORIZATION = re.compile(r"\b(Token|Bearer|Basic)\s+[\w+/=.~-]{8,}", re.IGNORECASE)


class Harmless(str):
    """A text made to be shown, whatever the field is called: a pseudonym."""

    __slots__ = ()


def without_passwords(text: str) -> str:
    """`text` with the password of every URL and the value of every Authorization header masked."""
    text = _PASSWORD_IN_URL.sub(r"\1:***@", text)
    return _AUTHORIZATION.sub(rf"\1 {REDACTED}", text)


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret: `TOKEN_A`, `accessToken`, `mongo_password`."""
    return name not in _HARMLESS_NAMES and _SECRET_NAME.search(name) is not None


def redact(value: object, name: str = "") -> Json:
    """`value` as it may be shown under `name`, as JSON; what JSON does not know becomes its text."""
    if _shows_as_it_is(value):
        return value
    if is_secret(name):
        return REDACTED
    match value:
        case Mapping():
            return {_encodable(str(key)): redact(inner, str(key)) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact(inner) for inner in value]
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case _:
            return _encodable(without_passwords(str(value)))


def _shows_as_it_is(value: object) -> TypeGuard[Harmless | float | None]:
    if isinstance(value, int):
        return value.bit_length() <= JSON_BITS
    return value is None or isinstance(value, Harmless | float)


def _encodable(text: str) -> str:
    """`text` as UTF-8 can carry it: a header may hold bytes that are none, as lone surrogates."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
