"""The two ends of a register, out of what was sampled."""

from datetime import timedelta
from decimal import Decimal

from cpo_adapter.sessions.registers import first_and_last
from tests.cpo_adapter.sessions import told


def test_what_was_sampled_at_the_end_is_of_it_though_the_end_is_kept_to_the_millisecond() -> None:
    """(B-64): both have our own time of receipt where the station has none."""
    end = told.sample(30, 9000, at=told.after(30) + timedelta(microseconds=698))
    first, other = told.sample(0, 1000), told.sample(31, 9000)

    assert first_and_last([first, end], told.after(30)) == (Decimal(1000), Decimal(9000))
    assert first_and_last([first, other], told.after(30)) == (Decimal(1000), Decimal(1000))
