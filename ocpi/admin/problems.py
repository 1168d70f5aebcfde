"""What goes wrong on the admin port, as problem+json (RFC 9457)."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
import pydantic
from aiohttp import web

from ocpi.errors import OcpiError, RequestRefused, SeveralReceivers, UnknownObject
from ocpi.partners.store import NameTaken, PartyTaken, Superseded
from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError
from ocpi.registration.named import NotNow, UnknownPartner
from ocpi.server.operator_auth import NotAnOperator
from schemas.validation import pointer

log = logger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# First match wins, so the special stand before the general.
_STATUS: Final[dict[type[Exception], HTTPStatus]] = {
    NotAnOperator: HTTPStatus.UNAUTHORIZED,
    UnknownPartner: HTTPStatus.NOT_FOUND,
    NameTaken: HTTPStatus.CONFLICT,
    PartyTaken: HTTPStatus.CONFLICT,
    Superseded: HTTPStatus.CONFLICT,
    NotNow: HTTPStatus.CONFLICT,
    UnknownObject: HTTPStatus.NOT_FOUND,
    SeveralReceivers: HTTPStatus.CONFLICT,
    RequestRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    OcpiError: HTTPStatus.BAD_GATEWAY,
    orjson.JSONDecodeError: HTTPStatus.BAD_REQUEST,
    ValueError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_HEADERS: Final[dict[HTTPStatus, Mapping[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"}
}


@web.middleware
async def problem_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return problem(HTTPStatus(error.status), error.reason, _allowed(error))
    except pydantic.ValidationError as error:
        return _invalid(error)
    except tuple(_STATUS) as error:
        status = next(status for kind, status in _STATUS.items() if isinstance(error, kind))
        return problem(status, str(error), _HEADERS.get(status, {}))
    except DriverError:
        log.exception("database failed", path=request.path)
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer as it should")
    except Exception:
        log.exception("admin request failed", path=request.path)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log says why")


def problem(
    status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> web.Response:
    body = {"title": status.phrase, "status": int(status), "detail": detail, **more}
    return web.Response(
        status=int(status),
        body=orjson.dumps(body),
        content_type="application/problem+json",
        headers=headers,
    )


def _invalid(error: pydantic.ValidationError) -> web.Response:
    """Every mistake with its place. What was sent is not repeated: it may be a secret."""
    found = [
        {"pointer": pointer(each["loc"]), "detail": each["msg"].removeprefix("Value error, ")}
        for each in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    detail = "the request body is not what is expected"
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=found)


def _allowed(error: web.HTTPException) -> Mapping[str, str]:
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
