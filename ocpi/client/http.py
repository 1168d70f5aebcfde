"""One request to one partner, over the shared egress: ids, token, deadline, and trouble by name.

Used where every microsecond counts (relay, delivery, authorization). What the partner answered is
returned as it came; `accepted` turns it into an envelope or into the DeliveryError that it means.
Spec: 2.3.0 transport_and_format.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final, NamedTuple

import aiohttp
from yarl import URL

from ocpi.errors import DeliveryError, Rejected, TimedOut, Unreachable
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.wire import envelope, spelling
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import NOWHERE, MessageIds, Routing
from ocpi.wire.quirks import NONE, Quirks
from ocpi.wire.status import is_success

LONGEST_RETRY_AFTER_S: Final = 3600.0
_MAX_QUOTED: Final = 200


class Outgoing(NamedTuple):
    """`quirks` are those of whoever is asked. `is_verbatim`: they wrote the URL, and it is called so."""

    method: str
    url: URL
    token: CredentialsToken
    ids: MessageIds
    deadline: datetime
    routing: Routing = NOWHERE
    body: bytes | None = None
    quirks: Quirks = NONE
    is_verbatim: bool = False

    def headers(self) -> dict[str, str]:
        shown = spelling.authorization(self.token, self.quirks)
        fields = {"Authorization": shown, **self.ids.write(), **self.routing.write()}
        return fields if self.body is None else {**fields, "Content-Type": envelope.CONTENT_TYPE}

    def spelled_url(self) -> URL:
        return self.url if self.is_verbatim or not self.quirks else spelling.url_for(self.url, self.quirks)

    def spelled_body(self) -> bytes | None:
        return (
            self.body if self.body is None or not self.quirks else spelling.body_for(self.body, self.quirks)
        )


class Received(NamedTuple):
    http: int
    headers: Mapping[str, str]
    body: bytes


async def send(egress: Egress, clock: Clock, request: Outgoing) -> Received:
    """Raises TimedOut at the deadline, Unreachable when no connection came about or it broke."""
    remaining_s = (request.deadline - clock.now()).total_seconds()
    if remaining_s <= 0:
        raise TimedOut(f"no time is left to ask {request.url.host}")
    try:
        answer = await egress.send(
            request.method,
            request.spelled_url(),
            headers=request.headers(),
            body=request.spelled_body(),
            within_s=remaining_s,
        )
    except TimeoutError as error:
        raise TimedOut(f"{request.url.host} did not answer in time") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:  # a host name can be no name at all
        raise Unreachable(f"{request.url.host} cannot be reached: {type(error).__name__}") from error
    return Received(answer.status, answer.headers, answer.body)


def accepted(received: Received) -> envelope.Envelope:
    """The envelope of a success. Raises Rejected for any other status, Unreadable for what is no OCPI."""
    if received.http >= HTTPStatus.BAD_REQUEST:
        raise _rejection(received)
    answer = envelope.read(received.body)
    if not is_success(answer.status_code):
        raise _rejection(received)
    return answer


def _rejection(received: Received) -> Rejected:
    status, message = _told(received.body)
    return Rejected(
        (message or f"HTTP {received.http}")[:_MAX_QUOTED],
        http=received.http,
        ocpi=status,
        retry_after_s=_seconds(received.headers.get("Retry-After")),
    )


def _told(body: bytes) -> tuple[int | None, str | None]:
    try:
        answer = envelope.read(body)
    except DeliveryError:
        return None, None
    return answer.status_code, answer.status_message


def _seconds(written: str | None) -> float | None:
    """A number of seconds, up to an hour; a date is not read."""
    if not written or not (written.isascii() and written.isdigit()):
        return None
    return min(float(written), LONGEST_RETRY_AFTER_S)
