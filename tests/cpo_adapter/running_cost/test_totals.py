"""What of a tariff has a place on a display, and what a charge comes to there."""

from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.running_cost.totals import is_idle, prices_of, text_of, total_of
from schemas.v2_3_0.tariffs import Tariff
from tests import build
from tests.cpo_adapter.sessions import facts


def tariff(*elements: dict[str, Any], **more: Any) -> Tariff:
    return build.tariff(elements=list(elements), **more)


def priced(kind: str, price: str, vat: int | None = 20, **restrictions: Any) -> dict[str, Any]:
    component = {"type": kind, "price": Decimal(price), "vat": vat, "step_size": 1}
    return {"price_components": [component], **({"restrictions": restrictions} if restrictions else {})}


FULL = tariff(
    priced("FLAT", "1.00"), priced("ENERGY", "0.40"), priced("TIME", "2"), priced("PARKING_TIME", "6", None)
)
NIGHT = tariff(priced("ENERGY", "0.20", start_time="22:00", end_time="06:00"), priced("ENERGY", "0.40"))


def test_prices_are_shown_with_their_taxes() -> None:
    session = facts.transaction(tariffs=(FULL,))

    assert text_of(session) == "0.48 EUR/kWh, 2.4 EUR/h, 6 EUR/h parked, 1.2 EUR once"
    assert prices_of(session).per_kwh == Decimal("0.48")
    assert prices_of(session).per_hour_idle == 6


def test_a_price_that_does_not_always_hold_is_not_shown() -> None:
    assert text_of(facts.transaction(tariffs=(NIGHT,))) == ""
    assert prices_of(facts.transaction(tariffs=(NIGHT,))).per_kwh is None


def test_the_operators_own_words_come_first() -> None:
    words = tariff(priced("ENERGY", "0.40"), tariff_alt_text=[{"language": "fr", "text": "40 centimes"}])

    assert text_of(facts.transaction(tariffs=(words,))) == "40 centimes"


@pytest.mark.parametrize(
    ("name", "idle"), [("SuspendedEV", True), ("SuspendedEVSE", False), ("Charging", False)]
)
def test_a_car_that_wants_nothing_is_idle(name: str, idle: bool) -> None:  # noqa: FBT001 - a case
    assert is_idle(facts.transaction(facts.status(5, "Charging"), facts.status(9, name))) is idle


def test_without_a_tariff_no_cost_is_known() -> None:
    nothing = facts.transaction(tariffs=())

    assert (total_of(nothing), text_of(nothing)) == (None, "")


def test_what_is_due_so_far_includes_taxes() -> None:
    session = facts.transaction(facts.read(30, 6000), tariffs=(FULL,))

    assert total_of(session) == Decimal("4.8")  # 1 once, 5 kWh at 0.40, half an hour at 2: and 20 %
