"""Reading an HTTP request no further than it can be trusted: bounded in size and time, uncompressed.

Spec: 2.3.0 transport_and_format, JSON / HTTP implementation guide.
"""

import asyncio
from typing import Final

from aiohttp import HttpVersion11, web
from aiohttp.web_protocol import RequestPayloadError

from ocpi.errors import Compressed, InvalidParameters, MalformedBody, TooLarge, TooSlow
from ocpi.process.run import LARGEST_BODY_BYTES

EXPECT: Final = "Expect"
BODY_WITHIN_S: Final = 15.0


async def expected(request: web.BaseRequest) -> None:
    """Who asks whether to send its body is told to; nothing else that one may expect is known here."""
    if request.version == HttpVersion11 and request.headers[EXPECT].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer has not begun


async def read_body(request: web.BaseRequest, largest: int = LARGEST_BODY_BYTES) -> bytes:
    """Raises TooLarge, TooSlow, Compressed, MalformedBody.

    Of a body without a length no more is read than the site allows, which is to be `largest` too.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Compressed("a compressed body is not read: send it as it is")
    if (request.content_length or 0) > largest:
        raise _too_large(largest)
    if not request.body_exists:
        return b""
    try:
        if request.content.is_eof():  # all of it is here: no clock is needed
            return await request.read()
        async with asyncio.timeout(BODY_WITHIN_S):
            return await request.read()
    except TimeoutError as error:
        raise TooSlow(f"the body did not arrive within {BODY_WITHIN_S:.0f} s") from error
    except web.HTTPRequestEntityTooLarge as error:
        raise _too_large(largest) from error
    except (RequestPayloadError, ConnectionError) as error:
        raise MalformedBody("the body ended before it was whole") from error


def _too_large(largest: int) -> TooLarge:
    return TooLarge(f"the body is larger than {largest} bytes")


def read_query(request: web.BaseRequest) -> dict[str, str]:
    """The query, in which no parameter may stand twice: two readers could believe different ones."""
    query = request.rel_url.query
    if len(query) != len(set(query)):
        raise InvalidParameters("a query parameter stands twice")
    return dict(query)
