"""The one way out: every HTTP request that this process sends to somebody else.

One pooled aiohttp session under one policy. Addresses are judged by `addresses` as each socket is made. No
redirect is followed and no cookie kept, so that a partner's token goes to the host it is for and nowhere
else. No proxy or password is taken from the environment. Answers are asked for without compression and read
up to a limit: a small answer that unpacks into a large one cannot fill the memory.
"""

import errno
import http.cookiejar
import math
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import metadata
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
import httpx
from multidict import CIMultiDictProxy
from yarl import URL

from ocpi.process import logs
from ocpi.process.addresses import ForbiddenAddress, Network, Policy
from ocpi.process.egress_httpx import EgressTransport, WitnessedTransport
from ocpi.process.witness import NOBODY, Left, Witness

WITHIN_S = 30.0
CONNECT_WITHIN_S = 5.0
AT_MOST_BYTES = 5_000_000
AT_ONCE = 256
AT_ONCE_PER_HOST = 32  # one slow partner leaves room for the others
_HEADERS = {"User-Agent": f"passerelle/{metadata.version('passerelle')}", "Accept-Encoding": "identity"}
_NO_COOKIES = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])

_log = logs.logger(__name__)


@lru_cache(maxsize=4096)
def _timeout(within_cs: int) -> aiohttp.ClientTimeout:
    """By the hundredth of a second, so that the same few serve: making one costs more than finding it."""
    return aiohttp.ClientTimeout(total=within_cs / 100, sock_connect=CONNECT_WITHIN_S)


@cache
def _trusting_the_usual() -> ssl.SSLContext:
    """Whom the machine trusts; to read that takes a while."""
    return ssl.create_default_context()


class AnswerRefused(aiohttp.ClientPayloadError):
    """An answer that was not read to its end: too large, or compressed although nobody asked for that."""


class Answer(NamedTuple):
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


class Egress:
    """The outgoing side of a process. Made inside a running loop; a context manager, or ended by `close`.

    `witness` is shown every request and its end.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        allowed_networks: Sequence[Network] = (),
        tls: ssl.SSLContext | None = None,
        at_most_bytes: int = AT_MOST_BYTES,
        trace_configs: Iterable[aiohttp.TraceConfig] = (),
        witness: Witness = NOBODY,
    ) -> None:
        self._policy = Policy(allow_private=allow_private, allowed_networks=allowed_networks)
        self._tls = tls or _trusting_the_usual()
        self._at_most_bytes = at_most_bytes
        self._witness = witness
        self._session = self._open_session(trace_configs)
        if allow_private:
            _log.warning("outgoing requests may reach private networks", meant_for="development only")

    def _open_session(self, trace_configs: Iterable[aiohttp.TraceConfig]) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=AT_ONCE, limit_per_host=AT_ONCE_PER_HOST, ssl=self._tls, socket_factory=self._socket
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            auto_decompress=False,
            trust_env=False,
            trace_configs=list(trace_configs),
        )

    @property
    def tls(self) -> ssl.SSLContext:
        return self._tls

    def objection(self, address: str, port: int) -> str | None:
        """Why no connection is made to this IP address; None if one is."""
        return self._policy.objection(address, port)

    async def send(
        self,
        method: str,
        url: str | URL,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        within_s: float = WITHIN_S,
    ) -> Answer:
        """Send one request and read the whole answer, whatever its status; redirects are answers like others.

        Raises ForbiddenAddress, AnswerRefused, TimeoutError after `within_s`, and aiohttp.ClientError.
        """
        if self._witness is NOBODY:
            return await self._answer(method, url, headers, body, within_s)
        sending = self._witness.sending(Left(method, url, headers or {}, body))
        try:
            answer = await self._answer(method, url, headers, body, within_s)
        except BaseException as error:
            sending.failed(error)
            raise
        sending.answered(answer.status, answer.body)
        return answer

    async def _answer(
        self,
        method: str,
        url: str | URL,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        within_s: float,
    ) -> Answer:
        try:
            async with self._session.request(
                method,
                url,
                headers=headers,
                data=body,
                timeout=_timeout(math.ceil(within_s * 100)),
                allow_redirects=False,
            ) as response:
                return Answer(response.status, response.headers, await self._read(response))
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, ForbiddenAddress):
                raise error.os_error from error
            raise

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if (encoding := response.headers.get("Content-Encoding", "identity")) != "identity":
            response.close()
            raise AnswerRefused(f"the answer is compressed ({encoding}), which was not asked for")
        if response.content_length is not None and response.content_length <= self._at_most_bytes:
            return await response.read()
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._at_most_bytes:
                response.close()
                raise AnswerRefused(f"the answer is larger than {self._at_most_bytes} bytes")
        return bytes(body)

    def httpx_client(self, *, within_s: float = WITHIN_S) -> httpx.AsyncClient:
        """An httpx client over the same session, policy and limits; closing it leaves the session open.

        `within_s` is for a request altogether, from connecting to the end of its answer. For its errors
        see `egress_httpx`.
        """
        transport = EgressTransport(
            self._session, tls=self._tls, at_most_bytes=self._at_most_bytes, within_s=within_s
        )
        return httpx.AsyncClient(
            transport=transport if self._witness is NOBODY else WitnessedTransport(transport, self._witness),
            timeout=httpx.Timeout(within_s, connect=CONNECT_WITHIN_S),
            headers=_HEADERS,
            cookies=http.cookiejar.CookieJar(_NO_COOKIES),
        )

    def _socket(self, address: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        """A socket for a resolved address (family, type, protocol, name, (host, port, …)), if allowed."""
        family, kind, protocol, _, target = address
        host, port = target[:2]
        if objection := self._policy.objection(host, port):
            _log.warning("outgoing connection refused", address=host, port=port, reason=objection)
            raise ForbiddenAddress(errno.EACCES, objection)  # one text for all: errors that differ are merged
        return socket.socket(family, kind, protocol)

    async def close(self) -> None:
        await self._session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()
