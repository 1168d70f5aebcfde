"""Two processes on one database: what one asked, the other hears the outcome of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from simulators.partner import SimulatedPartner
from tests.emsp_adapter.conftest import Issuing
from tests.emsp_adapter.obeying import BACK, Obeying, response_url
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.platforms import CPO, Running, agree, connect, running_emsp

APP = {"uid": "app-7", "type": "APP_USER", "contract_id": "NL-MSP-C777"}


@pytest.fixture
async def other(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Running]:
    async with running_emsp(mongo, clock, tmp_path) as emsp:
        yield emsp


async def test_a_result_that_comes_to_the_other_process_is_taken(obeying: Obeying, other: Running) -> None:
    obeying.answers("ACCEPTED")
    command = await obeying.give()
    await other.foundation.directory.refresh()
    elsewhere = response_url(obeying.asked()).replace(obeying.issuing.emsp.url, other.url)
    heard = await obeying.cpo.tell_result(elsewhere, {"result": "ACCEPTED"}, BACK)
    assert (heard.http, heard.status) == (200, 1000)
    shown = await obeying.shown(command)
    assert (shown["state"], shown["result"]["result"]) == ("DONE", "ACCEPTED")
    again = await obeying.cpo.tell_result(response_url(obeying.asked()), {"result": "FAILED"}, BACK)
    assert again.status == 2001


async def test_the_deadline_of_a_process_that_is_gone_is_kept_by_the_other(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, other: Running
) -> None:
    async with SimulatedPartner(("CPO", CPO)) as cpo:
        async with running_emsp(mongo, clock, tmp_path) as emsp:
            await connect(emsp, cpo, "the-cpo", "CPO")
            await agree(emsp)
            asking = Obeying(Issuing(emsp, cpo))
            asking.answers("ACCEPTED", timeout=60)
            command = await asking.give(token=APP)
        left = Obeying(Issuing(other, cpo))
        assert (await left.shown(command))["state"] == "PROMISED"
        await clock.leap(seconds=61)

        async def has_timed_out() -> bool:
            return bool((await left.shown(command))["state"] == "TIMED_OUT")

        await eventually_so(has_timed_out)
