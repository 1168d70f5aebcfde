"""What can go wrong between OCPI platforms, and how each trouble is told.

OcpiError                       carries the OCPI status_code and the HTTP status of the answer
├─ RequestRefused               HTTP 200 with a 2xxx status, unless a class says otherwise
│   ├─ InvalidParameters        2001; `pointer` names the part of the body that is wrong
│   │   ├─ NotOwner             HTTP 404: the party in the URL is not one of the caller's
│   │   ├─ NotRoutable          headers, method and interface name no routing scenario
│   │   └─ NotSpeakable         a version of OCPI has no words for this; the text says why
│   ├─ NotEnoughInformation     2002
│   ├─ UnknownLocation          2003
│   ├─ UnknownToken             2004, with HTTP 404
│   └─ UnknownObject            2001, with HTTP 404: a GET of nothing
│   └─ UnknownAddress           2000, with HTTP 404
├─ MalformedBody                HTTP 400: the body is no JSON at all
├─ TooSlow                      HTTP 408: the body did not arrive
├─ TooLarge                     HTTP 413
├─ Compressed                   HTTP 415
├─ NotAuthenticated             HTTP 401
├─ TooManyAttempts              HTTP 429: wrong tokens, or unknown cards, one after the other
├─ MethodNotAllowed             HTTP 405
│   ├─ NotRegistered            PUT or DELETE of credentials that do not exist
│   └─ AlreadyRegistered        POST of credentials that do
├─ PlatformFailed               3000
│   ├─ NothingStored            HTTP 503: the database is away
│   ├─ CannotUseTheirApi        3001
│   ├─ UnsupportedVersion       3002
│   └─ NoCommonEndpoints        3003
└─ DeliveryError                a request of ours did not end well; what the outbox reasons about
    ├─ SeveralReceivers         4000: openly routed, and for nobody in particular
    ├─ UnknownReceiver          4001
    ├─ TimedOut                 4002
    ├─ Unreachable              4003
    │   └─ Unregistered         2.1.1: no connection for this remote party
    ├─ Withheld                 not sent: the version of the far side has no words for it
    ├─ Rejected                 the far side answered and said no: keeps its HTTP and OCPI status
    └─ Unreadable               the far side answered something that is no OCPI

Messages name the object and what was expected; they never hold a credential.
Spec: 2.3.0 status_codes; transport_and_format, Responses.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import ClassVar


class OcpiError(Exception):
    """`text` goes into status_message of the answer, `headers` beside it."""

    status_code: ClassVar[int] = 3000
    http_status: ClassVar[HTTPStatus] = HTTPStatus.OK
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class RequestRefused(OcpiError):
    status_code = 2000


class InvalidParameters(RequestRefused):
    """`pointer` is an RFC 6901 JSON pointer into the body, or None where the body is not to blame."""

    status_code = 2001

    def __init__(self, text: str, pointer: str | None = None) -> None:
        super().__init__(text if pointer is None else f"{pointer or '/'}: {text}")
        self.pointer = pointer


class NotOwner(InvalidParameters):
    http_status = HTTPStatus.NOT_FOUND


class NotRoutable(InvalidParameters):
    pass


class NotSpeakable(InvalidParameters):
    pass


class NotEnoughInformation(RequestRefused):
    status_code = 2002


class UnknownLocation(RequestRefused):
    status_code = 2003


class UnknownToken(RequestRefused):
    status_code = 2004
    http_status = HTTPStatus.NOT_FOUND


class UnknownObject(InvalidParameters):
    http_status = HTTPStatus.NOT_FOUND


class UnknownAddress(RequestRefused):
    http_status = HTTPStatus.NOT_FOUND


class MalformedBody(OcpiError):
    status_code = 2001
    http_status = HTTPStatus.BAD_REQUEST


class TooSlow(OcpiError):
    status_code = 2000
    http_status = HTTPStatus.REQUEST_TIMEOUT


class TooLarge(OcpiError):
    status_code = 2001
    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Compressed(OcpiError):
    status_code = 2000
    http_status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class NotAuthenticated(OcpiError):
    status_code = 2000
    http_status = HTTPStatus.UNAUTHORIZED
    headers = MappingProxyType({"WWW-Authenticate": "Token"})


class TooManyAttempts(OcpiError):
    status_code = 2000
    http_status = HTTPStatus.TOO_MANY_REQUESTS
    headers = MappingProxyType({"Retry-After": "60"})


class MethodNotAllowed(OcpiError):
    status_code = 2000
    http_status = HTTPStatus.METHOD_NOT_ALLOWED

    def __init__(self, text: str, allowed: Iterable[str]) -> None:
        super().__init__(text)
        self.headers = {"Allow": ", ".join(sorted(allowed))}


class NotRegistered(MethodNotAllowed):
    def __init__(self, text: str) -> None:
        super().__init__(text, ("GET", "POST"))


class AlreadyRegistered(MethodNotAllowed):
    def __init__(self, text: str) -> None:
        super().__init__(text, ("GET", "PUT", "DELETE"))


class PlatformFailed(OcpiError):
    status_code = 3000


class NothingStored(PlatformFailed):
    http_status = HTTPStatus.SERVICE_UNAVAILABLE


class CannotUseTheirApi(PlatformFailed):
    status_code = 3001


class UnsupportedVersion(PlatformFailed):
    status_code = 3002


class NoCommonEndpoints(PlatformFailed):
    status_code = 3003


class DeliveryError(OcpiError):
    status_code = 4000


class SeveralReceivers(DeliveryError):
    pass


class UnknownReceiver(DeliveryError):
    status_code = 4001


class TimedOut(DeliveryError):
    status_code = 4002


class Unreachable(DeliveryError):
    status_code = 4003


class Unregistered(Unreachable):
    """One connection of a partner of 2.1.1 is missing; others that it has may be well."""


class Rejected(DeliveryError):
    """The far side's own word: its HTTP status, its OCPI status (None without an envelope), its text."""

    def __init__(self, text: str, *, http: int, ocpi: int | None, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.http = http
        self.ocpi = ocpi
        self.retry_after_s = retry_after_s


class Withheld(DeliveryError):
    pass


class Unreadable(DeliveryError):
    pass
