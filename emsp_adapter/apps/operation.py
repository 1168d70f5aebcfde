"""What the API for apps offers, said once: how each thing is asked for, by whom, what goes in and comes out.

The checks of every request and the OpenAPI document are made from these declarations, so neither can say
what the other does not.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from emsp_adapter.apps.keys.key import Bound, Key, Scope

Model = TypeVar("Model", bound=BaseModel)
JSON = "application/json"
EVENTS = "text/event-stream"


class Parameters(BaseModel):
    """Of a path or a query: texts, so each type reads what it can. What nobody reads is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Body(BaseModel):
    """Of a request: JSON has types, so a number is no text and a text no number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Nothing(Parameters):
    """No parameters."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that kept every rule that was declared; `request` itself is for streams.

    `bound` is whose charging the key may see and steer.
    """

    key: Key
    bound: Bound
    request: web.Request
    path_values: BaseModel
    query_values: BaseModel
    body_values: BaseModel | None
    raw_body: bytes

    def path(self, kind: type[Model]) -> Model:
        return _as(kind, self.path_values)

    def query(self, kind: type[Model]) -> Model:
        return _as(kind, self.query_values)

    def body(self, kind: type[Model]) -> Model:
        return _as(kind, self.body_values)


@dataclass(frozen=True, slots=True)
class Answer:
    """For an operation whose answer has headers, or another status than usual."""

    value: BaseModel | None
    status: HTTPStatus | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Told: TypeAlias = BaseModel | Answer | web.StreamResponse
Does = Callable[[Asked], Awaitable[Told]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`path` stands below /api/v1; `id` is what client libraries call the operation.

    `scope` None: any good key will do. `path_model`, `query` and `body` are what is read, `answer` what is
    told in `media`, of events their data; `errors` are statuses that say why it was refused, beside those
    that every operation has. `takes_key`: the header Idempotency-Key is honoured, by whoever does the work.
    """

    method: str
    path: str
    id: str
    summary: str
    tag: str
    does: Does
    scope: Scope | None
    answer: type[BaseModel] | None = None
    about: str = ""
    status: HTTPStatus = HTTPStatus.OK
    media: str = JSON
    path_model: type[Parameters] = Nothing
    query: type[Parameters] = Nothing
    body: type[Body] | None = None
    errors: Mapping[HTTPStatus, str] = field(default_factory=dict)
    takes_key: bool = False


def _as(kind: type[Model], value: BaseModel | None) -> Model:
    if not isinstance(value, kind):
        raise TypeError(f"the operation does not declare {kind.__name__}")
    return value
