"""httpx over the shared aiohttp session, with errors that say what happened.

The transport of httpx-aiohttp closes the session it is given, and reports a refused connection, an unknown
name and a failed TLS handshake alike as a timeout. Here the session stays open, and each cause has its own
exception; all are `httpx.TransportError`s. Limits on answers are those of `egress`.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import cast

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from ocpi.process.addresses import ForbiddenAddress
from ocpi.process.witness import Left, Witness


class NameNotFound(httpx.ConnectError):
    """The host's name has no address."""


class TlsFailed(httpx.ConnectError):
    """The host did not prove who it is, or does not speak TLS that is good enough."""


class AddressForbidden(httpx.ConnectError):
    """The URL led to an address that this process may not connect to; nothing was sent."""


class AnswerNotRead(httpx.ReadError):
    """An answer that was not read to its end: too large, or compressed although nobody asked for that."""


# First match wins, so the special stand before the general.
_TOLD_APART: tuple[tuple[type[BaseException], type[httpx.TransportError]], ...] = (
    (aiohttp.ClientConnectorDNSError, NameNotFound),
    (aiohttp.ClientSSLError, TlsFailed),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ClientOSError, httpx.ReadError),
    (aiohttp.ClientPayloadError, httpx.ReadError),
)


class EgressTransport(AiohttpTransport):
    """Sends over a session that somebody else owns."""

    def __init__(
        self, session: aiohttp.ClientSession, *, tls: ssl.SSLContext, at_most_bytes: int, within_s: float
    ) -> None:
        super().__init__(verify=tls, client=session)  # TLS is the session's; this only spares making another
        self._at_most_bytes = at_most_bytes
        self._within_s = within_s

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        ends_at = asyncio.get_running_loop().time() + self._within_s
        with _told_apart():
            async with asyncio.timeout_at(ends_at):
                response = await super().handle_async_request(request)
        stream = cast("httpx.AsyncByteStream", response.stream)
        response.stream = _Body(stream, at_most_bytes=self._at_most_bytes, ends_at=ends_at)
        if (encoding := response.headers.get("Content-Encoding", "identity")) != "identity":
            await response.aclose()
            raise AnswerNotRead(f"the answer is compressed ({encoding}), which was not asked for")
        return response

    async def aclose(self) -> None:
        """Nothing to close: the session is not ours."""


class WitnessedTransport(httpx.AsyncBaseTransport):
    """Shows every request to a witness. The answer is read whole before it is handed on."""

    def __init__(self, inner: httpx.AsyncBaseTransport, witness: Witness) -> None:
        self._inner = inner
        self._witness = witness

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        left = Left(request.method, str(request.url), request.headers, request.content)
        sending = self._witness.sending(left)
        try:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        except BaseException as error:
            sending.failed(error)
            raise
        sending.answered(response.status_code, response.content)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Body(httpx.AsyncByteStream):
    """A body that ends in an error where it grows too large or is not over at `ends_at` (loop's time)."""

    def __init__(self, stream: httpx.AsyncByteStream, *, at_most_bytes: int, ends_at: float) -> None:
        self._stream = stream
        self._at_most_bytes = at_most_bytes
        self._ends_at = ends_at

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        chunks = aiter(self._stream)
        while chunk := await self._next(chunks):
            size += len(chunk)
            if size > self._at_most_bytes:
                raise AnswerNotRead(f"the answer is larger than {self._at_most_bytes} bytes")
            yield chunk

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        with _told_apart():
            async with asyncio.timeout_at(self._ends_at):
                return await anext(chunks, None)

    async def aclose(self) -> None:
        await self._stream.aclose()


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except (httpx.TransportError, aiohttp.ClientError, TimeoutError) as error:
        cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
        raise _as_httpx(error, cause) from cause


def _as_httpx(error: BaseException, cause: BaseException | None) -> BaseException:
    if isinstance(cause, aiohttp.ClientConnectorError) and isinstance(cause.os_error, ForbiddenAddress):
        return AddressForbidden(f"{cause.host}: {cause.os_error.strerror}")
    for theirs, ours in _TOLD_APART:
        if isinstance(cause, theirs):
            return ours(str(cause) or type(cause).__name__)
    return error
