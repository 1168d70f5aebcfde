"""What our models say, in the words of the specification's tables: `["CiString(36)", "?"]`."""

import json
import types
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import AfterValidator

from schemas.base import OcpiModel, not_empty
from schemas.constraints import Digits, Length
from schemas.strings import CiString, Url
from schemas.v2_3_0.enums import VersionNumber

FACTS = Path(__file__).parent / "facts"

Field = list[str]


def facts(edition: str) -> tuple[dict[str, dict[str, Field]], dict[str, dict[str, Any]]]:
    """Classes and enums of an edition, as facts taken from the specification's tables."""
    tables = json.loads((FACTS / f"{edition}.json").read_text())
    return tables["classes"], tables["enums"]


def classes_of(version: VersionNumber) -> dict[str, type[OcpiModel]]:
    """Every model of a version by name; an older one takes from 2.3.0 what it does not define itself.

    The data types that all modules share stand beside the packages, in their 2.3.0 form.
    """
    canonical = _defined("schemas.types") | _defined("schemas.v2_3_0")
    return canonical | _defined(f"schemas.v{version.replace('.', '_')}")


def references(model: type[OcpiModel]) -> Iterator[type[OcpiModel]]:
    """The models that the fields of a model hold."""
    for hint in get_type_hints(model).values():
        yield from _models(hint)


def describe(model: type[OcpiModel]) -> dict[str, Field]:
    hints = get_type_hints(model, include_extras=True)
    return {
        name: _field(hints[name], required=info.is_required()) for name, info in model.model_fields.items()
    }


def _defined(place: str) -> dict[str, type[OcpiModel]]:
    """The models that a module, or the modules of a package, define themselves."""
    path = getattr(import_module(place), "__path__", [])
    modules = [place, *(module.name for module in iter_modules(path, f"{place}."))]
    found = (item for name in modules for _, item in getmembers(import_module(name), isclass))
    models = (item for item in found if issubclass(item, OcpiModel))
    return {item.__name__: item for item in models if item.__module__ in modules}


def _models(hint: Any) -> Iterator[type[OcpiModel]]:
    if isclass(hint) and issubclass(hint, OcpiModel):
        yield hint
    for part in get_args(hint):
        yield from _models(part)


def _field(annotation: Any, *, required: bool) -> Field:
    if item := _item(annotation):
        return [_type(item), "+" if required and _demands_one(annotation) else "*"]
    inner = _without_none(annotation)
    return [_type(inner), "1" if required else "?"]


def _item(annotation: Any) -> Any:
    """The item type of a list field, else None."""
    many = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return get_args(many)[0] if get_origin(many) is tuple else None


def _demands_one(annotation: Any) -> bool:
    return AfterValidator(not_empty) in get_args(annotation)[1:]


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in {Union, types.UnionType}:
        (inner,) = (part for part in get_args(annotation) if part is not type(None))
        return inner
    return annotation


def _type(annotation: Any) -> str:
    if annotation == Url:
        return "URL"
    plain, *marks = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    return str(_NAMES.get(plain, plain.__name__)) + "".join(map(_limit, marks))


def _limit(mark: object) -> str:
    match mark:
        case Length(maximum, 0) | Digits(maximum):
            return f"({maximum})"
        case Length(maximum, minimum):
            return f"({minimum}..{maximum})"
        case _:
            return ""


_NAMES: dict[Any, str] = {
    CiString: "CiString",
    str: "string",
    Decimal: "number",
    int: "int",
    bool: "boolean",
    datetime: "DateTime",
}
