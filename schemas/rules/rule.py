"""How a rule is written down, and the checks that several files need."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias, TypeVar

from schemas.base import OcpiModel
from schemas.times import DateTime
from schemas.validation import Violation

Rule: TypeAlias = Callable[[Any], Iterator[Violation]]
AnyRule = TypeVar("AnyRule", bound=Rule)


class Rules:
    """The rules of one file, by the classes that they are about."""

    def __init__(self) -> None:
        self._rules: list[tuple[tuple[type[OcpiModel], ...], Rule]] = []

    def about(self, *models: type[OcpiModel]) -> Callable[[AnyRule], AnyRule]:
        def register(rule: AnyRule) -> AnyRule:
            self._rules.append((models, rule))
            return rule

        return register

    def of(self, model: type[OcpiModel]) -> Iterator[Rule]:
        return (rule for models, rule in self._rules if model in models)


def ends_before_it_begins(begin: DateTime | None, end: DateTime | None) -> bool:
    return begin is not None and end is not None and end < begin


def repeated(values: Iterable[object]) -> Iterator[tuple[int, object]]:
    """Every value that stood there before, with its index."""
    seen: set[object] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index, value
        seen.add(value)
