"""What goes wrong in the API for apps, as problem+json: every mistake with its place.

A place is a JSON pointer into the body, or the name of a parameter or of a header. What was sent is never
repeated: it may be a secret. 400 is no HTTP or JSON, 422 breaks what the OpenAPI document says, 404 names
what is not there (or not for this key), and 409 is what cannot be done as things are.
Spec: RFC 9457; RFC 6901.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, Literal

import pydantic
from aiohttp import web
from pydantic import BaseModel

from ocpi.errors import InvalidParameters, OcpiError, RequestRefused, TimedOut, UnknownObject
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError
from schemas import codec
from schemas.validation import pointer

log = logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Part = Literal["body", "query", "path"]
MEDIA: Final = "application/problem+json"
_SHORT_WAIT: Final = {"Retry-After": "5"}


class Mistake(BaseModel):
    """One thing that is wrong: at `pointer` of the body, in `parameter` of the address, or in `header`."""

    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None
    detail: str


class Problem(BaseModel):
    """RFC 9457: `type` is about:blank, so `title` is that of the status."""

    title: str
    status: int
    detail: str
    errors: list[Mistake] = []


class Refused(Exception):
    """An answer that is a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        mistakes: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.mistakes = tuple(mistakes)
        self.headers = dict(headers or {})


def refused(status: HTTPStatus, detail: str, **place: str) -> Refused:
    """With one mistake, of which `place` is the pointer, parameter or header."""
    return Refused(status, detail, [Mistake(detail=detail, **place)])


def invalid(error: pydantic.ValidationError, part: Part) -> Refused:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    mistakes = [_mistake(each["loc"], each["msg"].removeprefix("Value error, "), part) for each in found]
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"the {part} is not what is expected", mistakes)


def _mistake(where: Sequence[str | int], text: str, part: Part) -> Mistake:
    if part == "body":
        return Mistake(pointer=pointer(where), detail=text)
    return Mistake(parameter=str(where[0]) if where else None, detail=text)


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - the request's door: nothing may pass it unanswered
        return answer(_problem(error, request))


def answer(problem: Refused) -> web.Response:
    told = Problem(
        title=problem.status.phrase,
        status=int(problem.status),
        detail=problem.detail,
        errors=list(problem.mistakes),
    )
    return web.Response(
        status=int(problem.status),
        body=codec.encode(told.model_dump(exclude_none=True, exclude_defaults=True)),
        content_type=MEDIA,
        headers=problem.headers,
    )


def _problem(error: Exception, request: web.Request) -> Refused:
    match error:
        case Refused():
            return error
        case web.HTTPException():
            allowed = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            return Refused(HTTPStatus(error.status), HTTPStatus(error.status).description, headers=allowed)
        case OcpiError():
            return _of_ocpi(error)
        case DriverError():
            log.error("database failed", exc_info=error, path=request.path)
            text = "the database does not answer as it should: ask again in a moment"
            return Refused(HTTPStatus.SERVICE_UNAVAILABLE, text, headers=_SHORT_WAIT)
        case _:
            log.error("request of an app failed", exc_info=error, path=request.path)
            return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log says why")


def _of_ocpi(error: OcpiError) -> Refused:
    """A request that is well formed, and of which nothing can come as things are: 409. A far side that does
    not do its part: 502, 504.
    """
    match error:
        case UnknownObject():
            return Refused(HTTPStatus.NOT_FOUND, error.text)
        case InvalidParameters(pointer=str(where)):
            text = error.text.removeprefix(f"{where or '/'}: ")
            return refused(HTTPStatus.CONFLICT, text, pointer=where)
        case _ if error.http_status >= HTTPStatus.BAD_REQUEST:
            return Refused(error.http_status, error.text, headers=error.headers)
        case RequestRefused():
            return Refused(HTTPStatus.CONFLICT, error.text)
        case TimedOut():
            return Refused(HTTPStatus.GATEWAY_TIMEOUT, error.text)
        case _:
            return Refused(HTTPStatus.BAD_GATEWAY, error.text)
