"""The main job as a user runs it: one command, separate processes, real sockets."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def demo(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "passerelle", "demo", *arguments],
        env={**os.environ, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def told(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("demo") / "out.json"
    os.environ.setdefault("PASSERELLE_MONGO_URL", mongo_url)
    process = demo("--once", "--stations", "3", "--sessions", "6", "--json", str(file))
    out, errors = process.communicate(timeout=90)
    assert process.returncode == 0, out + errors
    return json.loads(file.read_text(), parse_float=Decimal)


def test_every_session_ends_in_exactly_one_bill(told: Any) -> None:
    assert told["sessions"] == len(told["cdrs"]) == len(told["expected"]) == 6
    assert {cdr["session_id"] for cdr in told["cdrs"]} == {row["session"] for row in told["expected"]}


def test_every_bill_equals_what_was_worked_out_by_hand(told: Any) -> None:
    billed = {cdr["session_id"]: cdr for cdr in told["cdrs"]}
    for row in told["expected"]:
        cdr = billed[row["session"]]
        assert Decimal(cdr["total_energy"]) == Decimal(row["energy_kwh"]), row
        assert Decimal(cdr["total_cost"]["before_taxes"]) == Decimal(row["total_excl_vat"]), row


def test_taxes_are_told_apart(told: Any) -> None:
    for cdr in told["cdrs"]:
        (vat,) = cdr["total_cost"]["taxes"]
        net = Decimal(cdr["total_cost"]["before_taxes"])
        assert abs(Decimal(vat["amount"]) - net / 5) <= Decimal("0.00005")


def test_the_blocked_card_is_refused_at_the_station(told: Any) -> None:
    assert told["refused"] == 1
    assert "04DEADBEEF0001" not in {cdr["cdr_token"]["uid"] for cdr in told["cdrs"]}


def test_every_card_was_authorized_in_real_time(told: Any) -> None:
    assert told["authorizations"] >= 7
    assert {cdr["auth_method"] for cdr in told["cdrs"]} == {"AUTH_REQUEST"}
    assert all(cdr["authorization_reference"] for cdr in told["cdrs"])


def test_it_is_over_within_a_minute(told: Any) -> None:
    assert told["duration_s"] < 60


def test_an_interrupt_leaves_nothing_running(mongo_url: str) -> None:
    os.environ.setdefault("PASSERELLE_MONGO_URL", mongo_url)
    with demo_that_hears() as process:
        children = _children_within(process.pid, 3, seconds=30)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    deadline = time.monotonic() + 15  # noqa: TID251 - a real process takes real time
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "a service outlived the demo"  # noqa: TID251
        time.sleep(0.1)


@contextmanager
def demo_that_hears() -> Iterator["subprocess.Popen[str]"]:
    """A shell has what it starts in the background ignore interrupts, and they would be ignored here too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = demo("--stations", "1", "--sessions", "1")
    signal.signal(signal.SIGINT, before)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _children_within(pid: int, wanted: int, *, seconds: float) -> list[int]:
    """The services, once as many are up."""
    deadline = time.monotonic() + seconds  # noqa: TID251
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    while len(found := [int(each) for each in listing.read_text().split()]) < wanted:
        assert time.monotonic() < deadline, "the services did not start"  # noqa: TID251
        time.sleep(0.05)
    return found
