"""The `response_url` of a request, and the same request with another one in its place.

It stands in the body, or in the query where there is no body. All around it stays to the byte.
Spec: 2.3.0 mod_commands, Receiver Interface; mod_charging_profiles, GET, PUT and DELETE method.
"""

import json
from dataclasses import replace
from typing import Final
from urllib.parse import quote, unquote_plus

from yarl import URL

from ocpi.errors import InvalidParameters
from ocpi.server.call import Call
from ocpi.wire.urls import UnusableUrl, callable_url
from schemas import codec

NAME: Final = "response_url"
_POINTER: Final = f"/{NAME}"
_reader: Final = json.JSONDecoder(parse_int=str, parse_float=str)  # numbers are not read, however long


def response_url(call: Call) -> URL:
    """Raises InvalidParameters where there is none that can be called."""
    written = call.query.get(NAME) if _is_in_query(call) else call.json_object().get(NAME)
    if not isinstance(written, str) or not written:
        raise InvalidParameters("the result needs an address to go to", pointer=_POINTER)
    try:
        return callable_url(written)
    except UnusableUrl as error:
        raise InvalidParameters(str(error), pointer=_POINTER) from error


def redirected(call: Call, url: str) -> Call:
    """The call with this address for its result. It has one already."""
    if _is_in_query(call):
        return replace(call, url=_with_parameter(call.url, url))
    return replace(call, body=with_member(call.body, NAME, url))


def with_member(body: bytes, name: str, text: str) -> bytes:
    """A JSON object with another text in a member that it has; every other byte stays."""
    written = body.decode()
    begin, end = _span(written, name)
    return written[:begin].encode() + codec.encode(text) + written[end:].encode()


def _span(written: str, name: str) -> tuple[int, int]:
    """Where the value of a member of the outermost object begins and ends."""
    at = written.index("{") + 1
    while True:
        key, at = _reader.raw_decode(written, written.index('"', at))
        colon = written.index(":", at)
        begin = colon + 1 + _blanks(written[colon + 1 :])
        _, at = _reader.raw_decode(written, begin)
        if key == name:
            return begin, at


def _blanks(text: str) -> int:
    return len(text) - len(text.lstrip(" \t\r\n"))


def _with_parameter(url: URL, text: str) -> URL:
    pairs = url.raw_query_string.split("&")
    told = [f"{NAME}={quote(text, safe='')}" if _is_named(pair) else pair for pair in pairs]
    return URL(f"{url.with_query(None)}?{'&'.join(told)}", encoded=True)


def _is_named(pair: str) -> bool:
    return unquote_plus(pair.partition("=")[0]) == NAME


def _is_in_query(call: Call) -> bool:
    return call.method in ("GET", "DELETE")
