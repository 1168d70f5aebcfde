"""What is found out about signed readings, and which of them a bill has room for."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.metrology.bill_part import bill_part
from cpo_adapter.metrology.checking import Told, checked, findings
from cpo_adapter.metrology.model import Alarm, ShownKey, Verdict, in_order
from cpo_adapter.ocpp.events import SignedReading
from ocpi.ocmf import key_of
from tests.fakes.signing_meter import SigningMeter, based, told

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
METER = SigningMeter()
KNOWN = [ShownKey(key_of(METER.public_key), METER.public_key)]
BOTH = METER.record(told("0.00", "B"), told("11.00", "E"))
UNSIGNED = Told(Decimal(11_000), Decimal(12_000))


def reading(data: str, minutes: float = 0, **more: Any) -> SignedReading:
    return SignedReading(NOON + timedelta(minutes=minutes), data, **more)


def found(*readings: SignedReading, known: Any = KNOWN) -> tuple[Verdict, set[Alarm]]:
    result = findings(checked(readings, known), known, UNSIGNED)
    return result.verdict, set(result.alarms)


@pytest.mark.parametrize("kwh", ["11.01", "10.99", "11"])
def test_readings_agree_as_finely_as_the_meter_tells_them(kwh: str) -> None:
    assert found(reading(METER.record(told("0.00", "B"), told(kwh, "E")))) == (Verdict.OK, set())


def test_a_last_digit_more_is_another_energy() -> None:
    text = METER.record(told("0.00", "B"), told("11.02", "E"))

    assert found(reading(text)) == (Verdict.KO, {Alarm.DIFFERS})


@pytest.mark.parametrize(
    ("kwh", "alarms"), [("12.000", set()), ("11.000", set()), ("9.000", {Alarm.DIFFERS})]
)
def test_one_reading_at_the_end_is_the_register_or_counts_the_charge(kwh: str, alarms: set[Alarm]) -> None:
    """B-110: several signed values, or one at the end."""
    assert found(reading(METER.record(told(kwh, "E"))))[1] == alarms


def test_begin_and_end_may_be_signed_apart() -> None:
    """Readings of before the begin count for nothing."""
    texts = [
        METER.record(told("0.400", "C")),
        METER.record(told("0.500", "B")),
        METER.record(told("11.5", "E")),
    ]

    assert found(*(reading(text, at) for at, text in enumerate(texts))) == (Verdict.OK, set())


def test_without_a_key_nothing_is_known() -> None:
    assert found(reading(BOTH), known=[]) == (Verdict.NOT_CHECKED, set())
    assert found(reading(BOTH, public_key="no key"), known=[]) == (Verdict.NOT_CHECKED, set())


def test_a_key_that_signed_badly_is_not_learnt() -> None:
    other = SigningMeter()
    readings = [reading(BOTH, public_key=other.public_key)]
    result = findings(checked(readings, []), [], UNSIGNED)

    assert (result.verdict, set(result.alarms), result.shown) == (Verdict.KO, {Alarm.BROKEN}, None)


def test_another_format_than_ocmf_is_passed_on_and_not_checked() -> None:
    """What is in it nobody here can read."""
    checks = checked([reading("RURMIGRhdGE=", encoding="EDL", public_key="K")], [])
    data, is_short = bill_part(checks, "")

    assert findings(checks, [], UNSIGNED).verdict is Verdict.NOT_CHECKED
    assert data is not None
    assert (data.encoding_method, data.public_key, is_short) == ("EDL", "K", False)
    assert [(each.nature, each.signed_data) for each in data.signed_values] == [
        ("Intermediate", "RURMIGRhdGE=")
    ]


def test_what_is_told_twice_stands_on_the_bill_once_and_with_its_key() -> None:
    """Meter values and the end of a transaction repeat each other."""
    told_twice = (
        reading(BOTH, 5),
        reading("OCMF|{}|{}", 1),
        reading(BOTH, 3),
        reading(BOTH, 9, public_key="K"),
    )

    assert [(each.data, each.public_key) for each in in_order(told_twice)] == [
        ("OCMF|{}|{}", ""),
        (BOTH, "K"),
    ]


def test_a_key_that_does_not_fit_is_left_out_and_told() -> None:
    data, is_short = bill_part(checked([reading(BOTH, public_key="K" * 513)], []), "")

    assert data is not None
    assert (data.public_key, is_short) == (None, True)


def test_a_text_that_does_not_fit_in_base64_is_left_out_and_told() -> None:
    text = METER.record(told("0.000", "B"), TT="x" * 3600)

    assert bill_part(checked([reading(text)], KNOWN), "") == (None, True)


def test_a_bill_without_end_is_left_its_ends() -> None:
    between = [
        reading(based(METER.record(told(1, "C"), TT="x" * 1000, pagination=f"T{at}")), at) for at in range(90)
    ]
    ends = [
        reading(BOTH.replace("0.00", "0.01"), -1, context="Transaction.Begin"),
        reading(BOTH, 99, context="Transaction.End"),
    ]
    data, is_short = bill_part(checked([ends[0], *between, ends[1]], KNOWN), "K")

    assert data is not None
    assert ([each.nature for each in data.signed_values], is_short) == (["Start", "End"], True)
    assert data.public_key == "K"
