"""C-131 … C-152: what a charge costs, as our eMSP adapter finds when the bill arrives.

Every bill comes twice: with the total that the case gives, and with one that another reading would give.
Spec: 2.3.0 mod_tariffs; mod_cdrs, step_size; ocpi.md 5.8.
"""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from tests.conformance import wire
from tests.conformance.billing import Charge, Total, at, comes_to, findings
from tests.conformance.issuing import Issuing, issuing_on
from tests.conformance.stages import SHARED_LOOP
from tests.conformance.versions import ALL, SINCE_2_2_1, V1, V2, V3, spoken
from tests.conformance.wire import Json, component, element, period
from tests.platforms import EMSP

pytestmark = SHARED_LOOP

DAY_PRICE = element(component("ENERGY", "0.50"))


def cheap(**restrictions: object) -> Json:
    return element(component("ENERGY", "0.10"), **restrictions)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def issuing(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Issuing]:
    async with issuing_on(mongo_url, tmp_path_factory.mktemp("emsp")) as found:
        yield found


# From 11:00 to 13:00 in Paris: 10 kWh at 0.30 until noon, 10 at 0.20 after; two hours at 2.00.
TWO_ELEMENTS = Charge(
    elements=[
        element(component("ENERGY", "0.30"), end_time="12:00"),
        element(component("ENERGY", "0.20"), component("TIME", "2.00")),
    ],
    begin=at("10:00"),
    end=at("12:00"),
    periods=[period(at("10:00"), ENERGY=10, TIME=1), period(at("11:00"), ENERGY=10, TIME=1)],
)
EACH_DIMENSION = Total("9.00", "10.80")
FIRST_ELEMENT_ALONE = Total("7.00", "8.40")


@SINCE_2_2_1
async def test_c131_each_dimension_is_priced_by_the_first_element_that_has_it_now(
    issuing: Issuing, version: str
) -> None:
    await comes_to(issuing, version, TWO_ELEMENTS, EACH_DIMENSION, wrong=FIRST_ELEMENT_ALONE)


@spoken(V1)
async def test_c132_elements_of_2_1_1_are_chosen_for_each_dimension_too(
    issuing: Issuing, version: str
) -> None:
    await comes_to(issuing, version, TWO_ELEMENTS, EACH_DIMENSION, wrong=FIRST_ELEMENT_ALONE)


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("day", "right", "wrong"),
    [
        ("2026-02-23", Total("8.50", "10.20"), Total("10.00", "12.00")),  # Monday: 5 at 0.20, 15 at 0.50
        ("2026-02-24", Total("4.00", "4.80"), Total("8.50", "10.20")),  # Tuesday: only one of two holds
    ],
)
async def test_c133_all_restrictions_hold_together_and_at_every_moment(
    issuing: Issuing, version: str, day: str, right: Total, wrong: Total
) -> None:
    charge = Charge(
        elements=[
            element(component("ENERGY", "0.50"), day_of_week=["MONDAY"], start_time="11:30"),
            element(component("ENERGY", "0.20")),
        ],
        begin=at("10:00", day),
        end=at("12:00", day),
        periods=[
            period(at("10:00", day), ENERGY=5, TIME="0.5"),
            period(at("10:30", day), ENERGY=15, TIME="1.5"),
        ],
    )
    await comes_to(issuing, version, charge, right, wrong=wrong)


@SINCE_2_2_1
async def test_c134_what_no_element_prices_is_free(issuing: Issuing, version: str) -> None:
    charge = Charge(
        elements=[element(component("ENERGY", "0.50"), start_time="20:00", end_time="22:00")],
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY=10, TIME=1)],
    )
    right, wrong = Total("0.00", "0.00"), Total("5.00", "6.00")
    await comes_to(issuing, version, charge, right, wrong=wrong, also=["volume_unpriced"])


MATCHES = Total("1.00", "1.20"), Total("5.00", "6.00")
MISSES = MATCHES[::-1]


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("restrictions", "begin", "expected"),
    [
        ({"end_time": "11:00"}, "10:00", MISSES),  # 11:00 in Paris, 10:00 in UTC
        ({"start_time": "22:00", "end_time": "06:00"}, "22:30", MATCHES),  # over midnight
        ({"start_time": "20:00", "end_time": "00:00"}, "21:59", MATCHES),  # to the end of the day
        ({"start_date": "2026-02-23"}, "10:00", MATCHES),
        ({"end_date": "2026-02-23"}, "10:00", MISSES),
        ({"day_of_week": ["TUESDAY"]}, "23:30", MATCHES),  # Tuesday in Paris, Monday in UTC
    ],
)
async def test_c135_times_and_dates_are_those_of_the_location(
    issuing: Issuing, version: str, restrictions: Json, begin: str, expected: tuple[Total, Total]
) -> None:
    charge = Charge(
        elements=[cheap(**restrictions), DAY_PRICE],
        begin=at(begin),
        end=_an_hour_after(begin),
        periods=[period(at(begin), ENERGY=10, TIME=1)],
    )
    await comes_to(issuing, version, charge, expected[0], wrong=expected[1])


def _an_hour_after(clock: str) -> str:
    hour, minute = clock.split(":")
    return at(f"00:{minute}", "2026-02-24") if hour == "23" else at(f"{int(hour) + 1}:{minute}")


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("restrictions", "expected"),
    [
        ({"min_kwh": 10}, Total("7.00", "8.40")),  # 10 at 0.50, the next 20 at 0.10
        ({"max_kwh": 10}, Total("11.00", "13.20")),  # 10 at 0.10, the next 20 at 0.50
    ],
)
async def test_c136_energy_bounds_are_inclusive_below_and_exclusive_above(
    issuing: Issuing, version: str, restrictions: Json, expected: Total
) -> None:
    charge = Charge(
        elements=[cheap(**restrictions), DAY_PRICE],
        begin=at("10:00"),
        end=at("12:00"),
        periods=[period(at("10:00"), ENERGY=10, TIME=1), period(at("11:00"), ENERGY=20, TIME=1)],
    )
    await comes_to(issuing, version, charge, expected, wrong=Total("3.00", "3.60"))


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("restrictions", "measured", "expected"),
    [
        ({"min_power": 10}, "POWER", MATCHES),
        ({"max_power": 10}, "POWER", MISSES),
        ({"min_current": 48}, "CURRENT", MATCHES),  # 16 A on each of three phases
        ({"max_current": 48}, "CURRENT", MISSES),
    ],
)
async def test_c136_power_and_current_are_judged_as_they_are_at_the_moment(
    issuing: Issuing, version: str, restrictions: Json, measured: str, expected: tuple[Total, Total]
) -> None:
    bound = next(iter(restrictions.values()))
    extremes = {f"MIN_{measured}": bound, f"MAX_{measured}": bound}
    charge = Charge(
        elements=[cheap(**restrictions), DAY_PRICE],
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY=10, TIME=1, **extremes)],
    )
    await comes_to(issuing, version, charge, expected[0], wrong=expected[1])


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("restrictions", "expected"),
    [
        ({"min_duration": 3600}, Total("7.00", "8.40")),  # the first hour's 10 at 0.50, 20 at 0.10
        ({"max_duration": 3600}, Total("11.00", "13.20")),
    ],
)
async def test_c137_durations_are_inclusive_below_and_exclusive_above(
    issuing: Issuing, version: str, restrictions: Json, expected: Total
) -> None:
    charge = Charge(
        elements=[cheap(**restrictions), DAY_PRICE],
        begin=at("10:00"),
        end=at("12:00"),
        periods=[period(at("10:00"), ENERGY=10, TIME=1), period(at("11:00"), ENERGY=20, TIME=1)],
    )
    await comes_to(issuing, version, charge, expected, wrong=Total("3.00", "3.60"))


@SINCE_2_2_1
async def test_c137_the_duration_of_parking_counts_from_the_start_of_the_session(
    issuing: Issuing, version: str
) -> None:
    """Two hours in, of which one was charging: the third hour costs 6.00."""
    charge = Charge(
        elements=[element(component("PARKING_TIME", "6.00"), min_duration=7200)],
        begin=at("10:00"),
        end=at("13:00"),
        periods=[
            period(at("10:00"), ENERGY=10, TIME=1),
            period(at("11:00"), PARKING_TIME=1),
            period(at("12:00"), PARKING_TIME=1),
        ],
    )
    await comes_to(issuing, version, charge, Total("6.00", "7.20"), wrong=Total("0.00", "0.00"))


@SINCE_2_2_1
async def test_c138_energy_is_rounded_once_up_to_a_step_of_the_last_price(
    issuing: Issuing, version: str
) -> None:
    """5.4 kWh become 5.5: 4.3 at 0.20 and 1.2 at 0.27."""
    charge = Charge(
        elements=[
            element(component("ENERGY", "0.20", 500), end_time="17:00"),
            element(component("ENERGY", "0.27", 500)),
        ],
        begin=at("15:30"),
        end=at("16:30"),
        periods=[
            period(at("15:30"), ENERGY="4.3", TIME="0.5"),
            period(at("16:00"), ENERGY="1.1", TIME="0.5"),
        ],
    )
    await comes_to(issuing, version, charge, Total("1.184", "1.4208"), wrong=Total("1.305", "1.566"))


@SINCE_2_2_1
async def test_c138_time_is_rounded_once_up_to_a_step_of_the_last_price(
    issuing: Issuing, version: str
) -> None:
    """28 minutes become 30: 6 at 5.00 an hour and 24 at 7.00."""
    charge = Charge(
        elements=[
            element(component("TIME", "5.00", 600), end_time="17:00"),
            element(component("TIME", "7.00", 600)),
        ],
        begin=at("15:54"),
        end=at("16:22"),
        periods=[
            period(at("15:54"), ENERGY=1, TIME="0.1"),
            period(at("16:00"), ENERGY=4, TIME="0.3667"),
        ],
    )
    await comes_to(issuing, version, charge, Total("3.30", "3.96"), wrong=Total("4.3333", "5.20"))


@SINCE_2_2_1
async def test_c139_a_car_that_stays_parked_pays_steps_of_parking_alone(
    issuing: Issuing, version: str
) -> None:
    """21 minutes at 1.00 an hour as they are, 16 parked become 20 at 2.00."""
    charge = Charge(
        elements=[element(component("TIME", "1.00", 600), component("PARKING_TIME", "2.00", 600))],
        begin=at("10:00"),
        end=at("10:37"),
        periods=[
            period(at("10:00"), ENERGY=5, TIME="0.35"),
            period(at("10:21"), PARKING_TIME="0.2667"),
        ],
    )
    await comes_to(issuing, version, charge, Total("1.0167", "1.22"), wrong=Total("1.1667", "1.40"))


@SINCE_2_2_1
async def test_c140_no_step_is_filled_up_where_another_tariff_begins(issuing: Issuing, version: str) -> None:
    """4.3 kWh at 0.20 stay so although the first tariff counts whole kWh."""
    charge = Charge(
        tariffs={
            "FIRST": [element(component("ENERGY", "0.20", 1000))],
            "SECOND": [element(component("ENERGY", "0.30", 1))],
        },
        begin=at("10:00"),
        end=at("12:00"),
        periods=[
            period(at("10:00"), "FIRST", ENERGY="4.3", TIME=1),
            period(at("11:00"), "SECOND", ENERGY="1.1", TIME=1),
        ],
    )
    await comes_to(issuing, version, charge, Total("1.19", "1.428"), wrong=Total("1.33", "1.596"))


@ALL
@pytest.mark.parametrize(
    ("priced", "volume", "right", "wrong"),
    [
        (component("ENERGY", "0.20", 500), "5.5", Total("1.10", "1.32"), Total("1.20", "1.44")),
        (component("ENERGY", "0.20", 500), "5.501", Total("1.20", "1.44"), Total("1.1002", "1.3202")),
        (component("TIME", "3.00", 1800), "5", Total("3.00", "3.60"), Total("4.50", "5.40")),
        (component("FLAT", "2.50", 0), "5", Total("2.50", "3.00"), Total("0.00", "0.00")),
    ],
)
async def test_c141_steps_are_watt_hours_and_seconds_and_none_follows_a_whole_one(
    issuing: Issuing, version: str, priced: Json, volume: str, right: Total, wrong: Total
) -> None:
    charge = Charge(
        elements=[element(priced)],
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY=volume, TIME=1)],
    )
    await comes_to(issuing, version, charge, right, wrong=wrong)


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("bound", "energy", "right", "wrong"),
    [
        ("min_price", 2, Total("5.00", "5.50"), Total("5.00", "6.00")),  # 1.00 and 1.20 of themselves
        ("max_price", 20, Total("5.00", "5.50"), Total("10.00", "12.00")),
    ],
)
async def test_c142_limits_bind_before_and_after_taxes_each_by_itself(
    issuing: Issuing, version: str, bound: str, energy: int, right: Total, wrong: Total
) -> None:
    names = ("before_taxes", "after_taxes") if version == V3 else ("excl_vat", "incl_vat")
    limit = dict(zip(names, (Decimal("5.00"), Decimal("5.50")), strict=True))
    charge = Charge(
        elements=[DAY_PRICE],
        terms={bound: limit},
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY=energy, TIME=1)],
    )
    await comes_to(issuing, version, charge, right, wrong=wrong)


@SINCE_2_2_1
async def test_c143_reservation_elements_price_the_reservation_and_nothing_else(
    issuing: Issuing, version: str
) -> None:
    """A quarter of an hour at 5.00 is 1.25; then 0.50 and 20 kWh at 0.25."""
    charge = Charge(
        elements=[
            element(component("TIME", "5.00", 60), reservation="RESERVATION"),
            element(component("FLAT", "0.50"), component("ENERGY", "0.25")),
        ],
        begin=at("09:45"),
        end=at("11:00"),
        periods=[period(at("09:45"), RESERVATION_TIME="0.25"), period(at("10:00"), ENERGY=20, TIME=1)],
    )
    await comes_to(issuing, version, charge, Total("6.75", "8.10"), wrong=Total("11.75", "14.10"))


@SINCE_2_2_1
@pytest.mark.parametrize(
    ("net", "gross", "found"),
    [
        ("6.00", "7.20", {"zero_energy_billed"}),  # expired: an hour at 6.00 alone
        ("5.00", "6.00", {"zero_energy_billed", "reservation_outcome_unknown"}),  # cancelled
        ("11.00", "13.20", {"zero_energy_billed", "reservation_outcome_unknown", "total_cost_differs"}),
    ],
)
async def test_c144_a_reservation_that_expired_costs_what_expiry_costs_alone(
    issuing: Issuing, version: str, net: str, gross: str, found: set[str]
) -> None:
    """No bill says whether it expired or was cancelled, but its total does. Nobody charged: worth a look."""
    charge = Charge(
        elements=[
            element(component("TIME", "5.00", 60), reservation="RESERVATION"),
            element(component("TIME", "6.00", 60), reservation="RESERVATION_EXPIRES"),
        ],
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), RESERVATION_TIME=1)],
    )
    total = wire.cost(version, net, gross)
    of_bill = await findings(issuing, issuing.cpo(version), charge, total_cost=total)
    assert {each["code"] for each in of_bill} == found


@SINCE_2_2_1
async def test_c148_a_tariff_of_one_flat_zero_is_free(issuing: Issuing, version: str) -> None:
    charge = Charge(
        elements=[element(component("FLAT", "0.00"))],
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY=10, TIME=1)],
    )
    await comes_to(issuing, version, charge, Total("0.00", "0.00"), wrong=Total("2.50", "3.00"))


@spoken(V3)
async def test_c149_a_tariff_must_say_whether_its_prices_include_taxes(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    heard = await cpo.push("PUT", "tariffs", "C149", body=wire.tariff(version, cpo.party, tax_included=None))
    assert (heard.http, heard.status) == (200, 2001)
    assert "/tax_included" in heard.envelope["status_message"]
    told = wire.tariff(version, cpo.party, id="C149", tax_included="N/A")
    assert (await cpo.push("PUT", "tariffs", "C149", body=told)).http == 201
    assert (await cpo.shown("tariffs", "C149"))["tax_included"] == "N/A"


@spoken(V3)
async def test_c149_prices_that_include_taxes_are_not_taxed_again(issuing: Issuing, version: str) -> None:
    """20 kWh at 0.30 are 6.00 with 20 % tax in it, 5.00 without."""
    charge = Charge(
        elements=[element(component("ENERGY", "0.30"))],
        terms={"tax_included": "YES"},
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY=20, TIME=1)],
    )
    await comes_to(issuing, version, charge, Total("5.00", "6.00"), wrong=Total("6.00", "7.20"))


@spoken(V3)
async def test_c150_a_price_is_an_amount_before_taxes_and_a_list_of_taxes(
    issuing: Issuing, version: str
) -> None:
    cpo = issuing.cpo(version)
    old = wire.cdr(version, cpo.party, EMSP, id="C150-old", total_cost={"excl_vat": 2, "incl_vat": 2.4})
    heard = await cpo.bill(old)
    assert (heard.http, heard.status) == (200, 2001)
    assert "/total_cost/before_taxes" in heard.envelope["status_message"]

    taxes = [{"name": "GST", "percentage": 5, "amount": 0.1}, {"name": "QST", "amount": 0.2}]
    new = wire.cdr(version, cpo.party, EMSP, id="C150-new", total_cost={"before_taxes": 2, "taxes": taxes})
    assert (await cpo.bill(new)).http == 201
    assert (await cpo.shown("cdrs", "C150-new"))["total_cost"]["taxes"] == taxes


@spoken(V2)
async def test_c151_without_vat_none_applies(issuing: Issuing, version: str) -> None:
    charge = Charge(
        elements=[element(component("ENERGY", "0.25", vat=None))],
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY=20, TIME=1)],
    )
    await comes_to(issuing, version, charge, Total("5.00", "5.00"), wrong=Total("5.00", "6.00"))


@spoken(V2)
async def test_c151_no_vat_is_something_else_than_zero_percent(issuing: Issuing, version: str) -> None:
    cpo = issuing.cpo(version)
    priced = [component("ENERGY", "0.25", vat=None), component("TIME", "1", vat=0)]
    await cpo.push(
        "PUT", "tariffs", "C151", body=wire.tariff(version, cpo.party, element(*priced), id="C151")
    )
    (kept,) = [each for each in await issuing.kept("tariffs") if each["id"] == "C151"]
    without, zero = kept["elements"][0]["price_components"]
    assert ("vat" in without, zero["vat"]) == (False, 0)


@ALL
async def test_c152_a_total_may_be_rounded_as_others_round(issuing: Issuing, version: str) -> None:
    """5.375 kWh at 0.25 are 1.34375, and 1.6125 with tax."""
    cpo = issuing.cpo(version)
    charge = Charge(
        elements=[element(component("ENERGY", "0.25"))],
        begin=at("10:00"),
        end=at("11:00"),
        periods=[period(at("10:00"), ENERGY="5.375", TIME=1)],
    )
    for net, gross in (("1.3438", "1.6125"), ("1.34", "1.61"), ("1.3438", "1.6126")):
        assert await findings(issuing, cpo, charge, total_cost=wire.cost(version, net, gross)) == []
    off = await findings(issuing, cpo, charge, total_cost=wire.cost(version, "1.36", "1.64"))
    assert {each["code"] for each in off} == {"total_cost_differs"}
