"""What must hold of every session and every tariff, whatever their figures are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ocpi.pricing import (
    DEFAULT,
    Activity,
    Breakdown,
    MeteredSession,
    Period,
    Periods,
    Reading,
    StateChange,
    Tariff,
    cost_fields,
    price,
    read_cdr,
    split,
)
from ocpi.pricing.audit import audit
from ocpi.pricing.known import Known
from ocpi.pricing.merge import merged
from ocpi.pricing.policy import MoneyRounding
from ocpi.pricing.tariff import Component, Dimension, Element, Limit, Restrictions, TaxMode
from ocpi.pricing.units import PRICE_UNITS, RATE_UNITS, TICKS_PER_SECOND, UNITS_PER_KWH, UNITS_PER_WH
from tests.ocpi.pricing.documents import PARIS, cdr

START = datetime(2024, 3, 30, 18, tzinfo=UTC)  # the clocks change in the night that follows
QUARTER = timedelta(minutes=15)
CENT = PRICE_UNITS // 100

prices = st.integers(0, 300).map(lambda cents: cents * CENT)
rates = st.sampled_from([None, 0, 5 * RATE_UNITS, 20 * RATE_UNITS, 9975 * RATE_UNITS // 1000])
steps = st.sampled_from([0, 1, 60, 500, 900])
hours = st.integers(0, 23).map(lambda hour: hour * 3600)
seconds = st.integers(1, 400).map(lambda minutes: minutes * 60 * TICKS_PER_SECOND)
kwh = st.integers(1, 60).map(lambda whole: whole * UNITS_PER_KWH)


@st.composite
def components(draw: st.DrawFn) -> Component:
    dimension = draw(
        st.sampled_from([Dimension.FLAT, Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME])
    )
    unit = UNITS_PER_WH if dimension is Dimension.ENERGY else TICKS_PER_SECOND
    return Component(dimension, draw(prices), draw(rates), draw(steps) * unit)


@st.composite
def restrictions(draw: st.DrawFn) -> Restrictions:
    kind = draw(st.sampled_from(["none", "clock", "days", "energy", "duration", "power"]))
    match kind:
        case "clock":
            return Restrictions(start_time=draw(hours), end_time=draw(hours))
        case "days":
            return Restrictions(day_of_week=draw(st.frozensets(st.integers(0, 6), min_size=1)))
        case "energy":
            return Restrictions(min_energy=draw(st.none() | kwh), max_energy=draw(st.none() | kwh))
        case "duration":
            return Restrictions(
                min_duration=draw(st.none() | seconds), max_duration=draw(st.none() | seconds)
            )
        case "power":
            return Restrictions(max_power=draw(kwh))
        case _:
            return Restrictions()


@st.composite
def tariffs(draw: st.DrawFn, tax: TaxMode | None = None) -> Tariff:
    elements = st.builds(Element, st.lists(components(), min_size=1, max_size=3).map(tuple), restrictions())
    return Tariff(
        "T1",
        "EUR",
        tuple(draw(st.lists(elements, min_size=1, max_size=5))),
        tax or draw(st.sampled_from([TaxMode.NET, TaxMode.NONE])),
        start=None,
    )


@st.composite
def sessions(draw: st.DrawFn) -> MeteredSession:
    quarters = draw(st.integers(1, 60))
    used = draw(st.lists(st.integers(0, 90_000), min_size=quarters, max_size=quarters))
    readings, register = [Reading(START, Decimal(777))], Decimal(777)
    for number, tenths in enumerate(used, start=1):
        register += Decimal(tenths) / 10
        readings.append(Reading(START + number * QUARTER, register))
    changes = draw(
        st.lists(
            st.builds(
                StateChange,
                st.integers(0, quarters * 900 - 1).map(lambda second: START + timedelta(seconds=second)),
                st.sampled_from(
                    [Activity.CHARGING, Activity.SUSPENDED_EV, Activity.SUSPENDED_EVSE, Activity.IDLE]
                ),
            ),
            max_size=4,
        )
    )
    return MeteredSession(START, START + quarters * QUARTER, tuple(readings), tuple(changes))


def exactly(found: Breakdown) -> tuple[Fraction | None, Fraction | None]:
    return found.net(), found.gross()


@given(sessions(), tariffs())
def test_the_energies_of_the_periods_are_the_difference_of_the_meter(
    session: MeteredSession, tariff: Tariff
) -> None:
    periods = split(session, [tariff], PARIS)

    measured = session.readings[-1].energy_wh - session.readings[0].energy_wh
    assert sum(period.energy or 0 for period in periods.items) == measured * UNITS_PER_WH


@given(sessions(), tariffs())
def test_a_split_session_has_no_unsplit_period(session: MeteredSession, tariff: Tariff) -> None:
    found = price(split(session, [tariff], PARIS), [tariff], PARIS)

    assert [note for note in found.notes if note.code == "period_spans_price_change"] == []


@given(sessions(), tariffs())
def test_neighbouring_periods_fill_the_session_without_gap(session: MeteredSession, tariff: Tariff) -> None:
    periods = split(session, [tariff], PARIS)

    edges = [periods.start, *(period.end for period in periods.items)]
    assert edges == [*(period.start for period in periods.items), periods.end]


@given(sessions(), tariffs(), st.sampled_from([0, 1, 7]))
def test_splitting_never_changes_a_total_under_a_constant_price(
    session: MeteredSession, shape: Tariff, cents: int
) -> None:
    """Every element sells everything at the same price: only the cuts differ from one plain element."""
    same = tuple(
        Component(each, cents * CENT) for each in (Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME)
    )
    plain = replace(shape, elements=(Element(same),))
    cut = replace(
        shape,
        elements=(*(replace(element, components=same) for element in shape.elements), Element(same)),
    )

    whole = price(split(session, [plain], PARIS), [plain], PARIS)
    pieces = price(split(session, [cut], PARIS), [cut], PARIS)

    assert exactly(whole) == exactly(pieces)


def halved(period: Period) -> list[Period]:
    """The same period as two that are priced alike."""
    middle = (period.start + period.end) // 2
    return [
        period._replace(end=middle, **_share(period, first=True)),
        period._replace(start=middle, **_share(period, first=False)),
    ]


def _share(period: Period, *, first: bool) -> dict[str, Any]:
    volumes = {field: getattr(period, field) for field in ("energy", "time", "parking")}
    return {
        field: whole // 2 if first else whole - whole // 2
        for field, whole in volumes.items()
        if whole is not None
    }


@given(sessions(), tariffs())
def test_merging_equal_neighbours_never_changes_a_total(session: MeteredSession, shape: Tariff) -> None:
    """Periods cut in two for no reason become whole again."""
    tariff = replace(
        shape, elements=tuple(each for each in shape.elements if each.restrictions.max_power is None)
    )
    periods = split(session, [tariff], PARIS)
    pieces = periods._replace(items=tuple(half for period in periods.items for half in halved(period)))

    again = merged(pieces, [tariff], PARIS, DEFAULT)

    assert len(again.items) == len(periods.items)
    assert exactly(price(again, [tariff], PARIS)) == exactly(price(pieces, [tariff], PARIS))


@given(sessions(), tariffs(), st.integers(2, 9))
def test_scaling_prices_and_limits_scales_costs(session: MeteredSession, tariff: Tariff, factor: int) -> None:
    limited = replace(
        tariff, min_price=Limit(30 * CENT, 36 * CENT), max_price=Limit(4000 * CENT, 4800 * CENT)
    )
    scaled = replace(
        limited,
        elements=tuple(
            replace(
                element,
                components=tuple(replace(part, price=part.price * factor) for part in element.components),
            )
            for element in limited.elements
        ),
        min_price=Limit(30 * CENT * factor, 36 * CENT * factor),
        max_price=Limit(4000 * CENT * factor, 4800 * CENT * factor),
    )
    periods = split(session, [limited], PARIS)

    net, gross = exactly(price(periods, [limited], PARIS))

    assert net is not None
    assert gross is not None
    assert exactly(price(periods, [scaled], PARIS)) == (net * factor, gross * factor)


@given(sessions(), tariffs(), tariffs())
def test_elements_behind_unrestricted_ones_are_neutral(
    session: MeteredSession, tariff: Tariff, other: Tariff
) -> None:
    everything = tuple(
        Component(each, CENT)
        for each in (Dimension.FLAT, Dimension.ENERGY, Dimension.TIME, Dimension.PARKING_TIME)
    )
    closed = replace(tariff, elements=(*tariff.elements, Element(everything)))
    longer = replace(closed, elements=(*closed.elements, *other.elements))
    alone = price(split(session, [closed], PARIS), [closed], PARIS)

    assert exactly(price(alone.periods, [longer], PARIS)) == exactly(alone)
    assert exactly(price(split(session, [longer], PARIS), [longer], PARIS)) == exactly(alone)


@given(sessions(), tariffs(), st.integers(0, 4))
def test_tax_lines_are_what_gross_is_more_than_net(
    session: MeteredSession, tariff: Tariff, places: int
) -> None:
    policy = replace(DEFAULT, money=MoneyRounding(places=places))
    found = price(split(session, [tariff], PARIS), [tariff], PARIS, policy)
    fields = cost_fields(found)

    amounts = zip(
        found.published, ("fixed", "energy", "time", "parking", "reservation", "", "cost"), strict=True
    )
    for amount, name in amounts:
        field = fields.get("total_cost" if name == "cost" else f"total_{name}_cost")
        if field is not None:
            assert amount.net is not None
            assert amount.gross is not None
            tax = sum((line["amount"] for line in field["taxes"]), Decimal(0))
            assert tax == Decimal(amount.gross - amount.net).scaleb(-places)


@given(sessions(), tariffs(TaxMode.NET))
def test_what_is_written_reads_back_at_the_same_price(session: MeteredSession, tariff: Tariff) -> None:
    """A receiver who prices the CDR anew comes to the same total, from four decimals of kWh and hours."""
    found = price(split(session, [tariff], PARIS), [tariff], PARIS)
    written: dict[str, Any] = {**cost_fields(found), "tariffs": None}
    read = read_cdr(cdr(**{**written, **ends(found.periods)}))

    assert exactly(price(read.periods, [tariff], PARIS)) == exactly(found)


@given(sessions(), tariffs(TaxMode.NET))
def test_an_audit_has_nothing_against_our_own_totals(session: MeteredSession, tariff: Tariff) -> None:
    found = price(split(session, [tariff], PARIS), [tariff], PARIS)
    document = cdr(**{**cost_fields(found), "tariffs": None, **ends(found.periods)})

    codes = {finding.code for finding in audit(document, Known(zone=PARIS, tariffs=(tariff,)))}

    assert not {code for code in codes if code.endswith(("_differs", "_add_up", "price_change"))}


def ends(periods: Periods) -> dict[str, str]:
    end = (START + timedelta(microseconds=periods.end - periods.start)).isoformat()
    return {"start_date_time": START.isoformat(), "end_date_time": end, "last_updated": end}
