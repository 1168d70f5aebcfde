"""Objects with every field that their class has, for partners that refuse one without its optional fields.

Null, an empty list and an absent field mean the same. Spec: terminology, Cardinality.
"""

from typing import Any

from pydantic import ValidationError

from schemas import codec
from schemas.base import OcpiModel
from schemas.translation.registry import Kind, form_of
from schemas.v2_3_0.enums import VersionNumber


def with_nulls(kind: Kind, body: bytes, version: VersionNumber) -> bytes:
    """`body` is an object of `version`; unknown fields stay, and so does what is no such object."""
    form = form_of(kind, version)
    if form is None:
        return body
    try:
        return codec.encode(_whole(form.model_validate(codec.decode(body))))
    except ValidationError:
        return body


def _whole(value: Any) -> Any:
    if isinstance(value, OcpiModel):
        told = {name: _whole(getattr(value, name)) for name in type(value).model_fields}
        return told | (value.model_extra or {})
    return [_whole(item) for item in value] if isinstance(value, tuple) else value
