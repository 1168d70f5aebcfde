"""One request to the platform and its answer, read with the suspicion that the platform deserves.

Whatever cannot be read as the specification has it is Wrong, with a text that says what came instead. Secrets
are blotted out wherever an exchange is shown.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ocpi.wire.status import is_success

_TOKEN: Final = re.compile(r'("token"\s*:\s*")[^"]*"')
_SHOWN: Final = 400
_MESSAGE: Final = 120


class Wrong(Exception):
    """The platform does otherwise than the specification asks."""


class NothingToSee(Exception):
    """The case could not be looked at here, and why."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """`sent` is the body of the request, `http`, `headers` and `body` are the answer."""

    method: str
    url: str
    sent: bytes | None
    http: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise Wrong(f"the body of the answer (HTTP {self.http}) is no JSON") from error
        if not isinstance(value, dict):
            raise Wrong("the answer is no envelope: an object with status_code and timestamp is expected")
        return value

    @property
    def status(self) -> int:
        status = self.envelope.get("status_code")
        if not isinstance(status, int) or isinstance(status, bool):
            raise Wrong(f"status_code is {status!r}: a number is expected")
        return status

    @property
    def data(self) -> Any:
        return self.envelope.get("data")

    @property
    def is_success(self) -> bool:
        return 200 <= self.http < 300 and is_success(self.status)  # noqa: PLR2004 - HTTP success

    def told(self) -> str:
        """HTTP status, OCPI status and message in a few words, as far as they can be read."""
        try:
            message = self.envelope.get("status_message")
            words = f"HTTP {self.http} with status_code {self.status}"
        except Wrong:
            return f"HTTP {self.http} without an envelope"
        return f"{words} ({str(message)[:_MESSAGE]})" if message else words

    def shown(self) -> dict[str, str]:
        """For a report: what was sent and what came, in short and without tokens."""
        sent = f"{self.method} {self.url}"
        return {
            "sent": f"{sent} {_text(self.sent)}" if self.sent is not None else sent,
            "came": f"HTTP {self.http} {_text(self.body)}",
        }


def _text(body: bytes) -> str:
    text = _TOKEN.sub(r'\1…"', body.decode(errors="replace"))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
