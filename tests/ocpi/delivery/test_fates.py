"""How far an object has got, as marks and receipts tell it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ocpi.delivery.fates import Fate

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fate", "is_delivered", "is_refused"),
    [
        (Fate(), False, False),
        (Fate(receipt={"at": AT, "location": None}), True, False),
        (Fate(receipt={"at": AT, "http": 201, "status": 1000, "attempts": 2}), True, False),
        (Fate(receipt={"at": AT, "http": 200, "status": 2001}), False, False),
        (Fate(mark={"next_try": AT, "refusals": 2}), False, False),
        (Fate(mark={"parked_at": AT, "parked": "refused 4 times", "refusals": 4}), False, True),
        (Fate(mark={"parked_at": AT, "parked": "not delivered in 7 days", "refusals": 0}), False, False),
        (Fate(mark={"parked_at": AT, "parked": "withheld"}), False, False),
    ],
)
def test_a_receipt_tells_of_an_arrival_and_a_parked_mark_of_a_refusal(
    fate: Fate, *, is_delivered: Any, is_refused: Any
) -> None:
    assert (fate.is_delivered, fate.is_refused) == (is_delivered, is_refused)
