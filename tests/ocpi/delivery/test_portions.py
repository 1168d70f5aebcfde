"""A newcomer is told everything, and everything is never in memory at once."""

from collections.abc import AsyncIterator, Iterator

from ocpi.delivery.marks import Due
from ocpi.delivery.portions import PORTION, in_portions, portions
from schemas.kinds import ObjectKind
from tests.platforms import CPO, EMSP


async def test_a_great_many_marks_are_put_in_portions_and_drawn_as_they_are_put() -> None:
    drawn, put = 0, []

    async def many() -> AsyncIterator[Due]:
        nonlocal drawn
        for n in range(2 * PORTION + 1):
            drawn += 1
            yield Due(f"l{n}", ObjectKind.LOCATION, sender=CPO, to=EMSP, role="EMSP")

    async def mark(*dues: Due) -> None:
        put.append((len(dues), drawn))

    await in_portions(mark, many())
    assert put == [(PORTION, PORTION), (PORTION, 2 * PORTION), (1, 2 * PORTION + 1)]


def test_portions_are_drawn_one_after_the_other() -> None:
    drawn = 0

    def many() -> Iterator[Due]:
        nonlocal drawn
        for n in range(PORTION + 1):
            drawn += 1
            yield Due(f"l{n}", ObjectKind.LOCATION, sender=CPO, to=EMSP, role="EMSP")

    assert [(len(portion), drawn) for portion in portions(many())] == [(PORTION, PORTION), (1, PORTION + 1)]


async def test_nothing_is_put_for_nothing() -> None:
    async def none() -> AsyncIterator[Due]:
        return
        yield

    async def mark(*_: Due) -> None:
        raise AssertionError("there is nothing to put")

    await in_portions(mark, none())
