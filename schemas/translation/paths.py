"""From any version to any other, one neighbour at a time, with losses told in terms of where it began."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count, islice, pairwise

from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.translation.crossing import Crossing, Journey, Route, Step
from schemas.translation.losses import Loss, Translated, Withheld, outermost
from schemas.translation.v211_v221 import route as v211_v221
from schemas.translation.v221_v230 import route as v221_v230
from schemas.v2_3_0.enums import VersionNumber

VERSIONS = (VersionNumber.V2_1_1, VersionNumber.V2_2_1, VersionNumber.V2_3_0)

_ROUTES = {
    (route.source, route.target): route
    for route in (v211_v221.UP, v211_v221.DOWN, v221_v230.UP, v221_v230.DOWN)
}


def stops(source: VersionNumber, target: VersionNumber) -> tuple[VersionNumber, ...]:
    """Both and what lies between. Raises ValueError for a version that has no models here."""
    start, end = _place(source), _place(target)
    return VERSIONS[start : end + 1] if start <= end else VERSIONS[end : start + 1][::-1]


def _place(version: VersionNumber) -> int:
    if version not in VERSIONS:
        raise ValueError(f"there are no models of version {version}")
    return VERSIONS.index(version)


def travel(
    value: OcpiModel,
    source: VersionNumber,
    target: VersionNumber,
    context: Context,
    *,
    step_on: Callable[[Route], Step | None],
) -> Translated[OcpiModel] | Withheld:
    """`step_on` may name a step that replaces the one of the object's class."""
    arrived = Translated(value)
    names: dict[str, str] = {}
    for leg in pairwise(stops(source, target)):
        route = _ROUTES[leg]
        crossing = Crossing(route, context, Journey(source, target))
        step = step_on(route)
        result = step(arrived.value, crossing) if step else crossing.step(arrived.value)
        if isinstance(result, Withheld):
            return result
        arrived = Translated(result, _joined(arrived.losses, crossing.losses, names))
        names |= route.names
    return arrived


def _joined(earlier: Sequence[Loss], later: Iterable[Loss], names: Mapping[str, str]) -> tuple[Loss, ...]:
    gone = {loss.pointer for loss in earlier if loss.gone}
    seen = [Loss(_as_it_was(loss.pointer, gone, names), loss.reason, loss.gone) for loss in outermost(later)]
    return outermost([*earlier, *seen])


def _as_it_was(pointer: str, gone: set[str], names: Mapping[str, str]) -> str:
    """The place before a leg: list items that stayed behind count again, names are those of before."""
    place = ""
    for step in pointer.split("/")[1:]:
        place += f"/{_index(int(step), place, gone) if step.isdecimal() else names.get(step, step)}"
    return place


def _index(index: int, items: str, gone: set[str]) -> int:
    arrived = (before for before in count() if f"{items}/{before}" not in gone)
    return next(islice(arrived, index, None))
