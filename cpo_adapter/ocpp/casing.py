"""From the `ocpp` package's dataclasses to payloads with the specification's spelling of keys.

The package rewrites every key by regular expressions on every message; the set of keys is small, so here each
one is rewritten once. What a station sent is never rewritten: it is read under the names it has.
"""

from functools import lru_cache
from typing import Any, ClassVar, Protocol, cast

from ocpp.charge_point import remove_nones, serialize_as_dict, snake_to_camel_case

from cpo_adapter.ocpp.framing import Payload


class OcppDataclass(Protocol):
    """Any of `ocpp.v*.call` and `ocpp.v*.call_result`; the class is named as the action."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def payload(message: OcppDataclass) -> Payload:
    """Absent fields are left out."""
    return cast(Payload, _camel(remove_nones(serialize_as_dict(message))))  # type: ignore[no-untyped-call]


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {_camel_key(key): _camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_camel(item) for item in value]
    return value


@lru_cache(maxsize=1024)
def _camel_key(key: str) -> str:
    (camel,) = snake_to_camel_case({key: None})  # type: ignore[no-untyped-call]
    return str(camel)
