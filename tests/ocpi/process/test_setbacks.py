"""A wall clock that is set back is noticed, once each time."""

from ocpi.process.setbacks import LEAST_S, Setbacks
from tests.fakes.clock import ManualClock


async def test_each_setback_is_told_once(clock: ManualClock) -> None:
    setbacks = Setbacks(clock)

    await clock.advance(hours=1)
    assert not setbacks.has_come()
    clock.set_back(hours=1)
    assert setbacks.has_come()
    assert not setbacks.has_come()
    clock.set_back(hours=-2)
    assert not setbacks.has_come()
    clock.set_back(hours=2)
    assert setbacks.has_come()


async def test_a_clock_that_is_slewed_was_not_set_back(clock: ManualClock) -> None:
    setbacks = Setbacks(clock)

    for _ in range(20):
        clock.set_back(hours=LEAST_S / 2 / 3600)
        assert not setbacks.has_come()
