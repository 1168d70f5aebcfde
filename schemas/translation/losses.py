"""What a crossing between versions gives: an object and what was lost, or the reason why it stays here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.base import OcpiModel

Model = TypeVar("Model", bound=OcpiModel)


@dataclass(frozen=True, slots=True)
class Loss:
    """`pointer` is a place in the object as it was; the value there is `gone` or has become a poorer one."""

    pointer: str
    reason: str
    gone: bool = True

    def __str__(self) -> str:
        return f"{self.pointer} {self.reason}"


@dataclass(frozen=True, slots=True)
class Translated(Generic[Model]):
    value: Model
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """The object must not be sent in that version: it would say something else there."""

    reason: str


def outermost(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """By place, without losses inside of one that is lost as a whole; of two at one place the later one."""
    kept: dict[str, Loss] = {}
    for loss in losses:
        if not any(_is_inside(loss.pointer, other) for other in kept):
            inside = [pointer for pointer in kept if _is_inside(pointer, loss.pointer)]
            for pointer in (*inside, loss.pointer):
                kept.pop(pointer, None)
            kept[loss.pointer] = loss
    return tuple(kept[pointer] for pointer in sorted(kept))


def _is_inside(pointer: str, other: str) -> bool:
    return pointer.startswith(f"{other}/")
