"""What every OCPI object has in common: it keeps what it does not know, and it does not change.

Spec: transport_and_format, Non-specified JSON fields (2.3.0; applied to every version here);
terminology, Cardinality (null, an empty list and an absent field mean the same).
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool
from pydantic_core import PydanticCustomError

Item = TypeVar("Item")


def _list(value: object) -> object:
    return () if value is None else value


def not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if not items:
        raise PydanticCustomError("empty", "must hold at least one item")
    return items


Boolean = StrictBool
Many = Annotated[tuple[Item, ...], BeforeValidator(_list)]
"""Cardinality `*`: give it the default `()`."""
AtLeastOne = Annotated[tuple[Item, ...], AfterValidator(not_empty)]
"""Cardinality `+`."""


class OcpiModel(BaseModel):
    """Fields of the specification by name, everything else in `model_extra`, both on the wire again."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def told(self) -> dict[str, Any]:
        """The specification's fields that say something: neither None nor an empty list."""
        fields = self.__dict__.items()
        return {name: value for name, value in fields if value is not None and value is not _NOTHING}

    def to_wire(self) -> dict[str, Any]:
        """Plain dicts, lists and texts; Decimals and datetimes are left for `codec.encode`.

        What is None or an empty list is left out. Unknown fields follow the known ones in their own order.
        """
        fields = self.__dict__.items()  # as in `told`, which would cost a third more here
        wire = {name: _plain(value) for name, value in fields if value is not None and value is not _NOTHING}
        return wire | self.__pydantic_extra__ if self.__pydantic_extra__ else wire


def _plain(value: Any) -> Any:
    """Asks for exact types first: this runs for every field of every object that leaves."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if isinstance(value, str):
        return str(value)
    if kind is tuple:
        return [_plain(item) for item in value]
    return value.to_wire()


_AS_THEY_ARE = frozenset({str, Decimal, datetime, int, bool})
_NOTHING: tuple[()] = ()  # there is only one empty tuple
