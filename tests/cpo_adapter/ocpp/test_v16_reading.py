"""What is made of fields that stations spell in their own way.

B-25, B-64, B-65, B-72, B-77; L-13, L-14, L-15.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cpo_adapter.ocpp.events import Doubt, Origin, Outlet
from cpo_adapter.ocpp.v16.handlers import Request, transaction_ended
from cpo_adapter.ocpp.v16.reading import Reading, moment, whole

RECEIVED = datetime(2026, 1, 1, 12, tzinfo=UTC)


def reading(**payload: Any) -> Reading:
    return Reading(payload, RECEIVED)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-01T10:00:00Z", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T10:00:00", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T12:00:00+02:00", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01 10:00:00.123456789Z", datetime(2026, 1, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2025-12-29T10:00:00Z", datetime(2025, 12, 29, 10, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_every_spelling(text: str, at: datetime) -> None:
    seen = reading(timestamp=text)

    assert seen.instant("timestamp") == at
    assert not seen.doubts


@pytest.mark.parametrize(
    "text",
    ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2026-01-01T12:06:00Z", "yesterday", "", None, 7, []],
)
def test_an_absurd_time_is_replaced_by_the_time_of_receipt_and_doubted(text: Any) -> None:
    seen = reading(timestamp=text)

    assert seen.instant("timestamp") == RECEIVED
    assert seen.doubts == {Doubt.TIME_REPLACED}


def test_a_clock_may_run_a_little_ahead() -> None:
    assert reading(timestamp="2026-01-01T12:04:00Z").instant("timestamp") == RECEIVED + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("value", "wh"), [(12, 12), (Decimal("12.0"), 12), ("12", 12), (" 12.9 ", 12), (-5, -5), ("-1", -1)]
)
def test_a_meter_is_read_leniently(value: Any, wh: int) -> None:
    seen = reading(meterStart=value)

    assert seen.meter_wh("meterStart") == wh
    assert not seen.doubts


@pytest.mark.parametrize(
    "value", [None, "", "NaN", "Infinity", "-Infinity", "1e400", 10**13, True, [], {}, "12 Wh"]
)
def test_a_meter_that_cannot_be_read_is_doubted(value: Any) -> None:
    seen = reading(meterStart=value)

    assert seen.meter_wh("meterStart") == 0
    assert seen.doubts == {Doubt.METER_UNREADABLE}


@pytest.mark.parametrize(("value", "outlet"), [(1, Outlet(1)), ("2", Outlet(2)), (0, Outlet(0, 0))])
def test_connectors_are_evses(value: Any, outlet: Outlet) -> None:
    assert reading(connectorId=value).outlet("connectorId") == outlet


@pytest.mark.parametrize("value", [-3, None, "left"])
def test_a_connector_that_is_none_is_doubted(value: Any) -> None:
    seen = reading(connectorId=value)

    assert seen.outlet("connectorId") == Outlet(0, 0)
    assert seen.doubts == {Doubt.CONNECTOR_UNREADABLE}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "", "abc", None, (1e99).__str__()])
def test_a_sampled_value_that_is_no_number_is_left_out_and_doubted(value: Any) -> None:
    block = {"timestamp": "2026-01-01T11:00:00Z", "sampledValue": [{"value": value}, {"value": "7"}]}
    seen = reading(meterValue=[block])

    assert [sample.value for sample in seen.samples("meterValue")] == [7]
    assert seen.doubts == {Doubt.SAMPLE_UNREADABLE}


@pytest.mark.parametrize("value", ["-0", "1e-9", 5, "  5 "])
def test_odd_spellings_of_numbers_are_numbers(value: Any) -> None:
    seen = reading(meterValue=[{"timestamp": "2026-01-01T11:00:00Z", "sampledValue": [{"value": value}]}])

    assert len(seen.samples("meterValue")) == 1
    assert not seen.doubts


@pytest.mark.parametrize(
    "blocks", [None, {}, "x", [], [None], [{}], [{"sampledValue": {}}], [{"sampledValue": []}]]
)
def test_meter_values_without_values_are_none(blocks: Any) -> None:
    assert reading(meterValue=blocks).samples("meterValue") == ()


def test_signed_data_is_no_number_and_no_mistake() -> None:
    block = {
        "timestamp": "2026-01-01T11:00:00Z",
        "sampledValue": [{"value": "OCMF|{}|{}", "format": "SignedData"}],
    }
    seen = reading(meterValue=[block])

    assert seen.samples("meterValue") == ()
    assert not seen.doubts


@pytest.mark.parametrize(
    ("told", "reason", "doubts"),
    [
        ({}, "Local", set()),
        ({"reason": "Remote"}, "Remote", set()),
        ({"reason": "TimeLimitReached"}, "Other", {Doubt.REASON_UNKNOWN}),
    ],
)
def test_a_reason_is_local_when_missing_and_other_when_unknown(
    told: Any, reason: str, doubts: set[Doubt]
) -> None:
    payload = {"transactionId": 7, "meterStop": 5, "timestamp": "2026-01-01T11:00:00Z"} | told
    ended = transaction_ended(Request(Origin("CP-1", RECEIVED, ""), "StopTransaction", payload))

    assert ended.reason == reason
    assert ended.doubts == doubts


@pytest.mark.parametrize("value", [None, True, [], "x"])
def test_what_is_no_number_is_no_number(value: Any) -> None:
    assert whole(value) is None


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_time_off_the_calendar_is_none(value: str) -> None:
    assert moment(value) is None
