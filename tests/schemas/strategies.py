"""Objects as partners might send them, drawn from the models.

What is drawn is a wire document (`dict`) without nulls and empty lists in known fields, so that it must
come back as it went in. `documents` draws anything that can be read: any text, any digits, unknown fields and
values. `sound_documents` draws what a version's tables allow: its lists, its forms, its precision of time.
"""

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, partial
from typing import Annotated, Any, TypeAlias, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from schemas.base import OcpiModel
from schemas.constraints import Form, Length
from schemas.lists import lists_of
from schemas.open_enum import OpenEnum
from schemas.strings import CiString
from schemas.times import datetime_text
from schemas.v2_3_0.enums import VersionNumber

Strategy: TypeAlias = st.SearchStrategy[Any]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**11), max_value=10**11),
    st.decimals(allow_nan=False, allow_infinity=False, places=15, min_value=-9, max_value=9),
)
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=0, max_value=10**5)
INSTANTS = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
JSON = st.recursive(
    st.none() | st.booleans() | TEXTS | NUMBERS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
UNKNOWN = st.dictionaries(TEXTS.map("unknown_{}".format), JSON, max_size=2)


@cache
def documents(model: type[OcpiModel]) -> Strategy:
    return _objects(model, _anything)


@cache
def sound_documents(model: type[OcpiModel], version: VersionNumber) -> Strategy:
    return _objects(model, _sound_in(version))


@cache
def _sound_in(version: VersionNumber) -> Callable[[Any], Strategy]:
    return partial(_sound, version)


@cache
def _objects(model: type[OcpiModel], scalars: Callable[[Any], Strategy]) -> Strategy:
    """All that is required, some of the rest, sometimes fields that nobody knows."""
    hints = get_type_hints(model, include_extras=True)
    fields = {name: _values(hints[name], scalars) for name in model.model_fields}
    required = {name for name, info in model.model_fields.items() if info.is_required()}
    known = st.fixed_dictionaries(
        {name: fields[name] for name in fields if name in required},
        optional={name: fields[name] for name in fields if name not in required},
    )
    return st.builds(operator.or_, known, UNKNOWN)


def _values(hint: Any, scalars: Callable[[Any], Strategy]) -> Strategy:
    if type(None) in get_args(hint):
        return _values(next(part for part in get_args(hint) if part is not type(None)), scalars)
    plain = _bare(hint)
    if get_origin(plain) is tuple:
        return st.lists(_values(get_args(plain)[0], scalars), min_size=1, max_size=2)
    return _objects(plain, scalars) if issubclass(plain, OcpiModel) else scalars(hint)


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _anything(hint: Any) -> Strategy:
    kind = _bare(hint)
    if issubclass(kind, OpenEnum):
        return st.sampled_from([member.value for member in kind]) | TEXTS
    if issubclass(kind, StrEnum):
        return st.sampled_from([member.value for member in kind])
    return _PLAIN[kind]


def _sound(version: VersionNumber, hint: Any) -> Strategy:
    kind = _bare(hint)
    if issubclass(kind, StrEnum):
        listed = st.sampled_from([member.value for member in lists_of(version).get(kind.__name__, kind)])
        return listed | TEXTS if issubclass(kind, OpenEnum) and version == VersionNumber.V2_3_0 else listed
    if kind is datetime and version == VersionNumber.V2_1_1:
        return INSTANTS.map(lambda instant: datetime_text(instant.replace(microsecond=0)))
    if issubclass(kind, str):
        return _sound_texts(get_args(hint)[1:])
    return AMOUNTS if kind is Decimal else _PLAIN[kind]


def _sound_texts(marks: tuple[object, ...]) -> Strategy:
    forms = [mark for mark in marks if isinstance(mark, Form)]
    longest = min((mark.maximum for mark in marks if isinstance(mark, Length)), default=12)
    if not forms:
        return TEXTS.map(lambda text: text[:longest])
    fitting = st.from_regex(forms[0].pattern, fullmatch=True).filter(lambda text: len(text) <= longest)
    return fitting.map(partial(_in_upper_case, forms[0]))


def _in_upper_case(form: Form, text: str) -> str:
    """Codes of parties and countries, where the form allows it: both cases mean the same."""
    return text.upper() if form.pattern.fullmatch(text.upper()) else text


_PLAIN: dict[type, Strategy] = {
    CiString: TEXTS,
    str: TEXTS,
    Decimal: NUMBERS,
    int: st.integers(-(10**20), 10**20),
    bool: st.booleans(),
    datetime: INSTANTS.map(datetime_text),
}
