"""One object on its way from one version to the next, and what it loses there.

A step is a function per class that makes the other version's object. `Crossing.carry` does what all steps
have in common: fields of the same name go along, objects within are sent through their own steps, fields
and values that the other version does not know stay behind and are noted. So nobody has to keep the losses
complete: whatever did not arrive is among them.
Spec: 2.3.0 changelog; the object tables of each version.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar, get_args, get_type_hints

from schemas.base import OcpiModel
from schemas.lists import is_listed
from schemas.open_enum import OpenEnum
from schemas.translation.ascii import to_ascii
from schemas.translation.context import Context
from schemas.translation.losses import Loss, Withheld
from schemas.v2_3_0.enums import Facility, ParkingRestriction, VersionNumber
from schemas.validation import pointer

Form = TypeVar("Form", bound=OcpiModel)

NO_RENAMES: Mapping[str, str] = MappingProxyType({})
NEAREST: Mapping[StrEnum, StrEnum] = MappingProxyType(
    {
        Facility.TRAM_STOP: Facility.TRAIN_STATION,
        Facility.METRO_STATION: Facility.TRAIN_STATION,
        ParkingRestriction.EMPLOYEES: ParkingRestriction.CUSTOMERS,
        ParkingRestriction.TENANTS: ParkingRestriction.CUSTOMERS,
    }
)


@dataclass(frozen=True, eq=False)
class Route:
    """From one version to its neighbour, with the classes that need more than being carried."""

    source: VersionNumber
    target: VersionNumber
    steps: "Mapping[type[OcpiModel], Step]"
    names: Mapping[str, str] = field(default_factory=dict)
    """Of fields before by what they are called after, where a later route may find something to lose."""

    @property
    def is_down(self) -> bool:
        return self.target < self.source

    @property
    def coarsens(self) -> bool:
        """2.1.1 has no fractions of a second, and ASCII only."""
        return self.is_down and self.target == VersionNumber.V2_1_1


class Journey(NamedTuple):
    """From where to where in the end; a route is one leg of it."""

    origin: VersionNumber
    destination: VersionNumber


class Crossing:
    """Collects losses with their places; `within` is the same crossing, further inside the object."""

    def __init__(self, route: Route, context: Context, journey: "Journey | None" = None) -> None:
        self.route = route
        self.context = context
        self.journey = journey or Journey(route.source, route.target)
        self.losses: list[Loss] = []
        self._at: tuple[str | int, ...] = ()

    def within(self, *path: str | int) -> "Crossing":
        inner = Crossing(self.route, self.context, self.journey)
        inner.losses = self.losses
        inner._at = (*self._at, *path)
        return inner

    def drop(self, *path: str | int, reason: str) -> None:
        self.losses.append(Loss(pointer((*self._at, *path)), reason))

    def change(self, *path: str | int, reason: str) -> None:
        self.losses.append(Loss(pointer((*self._at, *path)), reason, gone=False))

    def carry(
        self,
        source: OcpiModel,
        form: type[Form],
        *,
        used: Collection[str] = (),
        renames: Mapping[str, str] = NO_RENAMES,
        **values: Any,
    ) -> Form:
        """The other version's object: `values` as they are given, the rest as it was found.

        `used` names fields that were dealt with, `renames` has new names by old ones.
        """
        left = {name: value for name, value in source.told().items() if name not in {*used, *values}}
        arrived = {renames.get(name, name): self._field(name, left[name], form, renames) for name in left}
        told = {name: value for name, value in arrived.items() if value is not None}
        return form.model_validate(told | self._unknown(source, form) | values)

    def items(self, name: str, values: Iterable[Any]) -> list[Any]:
        """Those items of a list that arrive, each in its new form."""
        arrived = (self.within(name, index).arrive(value) for index, value in enumerate(values))
        return [value for value in arrived if value is not None]

    def arrive(self, value: Any, *, is_required: bool = False) -> Any:
        """The value in its new form; None if it stays behind, which is noted."""
        if isinstance(value, OcpiModel):
            return self._object(value)
        if isinstance(value, StrEnum):
            return self._listed(value, is_required=is_required)
        if isinstance(value, datetime):
            return self._whole_seconds(value) if self.route.coarsens else value
        if isinstance(value, str):
            return self._text(str(value))
        return value

    def step(self, value: OcpiModel) -> OcpiModel | Withheld:
        step = self.route.steps.get(type(value))
        return step(value, self) if step else self.carry(value, type(value))

    def _field(self, name: str, value: Any, form: type[Form], renames: Mapping[str, str]) -> Any:
        field = form.model_fields.get(renames.get(name, name))
        if field is None:
            self.drop(name, reason=f"{self.route.target} has no such field")
            return None
        if isinstance(value, tuple):
            return self.items(name, value)
        return self.within(name).arrive(value, is_required=field.is_required())

    def _unknown(self, source: OcpiModel, form: type[OcpiModel]) -> dict[str, Any]:
        """Unknown fields go along, unless the other version gives their name a meaning."""
        unknown = source.model_extra or {}
        for name in unknown.keys() & form.model_fields.keys():
            self.drop(name, reason=f"is an unknown field here but has a meaning in {self.route.target}")
        return {name: value for name, value in unknown.items() if name not in form.model_fields}

    def _object(self, value: OcpiModel) -> OcpiModel | None:
        if not _changes(self.route, type(value)):
            return value
        result = self.step(value)
        if isinstance(result, Withheld):
            self.drop(reason=result.reason)
            return None
        return result

    def _listed(self, value: StrEnum, *, is_required: bool) -> StrEnum | None:
        """A required value that is not listed goes along: nothing that is listed would be true.

        On the way to an older version still, it is the last leg's to judge.
        """
        is_last = self.route.target == self.journey.destination
        if is_required or not (self.route.is_down and is_last) or is_listed(value, self.route.target):
            return value
        nearest = NEAREST.get(value) if self.context.policy.nearest_value else None
        note = self.change if nearest else self.drop
        note(reason=f"{value} is not in the list of {self.route.target}")
        return nearest

    def _whole_seconds(self, instant: datetime) -> datetime:
        if instant.microsecond:
            self.change(reason=f"{self.route.target} has no fractions of a second")
        return instant.replace(microsecond=0)

    def _text(self, text: str) -> str:
        if not (self.route.coarsens and self.context.policy.ascii_only) or text.isascii():
            return text
        self.change(reason=f"{self.route.target} has no characters beyond ASCII")
        return to_ascii(text)


Step: TypeAlias = Callable[[Any, Crossing], OcpiModel | Withheld]


def into(form: type[OcpiModel]) -> Step:
    """The step of a class that only has another form, or only carries classes that have."""
    return lambda source, crossing: crossing.carry(source, form)


@cache
def _changes(route: Route, model: type[OcpiModel]) -> bool:
    """Whether objects of a class may have to change on a route, so that the others need not be looked at."""
    return route.coarsens or model in route.steps or any(_may_change(route, kind) for kind in _held(model))


def _may_change(route: Route, kind: type[Any]) -> bool:
    if issubclass(kind, OcpiModel):
        return _changes(route, kind)
    return route.is_down and issubclass(kind, OpenEnum)


def _held(model: type[OcpiModel]) -> Iterable[type[Any]]:
    for hint in get_type_hints(model).values():
        yield from _plain_types(hint)


def _plain_types(hint: Any) -> Iterable[type[Any]]:
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for part in get_args(hint):
        yield from _plain_types(part)
