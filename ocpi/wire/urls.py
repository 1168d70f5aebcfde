"""URLs as partners spell them: which of them can be called, and joining them with exactly one slash.

Spec: 2.3.0 transport_and_format, Client Owned Object push (the written URL structures leave the slash out).
"""

from typing import Final
from urllib.parse import quote

from yarl import URL

from schemas.kinds import ObjectKey, ObjectKind

_MAX_LENGTH: Final = 2000
_VISIBLE: Final = frozenset(chr(code) for code in range(0x21, 0x7F))


class UnusableUrl(ValueError):
    """The text names what is wrong; it never repeats a password."""


def callable_url(written: str) -> URL:
    """A URL that a request can be sent to. Raises UnusableUrl."""
    if len(written) > _MAX_LENGTH or not _VISIBLE.issuperset(written):
        raise UnusableUrl(f"a URL has at most {_MAX_LENGTH} printable ASCII characters and no blank")
    try:
        url = URL(written)
    except ValueError as error:
        raise UnusableUrl("it is no URL") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise UnusableUrl("an absolute URL of http or https is needed")
    if url.user is not None or url.password is not None or url.fragment:
        raise UnusableUrl("a URL with a user, a password or a fragment is not called")
    return url


def share_origin(one: URL, other: URL) -> bool:
    """Same scheme, host and port."""
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def join(base: str, *segments: str, query: str = "") -> URL:
    """Segments are quoted wholly: an id with a slash or a dot-dot stays one segment. The query is quoted."""
    path = "/".join([_segment(segment) for segment in segments])
    root = base.rstrip("/")
    address = f"{root}/{path}" if path else root
    return URL(f"{address}?{query}" if query else address, encoded=True)


def object_url(endpoint: str, key: ObjectKey) -> URL:
    """`{endpoint}/{country_code}/{party_id}/{id}`; the type of a token goes into the query."""
    if key.kind is not ObjectKind.TOKEN:
        return join(endpoint, key.owner.country_code, key.owner.party_id, key.id)
    token_type, uid = key.id.split("/", 1)
    return join(endpoint, key.owner.country_code, key.owner.party_id, uid).update_query(type=token_type)


def _segment(text: str) -> str:
    if text.isascii() and text.isalnum():  # as nearly all are
        return text
    quoted = quote(text, safe="")
    return quoted.replace(".", "%2E") if set(text) == {"."} else quoted
