"""Log lines: JSON, one a fact, followable, without secrets."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog

from ocpi.process import logs

KEY = "a key for pseudonyms"


class Written(io.StringIO):
    """Standard error as a log collector reads it."""

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    written = Written()
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure("INFO", pseudonym_key=KEY)
    yield written
    structlog.configure(**before)
    logging.captureWarnings(capture=False)
    root.handlers = handlers
    root.setLevel(level)


def test_a_fact_is_one_json_line_with_time_level_and_source(stderr: Written) -> None:
    logs.logger("hub.routing").info("cdr stored", party="FR*ABC", bytes=1240)
    (line,) = stderr.lines()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "cdr stored",
        "source": "hub.routing",
        "party": "FR*ABC",
        "bytes": 1240,
    }


def test_the_time_of_a_line_is_utc(stderr: Written) -> None:
    logs.logger("x").info("now")
    written = datetime.fromisoformat(stderr.lines()[0]["time"])
    assert written.utcoffset() == timedelta(0)


def test_lines_below_the_level_are_not_written(stderr: Written) -> None:
    logs.logger("x").debug("detail")
    assert stderr.lines() == []


async def test_the_correlation_id_is_on_every_line_inside_also_of_tasks_started_there(
    stderr: Written,
) -> None:
    log = logs.logger("x")

    async def work() -> None:
        log.info("in a task")

    with logs.correlation("c-1"):
        log.info("inside")
        assert logs.current_correlation() == "c-1"
        await asyncio.gather(work())
    log.info("outside")

    assert [line.get("correlation_id") for line in stderr.lines()] == ["c-1", "c-1", None]


def test_an_exception_stays_on_its_line_without_the_secret_in_it(stderr: Written) -> None:
    try:
        int("mongodb://hub:hunter2@db")
    except ValueError:
        logs.logger("x").exception("request failed")
    (line,) = stderr.lines()
    assert "ValueError: invalid literal for int() with base 10: 'mongodb://hub:***@db'" in line["exception"]


def test_secrets_are_dropped_wherever_they_lie(stderr: Written) -> None:
    headers = {"Authorization": "Token abcdefghij", "X-Request-ID": "1"}
    logs.logger("x").info("request sent", token="abc", headers=headers)
    (line,) = stderr.lines()
    assert line["token"] == "[redacted]"
    assert line["headers"] == {"Authorization": "[redacted]", "X-Request-ID": "1"}


def test_a_pseudonym_passes_under_any_name(stderr: Written) -> None:
    uid = logs.pseudonym("012345678")
    logs.logger("x").info("card authorized", token=uid)
    assert stderr.lines()[0]["token"] == uid


def test_a_line_break_in_a_value_forges_no_line(stderr: Written) -> None:
    """Attack 65: a vendor name that ends one line and begins another."""
    logs.logger("x").info("station booted", vendor='A\n{"level":"info","event":"forged"}')
    assert [line["event"] for line in stderr.lines()] == ["station booted"]


def test_no_value_keeps_a_line_from_being_written(stderr: Written) -> None:
    """A header with bytes that are no text, a number too large for JSON readers: both come from outside."""
    logs.logger("x").info("request refused", header="\udcff", length=10**30, odd=float("nan"), thing=object)
    assert [line["event"] for line in stderr.lines()] == ["request refused"]


def test_lines_of_libraries_are_in_the_same_format_from_a_warning_up(stderr: Written) -> None:
    logging.getLogger("aiohttp.server").info("chatter")
    logging.getLogger("aiohttp.server").warning("no %s in mongodb://a:b@c", "luck")
    (line,) = stderr.lines()
    assert (line["level"], line["source"], line["event"]) == (
        "warning",
        "aiohttp.server",
        "no luck in mongodb://a:***@c",
    )


@pytest.mark.usefixtures("stderr")
def test_a_pseudonym_is_short_the_same_for_one_card_and_another_for_another() -> None:
    uid = "04A2B3C4D5E680"
    assert logs.pseudonym(uid) == logs.pseudonym(uid.lower())
    assert logs.pseudonym(uid) != logs.pseudonym("04A2B3C4D5E681")
    assert len(logs.pseudonym(uid)) == 17
    assert uid not in logs.pseudonym(uid)


@pytest.mark.usefixtures("stderr")
def test_another_key_gives_other_pseudonyms_that_can_be_told_apart() -> None:
    before = logs.pseudonym("04A2B3C4D5E680")
    logs.configure(pseudonym_key="another key for them")
    after = logs.pseudonym("04A2B3C4D5E680")
    assert before.split("-")[0] != after.split("-")[0]
    assert before.split("-")[1] != after.split("-")[1]
