"""Speaks to the admin port of a running service, as the operator whose key file this machine holds."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx

from ocpi.process.clock import Clock
from ocpi.server.operator_auth import issue
from schemas import codec

TIMEOUT_S: Final = 60.0


class AdminRefused(Exception):
    """The service said no, or was not there; the text is one line for the operator.

    `flaws` are the mistakes of a file that was sent, each with `line`, `column` and `text`.
    """

    def __init__(self, text: str, flaws: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(text)
        self.flaws = flaws


@dataclass(frozen=True, slots=True)
class AdminClient:
    """`url` is the admin address of one service, `key` its operator key."""

    url: str
    key: str
    clock: Clock

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", path, json=body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", path, json=body)

    def upload(self, path: str, body: BinaryIO, **query: str) -> Iterator[Any]:
        """The lines of JSON by which the service tells how far it is with a file."""
        with self._streamed("POST", path, params=query, content=body) as response:
            for line in response.iter_lines():
                yield codec.decode(line.encode())

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path)

    def save(self, path: str, file: Path, **query: str) -> httpx.Headers:
        """Write what is answered into a file, however long it is; the file is there once it is whole."""
        part = file.with_name(f"{file.name}.part")
        with self._streamed("GET", path, params=query) as response:
            with part.open("wb") as to:
                to.writelines(response.iter_bytes())
            headers = response.headers
        part.replace(file)
        return headers

    def _call(self, method: str, path: str, **more: Any) -> Any:
        with self._unanswered():
            response = httpx.request(method, f"{self.url}/admin/v1{path}", **self._usual(), **more)
        if response.is_error:
            raise _refusal(response)
        return codec.decode(response.content) if response.content else None

    @contextmanager
    def _streamed(self, method: str, path: str, **more: Any) -> Iterator[httpx.Response]:
        url = f"{self.url}/admin/v1{path}"
        with self._unanswered(), httpx.stream(method, url, **self._usual(), **more) as response:
            if response.is_error:
                response.read()
                raise _refusal(response)
            yield response

    @contextmanager
    def _unanswered(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            raise AdminRefused(
                f"the service at {self.url} does not answer ({error}); is it running?"
            ) from error

    def _usual(self) -> dict[str, Any]:
        bearer = issue(self.key, "command line", self.clock.now())
        headers = {"Authorization": f"Bearer {bearer}"}
        return {"headers": headers, "timeout": TIMEOUT_S, "trust_env": False, "verify": trusted()}


@cache
def trusted() -> ssl.SSLContext:
    """Read once: the certificates of this machine take longer to read than a call takes."""
    return httpx.create_ssl_context(trust_env=False)


def _refusal(response: httpx.Response) -> AdminRefused:
    """The detail of a problem document, with every pointer that it names."""
    try:
        problem = response.json()
    except ValueError:
        return AdminRefused(f"HTTP {response.status_code}")
    where = [f"{each['pointer'] or '/'} {each['detail']}" for each in problem.get("errors", ())]
    detail = str(problem.get("detail", f"HTTP {response.status_code}"))
    return AdminRefused("; ".join([detail, *where]), problem.get("flaws", ()))
