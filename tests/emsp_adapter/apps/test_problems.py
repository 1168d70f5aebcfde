"""Which status an error of the rooms below becomes, and how much of it is told."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from emsp_adapter.apps.problems import problem_middleware
from ocpi.errors import (
    InvalidParameters,
    NotSpeakable,
    OcpiError,
    TimedOut,
    TooLarge,
    UnknownObject,
    UnknownReceiver,
    Unreachable,
)
from ocpi.process.mongo import DriverError
from schemas import codec


async def told(error: Exception) -> tuple[web.Response, dict[str, Any]]:
    async def handler(_: web.Request) -> web.StreamResponse:
        raise error

    response = await problem_middleware(make_mocked_request("GET", "/api/v1/key"), handler)
    assert isinstance(response, web.Response)
    assert isinstance(response.body, bytes)
    body = codec.decode(response.body)
    assert isinstance(body, dict)
    return response, body


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidParameters("no agreement"), 409),
        (NotSpeakable("2.1.1 has no words for it"), 409),
        (UnknownObject("no such errand"), 404),
        (TooLarge("the body is larger"), 413),
        (TimedOut("no answer"), 504),
        (Unreachable("nobody there"), 502),
        (UnknownReceiver("no way to it"), 502),
        (DriverError("primary is gone"), 503),
        (ValueError("a secret: 04AA"), 500),
    ],
)
async def test_each_error_has_its_status(error: Exception, status: int) -> None:
    response, body = await told(error)
    assert (response.status, body["status"]) == (status, status)
    assert response.content_type == "application/problem+json"
    if isinstance(error, OcpiError):
        assert body["detail"] == error.text


async def test_what_is_wrong_in_a_body_keeps_its_pointer_and_says_it_once() -> None:
    _, body = await told(InvalidParameters("a reservation ends in the future", pointer="/expiry_date"))
    told_once = {"pointer": "/expiry_date", "detail": "a reservation ends in the future"}
    assert (body["detail"], body["errors"]) == ("a reservation ends in the future", [told_once])


async def test_a_failure_of_our_own_tells_nothing_of_itself() -> None:
    _, failed = await told(ValueError("a secret: 04AA"))
    response, away = await told(DriverError("mongodb://admin:secret@db"))
    assert "secret" not in f"{failed} {away}"
    assert response.headers["Retry-After"] == "5"
