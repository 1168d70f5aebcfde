"""Whoever guesses cards is refused, and nobody else."""

import pytest

from hub.authorization.guard import WINDOW_S, Guard
from ocpi.errors import TooManyAttempts
from schemas.kinds import PartyId
from tests.fakes.clock import ManualClock
from tests.platforms import CPO

OTHER = PartyId("DE", "CPO")


@pytest.fixture
def floods() -> list[PartyId]:
    return []


@pytest.fixture
def guard(clock: ManualClock, floods: list[PartyId]) -> Guard:
    return Guard(clock=clock, most=10, flooded=floods.append)


def guess(guard: Guard, times: int) -> None:
    for _ in range(times):
        guard.enter(CPO)


def test_too_many_unknown_cards_are_refused_and_told_once(guard: Guard, floods: list[PartyId]) -> None:
    guess(guard, 10)
    for _ in range(3):
        with pytest.raises(TooManyAttempts):
            guard.enter(CPO)
    assert floods == [CPO]
    guard.enter(OTHER)


async def test_the_next_minute_is_another(guard: Guard, clock: ManualClock, floods: list[PartyId]) -> None:
    guess(guard, 10)
    await clock.advance(seconds=WINDOW_S)
    guess(guard, 10)
    with pytest.raises(TooManyAttempts):
        guard.enter(CPO)
    assert floods == [CPO]


def test_what_turned_out_to_be_known_does_not_count(guard: Guard) -> None:
    for _ in range(100):
        guard.enter(CPO)
        guard.known(CPO)


def test_a_large_network_may_have_many_unknown_cards_among_known_ones(guard: Guard) -> None:
    for _ in range(100):
        guard.met(CPO)
    guess(guard, 100)
    guess(guard, 1)
    with pytest.raises(TooManyAttempts):
        guess(guard, 1)


async def test_answers_that_come_after_the_minute_earn_nothing(guard: Guard, clock: ManualClock) -> None:
    guess(guard, 5)
    await clock.advance(seconds=WINDOW_S)
    for _ in range(5):
        guard.known(CPO)
    guess(guard, 10)
    with pytest.raises(TooManyAttempts):
        guard.enter(CPO)
