"""What is sent, spelled as a partner with quirks reads it: token, URL, body.

Dates in a body are found by their exact shape inside of quotation marks, so objects that are passed on by
the byte are spelled too, and every other byte stays.
Spec: 2.3.0 transport_and_format, Authorization header; types, DateTime.
"""

import base64
import re
from typing import Final

from yarl import URL

from ocpi.wire.credentials_token import SCHEME, CredentialsToken
from ocpi.wire.quirks import Quirk, Quirks

_SECONDS: Final = rb'("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d'
_FRACTION: Final = re.compile(_SECONDS + rb')\.\d+Z"')
_ZONE: Final = re.compile(_SECONDS + rb'(?:\.\d+)?)Z"')
_DATES: Final = frozenset({Quirk.DATES_WITHOUT_ZONE, Quirk.DATES_WITH_OFFSET, Quirk.WHOLE_SECONDS})
_IN_QUERIES: Final = ("date_from", "date_to")


def authorization(token: CredentialsToken, quirks: Quirks) -> str:
    """The value of the header."""
    if Quirk.RAW_TOKEN in quirks:
        return SCHEME + token.reveal()
    if Quirk.NEWLINE_TOKEN in quirks:
        return SCHEME + base64.b64encode(f"{token.reveal()}\n".encode()).decode()
    return token.header()


def url_for(url: URL, quirks: Quirks) -> URL:
    """A URL of our own making; what a partner wrote is called as it stands."""
    if Quirk.TRAILING_SLASH in quirks and not url.raw_path.endswith("/"):
        url = _with_slash(url)
    if "type" in url.query:
        url = _with_token_type(url, quirks)
    return _with_dates(url, quirks) if quirks & _DATES else url


def body_for(body: bytes, quirks: Quirks) -> bytes:
    if Quirk.WHOLE_SECONDS in quirks:
        body = _FRACTION.sub(rb'\1Z"', body)
    if Quirk.DATES_WITHOUT_ZONE in quirks:
        return _ZONE.sub(rb'\1"', body)
    return _ZONE.sub(rb'\1+00:00"', body) if Quirk.DATES_WITH_OFFSET in quirks else body


def _with_slash(url: URL) -> URL:
    query = f"?{url.raw_query_string}" if url.raw_query_string else ""
    return URL(f"{url.with_query(None)}/{query}", encoded=True)


def _with_token_type(url: URL, quirks: Quirks) -> URL:
    if not quirks & {Quirk.NO_TOKEN_TYPE, Quirk.TYPE_AS_TOKEN_TYPE}:
        return url
    rest = url.without_query_params("type")
    return rest if Quirk.NO_TOKEN_TYPE in quirks else rest.update_query(token_type=url.query["type"])


def _with_dates(url: URL, quirks: Quirks) -> URL:
    dates = {name: url.query[name] for name in _IN_QUERIES if name in url.query}
    spelled = {name: body_for(f'"{date}"'.encode(), quirks)[1:-1].decode() for name, date in dates.items()}
    return url.update_query(spelled) if spelled else url
