"""Whether a list of losses tells all that is missing, and nothing that is not."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from schemas.base import OcpiModel
from schemas.translation.losses import Loss
from schemas.validation import pointer as to_pointer

DEGREES = re.compile(r"-?[0-9]{1,3}\.[0-9]{5,7}")


def differences(original: OcpiModel, restored: OcpiModel, losses: Iterable[Loss]) -> list[str]:
    """What the losses do not explain, and losses that are none.

    `restored` came back from a version that lost something. What is gone is taken out of the original, what
    became poorer out of both; then both must say the same.
    """
    before, after = original.to_wire(), restored.to_wire()
    wrong = list(_take_out(before, after, list(losses)))
    return wrong + ([f"{_pruned(before)} != {_pruned(after)}"] if _pruned(before) != _pruned(after) else [])


def misplaced(original: OcpiModel, losses: Iterable[Loss]) -> list[Loss]:
    """Losses at places that the original does not have."""
    wire, split = original.to_wire(), ((loss, _steps(loss.pointer)) for loss in losses)
    return [loss for loss, steps in split if steps and not _has(_follow(wire, steps[:-1]), steps[-1])]


def _take_out(before: Any, after: Any, losses: list[Loss]) -> Iterator[str]:
    """Later items first, so that the places of the earlier ones stay what they are."""
    for loss in sorted(losses, key=lambda loss: _steps(loss.pointer), reverse=True):
        *parents, last = _steps(loss.pointer)
        holder = _follow(before, parents)
        if not _has(holder, last):
            yield f"{loss} is no place in the original"
        elif loss.gone:
            holder.pop(last)
    poorer = [_steps_after(loss.pointer, losses) for loss in losses if not loss.gone]
    for steps in poorer:
        yield from _take_out_of_both(before, after, steps)
    for loss in losses:
        *parents, last = _steps_after(loss.pointer, losses)
        holder = _follow(after, parents)
        if loss.gone and isinstance(last, str) and _has(holder, last):
            holder.pop(last)


def _take_out_of_both(before: Any, after: Any, steps: list[str | int]) -> Iterator[str]:
    *parents, last = steps
    old, new = _follow(before, parents), _follow(after, parents)
    was, became = old.pop(last), new.pop(last, None) if isinstance(new, dict) else None
    if was == became:
        yield f"{steps} is said to be poorer, but came back as it was"


def _steps(pointer: str) -> list[str | int]:
    steps = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    return [int(step) if step.isdecimal() else step for step in steps]


def _steps_after(pointer: str, losses: list[Loss]) -> list[str | int]:
    """The place once everything that is gone has been taken out."""
    gone = {loss.pointer for loss in losses if loss.gone}
    place, steps = "", []
    for step in _steps(pointer):
        moved = sum(f"{place}/{index}" in gone for index in range(step)) if isinstance(step, int) else 0
        steps.append(step - moved if isinstance(step, int) else step)
        place += to_pointer([step])
    return steps


def _follow(document: Any, steps: Iterable[str | int]) -> Any:
    for step in steps:
        document = document[step] if _has(document, step) else {}
    return document


def _has(holder: Any, step: str | int) -> bool:
    return step < len(holder) if isinstance(holder, list) and isinstance(step, int) else step in holder


def _pruned(value: Any) -> Any:
    """Without empty lists, which say nothing, and with degrees as numbers."""
    if isinstance(value, dict):
        pruned = {name: _pruned(item) for name, item in value.items()}
        return {name: item for name, item in pruned.items() if item != []}
    if isinstance(value, list):
        return [_pruned(item) for item in value]
    return Decimal(value) if isinstance(value, str) and DEGREES.fullmatch(value) else value
