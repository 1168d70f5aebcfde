"""From a request to values that keep what its operation declares, or to a list of all that is wrong."""

from http import HTTPStatus
from typing import Final

import pydantic
from aiohttp import web
from pydantic import BaseModel

from emsp_adapter.apps.operation import JSON, Operation, Parameters
from emsp_adapter.apps.problems import Part, Refused, invalid, refused
from ocpi.errors import InvalidParameters
from ocpi.server.requests import read_body
from ocpi.wire.body import parse

LARGEST_BODY_BYTES: Final = 64 * 1024


def read_path(operation: Operation, request: web.Request) -> BaseModel:
    return _parameters(operation.path_model, dict(request.match_info), "path")


def read_query(operation: Operation, request: web.Request) -> BaseModel:
    """No parameter may stand twice: two readers could believe different ones."""
    query = request.rel_url.query
    twice = sorted({name for name in query if len(query.getall(name)) > 1})
    if twice:
        raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, "a parameter stands here once", parameter=twice[0])
    return _parameters(operation.query, dict(query), "query")


async def read_told(operation: Operation, request: web.Request) -> tuple[BaseModel | None, bytes]:
    """The body, checked, and as it came."""
    raw = await read_body(request, LARGEST_BODY_BYTES)
    if operation.body is None:
        if raw:
            raise Refused(HTTPStatus.BAD_REQUEST, "nothing is read from a body here: send none")
        return None, raw
    _check_media(request)
    try:
        parse(raw)  # refuses what the next reader lets pass: NaN, lone surrogates, a key that stands twice
        return operation.body.model_validate_json(raw), raw
    except InvalidParameters as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, error.text) from error
    except pydantic.ValidationError as error:
        raise invalid(error, "body") from error


def check_accepted(operation: Operation, request: web.Request) -> None:
    """Who asks for another kind of answer than there is would not know what to do with it."""
    accepted = ",".join(request.headers.getall("Accept", ()))
    if not accepted.strip():
        return
    ranges = [each.partition(";")[0].strip().lower() for each in accepted.split(",")]
    known = {operation.media, operation.media.partition("/")[0] + "/*", "*/*"}
    if known.isdisjoint(ranges):
        text = f"this is told as {operation.media}"
        raise refused(HTTPStatus.NOT_ACCEPTABLE, text, header="Accept")


def _check_media(request: web.Request) -> None:
    if request.content_type != JSON or "Content-Type" not in request.headers:
        raise refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a body is {JSON} here", header="Content-Type")


def _parameters(model: type[Parameters], written: dict[str, str], part: Part) -> BaseModel:
    try:
        return model.model_validate(written)
    except pydantic.ValidationError as error:
        raise invalid(error, part) from error
