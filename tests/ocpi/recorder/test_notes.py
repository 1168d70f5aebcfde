"""A loss belongs to the message on whose way it happened."""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any

import pytest

from ocpi.recorder import notes


@pytest.fixture(autouse=True)
def _nothing_noted_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was tested before in this thread."""
    monkeypatch.setattr(notes, "_notes", ContextVar("losses", default=None))


async def alone(work: Coroutine[Any, Any, Any]) -> Any:
    """In a task of its own, as each connection and each delivery has one."""
    (told,) = await asyncio.gather(work)
    return told


async def test_what_is_noted_before_a_request_leaves_goes_with_it_and_the_rest_with_the_answer() -> None:
    async def answering() -> tuple[list[str], list[str]]:
        answer = notes.begin()
        notes.note("of the question")
        sent = notes.leaving()
        notes.note("of the answer", is_read=True)
        return sent, answer.pending

    assert await alone(answering()) == (["of the question"], ["of the answer"])


async def test_the_next_request_of_a_connection_begins_without_losses() -> None:
    notes.begin()
    notes.note("of the first")
    assert notes.begin().pending == []


async def test_outside_of_a_request_what_is_read_belongs_to_the_request_that_it_answers() -> None:
    async def delivering() -> tuple[list[str], list[str]]:
        notes.note("of the first")
        first = notes.leaving()
        notes.note("of its answer", is_read=True)
        notes.note("of the second")
        return first, notes.leaving()

    told = await alone(delivering())
    assert told == (["of the first", "of its answer"], ["of the second"])


async def test_two_tasks_do_not_share_their_losses() -> None:
    async def telling(text: str) -> list[str]:
        notes.note(text)
        await asyncio.sleep(0)
        return notes.leaving()

    one, other = await asyncio.gather(telling("one"), telling("other"))
    assert (one, other) == (["one"], ["other"])


async def test_a_flood_of_losses_is_bounded() -> None:
    answer = notes.begin()
    for number in range(2 * notes.MOST):
        notes.note(str(number))
    assert len(answer.pending) == notes.MOST
