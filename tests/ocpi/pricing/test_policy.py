"""Fields of the policy that no case turns round."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from ocpi.pricing import (
    DEFAULT,
    Activity,
    MeteredSession,
    Policy,
    Reading,
    StateChange,
    price,
    read_cdr,
    split,
)
from ocpi.pricing.policy import At, GrossLimit, Mode, MoneyRounding, Places, SuspendedByStation
from ocpi.pricing.readings import READINGS
from tests.ocpi.pricing.documents import PARIS, cdr, component, element, period, read, tariff

START = datetime(2024, 1, 15, 10, tzinfo=UTC)


HOUR = read_cdr(cdr()).periods


def test_hours_are_kept_as_sent_if_a_partner_bills_them_so() -> None:
    """0.1667 h are 600.12 s: three steps of 300 s, if they are not taken for 600 s."""
    steps = read(tariff(element(component("TIME", "6.00", step_size=300))))
    as_sent = replace(DEFAULT, snap_hours=False)
    document = cdr(period(TIME="0.1667"))

    snapped = price(read_cdr(document).periods, [steps], PARIS)
    kept = price(read_cdr(document, policy=as_sent).periods, [steps], PARIS, as_sent)

    assert snapped.net() == 1
    assert kept.net() == Decimal("1.5")


def test_unsplit_periods_need_not_be_reported() -> None:
    tiers = read(
        tariff(element(component("ENERGY", "0.40"), max_kwh=5), element(component("ENERGY", "0.30")))
    )
    silent = replace(DEFAULT, report_unsplit_periods=False)

    assert [str(note) for note in price(HOUR, [tiers], PARIS).notes] == [
        "period_spans_price_change[0].ENERGY"
    ]
    assert price(HOUR, [tiers], PARIS, silent).notes == ()


def test_a_station_that_holds_back_power_may_count_as_parking() -> None:
    half = START + timedelta(minutes=30)
    session = MeteredSession(
        START,
        START + timedelta(hours=1),
        (Reading(START, Decimal(0)),),
        (StateChange(half, Activity.SUSPENDED_EVSE),),
    )
    as_parking = replace(DEFAULT, suspended_by_station=SuspendedByStation.PARKING_TIME)

    assert len(split(session, [read(tariff())], PARIS).items) == 1
    assert split(session, [read(tariff())], PARIS, as_parking).items[1].parking == 1800 * 1_000_000


def test_the_gross_side_of_a_net_limit_may_be_unknown() -> None:
    capped = read(tariff(max_price={"excl_vat": 3}))

    found = price(HOUR, [capped], PARIS, replace(DEFAULT, gross_limit=GrossLimit.UNKNOWN))

    assert (found.published.total.net, found.published.total.gross) == (30_000, None)


def test_a_minimum_of_nothing_is_taxed_at_the_tariffs_only_rate() -> None:
    least = read(tariff(element(component("ENERGY", "0.30")), min_price={"excl_vat": 2}))

    found = price(read_cdr(cdr(period(ENERGY="0"))).periods, [least], PARIS)

    assert (found.published.total.net, found.published.total.gross) == (20_000, 24_000)


def test_places_may_follow_the_currency() -> None:
    dinar = read(tariff(element(component("ENERGY", "0.12345")), currency="KWD"))
    cut = MoneyRounding(Places.CURRENCY, Mode.DOWN, At.TOTAL)

    found = price(HOUR, [dinar], PARIS, replace(DEFAULT, money=cut))

    assert (found.places, found.published.total.net) == (3, 1_234)


def test_every_other_reading_changes_one_field_of_the_policy() -> None:
    names = {field.name for field in fields(Policy)}

    for reading in READINGS:
        other = reading.applied_to(DEFAULT)
        assert reading.field in names
        assert other != DEFAULT
        assert hash(other) != hash(DEFAULT)
