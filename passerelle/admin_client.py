"""Speaks to the admin port of a running service, as the operator whose key file this machine holds."""

import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx

from ocpi.process.clock import Clock
from ocpi.server.operator_auth import issue
from schemas import codec

TIMEOUT_S: Final = 60.0


class AdminRefused(Exception):
    """The service said no, or was not there; the text is one line for the operator."""


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

    def delete(self, path: str) -> Any:
        return self._call("DELETE", path)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {issue(self.key, 'command line', self.clock.now())}"}
        try:
            response = httpx.request(
                method,
                f"{self.url}/admin/v1{path}",
                headers=headers,
                timeout=TIMEOUT_S,
                trust_env=False,
                verify=trusted(),
                **more,
            )
        except httpx.HTTPError as error:
            raise AdminRefused(
                f"the service at {self.url} does not answer ({error}); is it running?"
            ) from error
        if response.is_error:
            raise AdminRefused(_told(response))
        return codec.decode(response.content) if response.content else None


@cache
def trusted() -> ssl.SSLContext:
    """Read once: the certificates of this machine take longer to read than a call takes."""
    return httpx.create_ssl_context(trust_env=False)


def _told(response: httpx.Response) -> str:
    """The detail of a problem document, with every pointer that it names."""
    try:
        problem = response.json()
    except ValueError:
        return f"HTTP {response.status_code}"
    where = [f"{each['pointer'] or '/'} {each['detail']}" for each in problem.get("errors", ())]
    return "; ".join([str(problem.get("detail", f"HTTP {response.status_code}")), *where])
