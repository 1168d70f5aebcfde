"""The OpenAPI 3.1 document of the API, made from what the operations declare.

Schemas are those by which requests are read and answers are written. The document is the same in every
process of one version, byte for byte.
Spec: OpenAPI 3.1.1; JSON Schema 2020-12.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from emsp_adapter.apps.operation import EVENTS, JSON, Operation, Parameters
from emsp_adapter.apps.problems import MEDIA, Problem

Json = dict[str, Any]
_Mode = Literal["validation", "serialization"]
_SCHEMAS: Final = "#/components/schemas/{model}"
_PROBLEM: Final = "#/components/responses/Problem"
_ALWAYS: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_KEY_HEADER: Final[Json] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key within a day gets the answer of the first time, and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
}
_EVENT_HEADER: Final[Json] = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "The id of the event that was heard last: what is known is not told again.",
    "schema": {"type": "string"},
}


def document(operations: Sequence[Operation]) -> Json:
    schemas = _Schemas(operations)
    paths: dict[str, Json] = {}
    for each in sorted(operations, key=lambda each: (each.path, each.method)):
        paths.setdefault(each.path, {})[each.method.lower()] = dict(_operation(each, schemas))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Passerelle eMSP",
            "version": version("passerelle"),
            "description": "For apps and back offices of an issuer of mobility cards.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {"Problem": {"description": "Refused; why.", "content": _content(schemas, Problem)}},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


class _Schemas:
    """All models at once, so that two of the same name get two names."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        told = {each.answer for each in operations if each.answer} | {Problem}
        read = {model for each in operations for model in (each.path_model, each.query, each.body) if model}
        wanted: list[tuple[type[BaseModel], _Mode]] = [
            *((model, "validation") for model in sorted(read, key=_name)),
            *((model, "serialization") for model in sorted(told, key=_name)),
        ]
        self._refs, whole = models_json_schema(wanted, ref_template=_SCHEMAS)
        parameters = {self._named(each) for each in read if issubclass(each, Parameters)}
        self._all: Json = whole.get("$defs", {})
        self.components = {name: value for name, value in self._all.items() if name not in parameters}

    def ref(self, model: type[BaseModel], mode: _Mode) -> Json:
        return self._refs[model, mode]

    def properties(self, model: type[Parameters]) -> Iterator[tuple[str, Json, bool]]:
        """Name, schema, and whether it is needed."""
        schema = self._all[self._named(model)]
        for name, value in schema.get("properties", {}).items():
            yield name, value, name in schema.get("required", ())

    def _named(self, model: type[BaseModel]) -> str:
        return str(self._refs[model, "validation"]["$ref"]).rpartition("/")[2]


def _name(model: type[BaseModel]) -> str:
    return f"{model.__module__}.{model.__qualname__}"


def _operation(operation: Operation, schemas: _Schemas) -> Iterator[tuple[str, Any]]:
    yield "operationId", operation.id
    yield "summary", operation.summary
    yield "tags", [operation.tag]
    if about := " ".join(_about(operation)):
        yield "description", about
    yield "parameters", list(_parameters(operation, schemas))
    if operation.body is not None:
        schema = schemas.ref(operation.body, "validation")
        yield "requestBody", {"required": True, "content": {JSON: {"schema": schema}}}
    yield "responses", dict(_responses(operation, schemas))


def _about(operation: Operation) -> Iterator[str]:
    if operation.about:
        yield operation.about
    if operation.scope is not None:
        yield f"Needs the scope `{operation.scope}`."


def _parameters(operation: Operation, schemas: _Schemas) -> Iterator[Json]:
    for place, model in (("path", operation.path_model), ("query", operation.query)):
        for name, schema, is_needed in schemas.properties(model):
            yield {
                "name": name,
                "in": place,
                "required": is_needed,
                **({"description": schema["description"]} if "description" in schema else {}),
                "schema": _without_null(schema),
            }
    if operation.takes_key:
        yield _KEY_HEADER
    if operation.media == EVENTS:
        yield _EVENT_HEADER


def _without_null(schema: Json) -> Json:
    """A parameter is there or not; it is never null, and its absence is told by `required`."""
    kept = {name: value for name, value in schema.items() if name not in ("title", "description")}
    if kept.get("default", ...) is None:
        del kept["default"]
    choices = [each for each in kept.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        return {**{name: value for name, value in kept.items() if name != "anyOf"}, **choices[0]}
    return {**kept, "anyOf": choices} if choices else kept


def _responses(operation: Operation, schemas: _Schemas) -> Iterator[tuple[str, Json]]:
    told: Json = {"description": operation.status.description or operation.status.phrase}
    if operation.answer is not None:
        schema = schemas.ref(operation.answer, "serialization")
        told["content"] = {
            operation.media: {"schema": _event(schema) if operation.media == EVENTS else schema}
        }
    yield str(int(operation.status)), told
    if operation.media == EVENTS:
        yield "204", {"description": "Nothing more will happen: do not ask again."}
    for status in sorted({*_ALWAYS, *operation.errors} - {operation.status}):
        yield str(int(status)), _refusal(operation, status)


def _event(data: Json) -> Json:
    """What a parser of server-sent events makes of each."""
    texts = {name: {"type": "string"} for name in ("id", "event")}
    told = {"type": "string", "contentMediaType": JSON, "contentSchema": data}
    return {"type": "object", "properties": {**texts, "data": told}, "required": ["id", "event", "data"]}


def _refusal(operation: Operation, status: HTTPStatus) -> Json:
    why = operation.errors.get(status)
    return {"$ref": _PROBLEM, **({"description": why} if why else {})}


def _content(schemas: _Schemas, model: type[BaseModel]) -> Json:
    return {MEDIA: {"schema": schemas.ref(model, "serialization")}}
