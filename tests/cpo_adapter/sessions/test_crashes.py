"""A crash between any two steps costs nothing: one transaction, one bill, to the Wh.

B-81, B-82; §4 (stations that tell nothing twice).
"""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.ocpp.events import TransactionBegan
from cpo_adapter.ocpp.rooms import CardAnswer
from ocpi.process.mongo import Mongo
from schemas import codec
from schemas.v2_3_0.tariffs import TariffElement
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.office import TARIFF, Judge, Office, Partners
from tests.cpo_adapter.sessions.test_session_rooms import read
from tests.fakes.clock import ManualClock
from tests.lent import LentMongo

ENERGY = {"type": "ENERGY", "vat": "20", "step_size": 1}

# Dearer from 9:40 in Luxembourg, forty minutes into the charge: readings in between move what is billed.
BY_THE_CLOCK = TARIFF.model_copy(
    update={
        "elements": (
            TariffElement.model_validate(
                {"price_components": [ENERGY | {"price": "0.5"}], "restrictions": {"end_time": "09:40"}}
            ),
            TariffElement.model_validate({"price_components": [ENERGY | {"price": "0.8"}]}),
        )
    }
)


class Crash(BaseException):
    """The process is gone: nothing may catch it."""


class Fuse:
    """Blows once, at the n-th moment: each call of a part has one before it and one after it."""

    def __init__(self, moment: int) -> None:
        self._left = moment
        self.has_blown = False

    def pass_by(self) -> None:
        if self._left == 0 and not self.has_blown:
            self.has_blown = True
            raise Crash
        self._left -= 1


class Fused:
    def __init__(self, part: object, fuse: Fuse) -> None:
        self._part = part
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._part, name)

        async def called(*arguments: Any, **named: Any) -> Any:
            self._fuse.pass_by()
            answer = await method(*arguments, **named)
            self._fuse.pass_by()
            return answer

        return called


class LastOfAll(Judge):
    """The process dies while the card is being judged."""

    async def judge_start(self, event: TransactionBegan) -> tuple[CardAnswer, Authorized | None]:
        raise Crash(event)


class Play:
    """A station that says everything again until it is answered, and a process that dies once."""

    def __init__(self, mongo: Mongo, clock: ManualClock, moment: int) -> None:
        self.fuse = Fuse(moment)
        self.partners = Partners()
        self._mongo = mongo
        self._clock = clock
        self.office = self._new_office()

    async def perform(self) -> None:
        """Readings arrive after the end too, before and after the process has caught up."""
        await self._said(Office.open)
        begun = await self._said(lambda office: office.sessions.began(told.start_told()))
        await self._said(lambda office: office.publisher.turn())
        await self._said(lambda office: office.sessions.metered(read(begun.number, told.sample(30, 6000))))
        await self._said(lambda office: office.sessions.ended(told.stop_told(str(begun.number))))
        await self._said(lambda office: office.publisher.turn())
        await self._said(lambda office: office.sessions.metered(read(begun.number, told.sample(45, 11_000))))
        await self._said(lambda office: office.publisher.catch_up())
        await self._said(lambda office: office.publisher.turn())

    async def settle(self) -> None:
        """Whatever is still open is dealt with by a process that lives."""
        self.office = Office(self._mongo, self._clock, self.partners, Judge())
        await self.office.open()
        await self.office.publisher.catch_up()
        await self.office.publisher.turn()

    def _new_office(self) -> Office:
        fused = lambda part: Fused(part, self.fuse)  # noqa: E731 - the fuse is this play's
        return Office(self._mongo, self._clock, self.partners, Judge(), wrapped=fused, tariffs=[BY_THE_CLOCK])

    async def _said(self, say: Callable[[Office], Awaitable[Any]]) -> Any:
        try:
            return await say(self.office)
        except Crash:
            self.office = self._new_office()
            await self.office.open()
            return await say(self.office)


async def test_a_crash_between_any_two_steps_leaves_one_bill(mongo: LentMongo, clock: ManualClock) -> None:
    for moment in count():
        await mongo.empty()
        play = Play(mongo, clock, moment)
        await play.perform()
        await play.settle()

        (kept,) = await play.office.kept()
        (body,) = play.partners.bills.values()
        bill: Any = codec.decode(body)
        assert kept["outcome"] == "BILLED", moment
        assert (kept["session_id"], bill["total_energy"]) == (bill["id"], 11), moment
        assert play.partners.heard.index("session COMPLETED") < play.partners.heard.index("bill"), moment
        assert "another bill" not in play.partners.heard, moment
        assert len(play.partners.sessions) == 1, moment
        if not play.fuse.has_blown:
            break
    assert moment > 40


async def test_a_start_whose_station_never_returns_is_judged_at_the_next_start(
    mongo: Mongo, clock: ManualClock
) -> None:
    """Three of five tried stations do not tell a start again (§4)."""
    partners = Partners()
    office = Office(mongo, clock, partners, LastOfAll())
    await office.open()
    with pytest.raises(Crash):
        await office.sessions.began(told.start_told())
    (kept,) = await office.kept()
    assert kept["card"] is None

    office = Office(mongo, clock, partners, Judge())
    await office.open()
    await office.publisher.turn()
    assert partners.heard == ["session ACTIVE"]


class Correcting(Play):
    """A bill has left of 5 kWh, whose end nobody told; now the end comes, and the process dies once."""

    async def bill(self) -> None:
        self.fuse, fuse = Fuse(10**6), self.fuse
        self.office = self._new_office()
        await self.office.open()
        self.begun = await self.office.sessions.began(told.start_told())
        await self.office.sessions.metered(read(self.begun.number, told.sample(30, 6000)))
        for hours in (57, 25):
            await self._clock.advance(hours=hours)
            await self.office.look_around()
        await self.office.publisher.turn()
        self.fuse = fuse
        self.office = self._new_office()

    async def perform(self) -> None:
        await self._said(lambda office: office.sessions.ended(told.stop_told(str(self.begun.number))))
        for _ in range(2):
            await self._clock.advance(minutes=3)
            await self._said(Office.look_around)


async def test_a_crash_between_any_two_steps_of_a_correction_leaves_one_bill(
    mongo: LentMongo,
) -> None:
    for moment in count():
        await mongo.empty()
        play = Correcting(mongo, ManualClock(), moment)
        await play.bill()
        assert [bill["total_energy"] for bill in play.partners.live()] == [5], moment
        await play.perform()
        await play.settle()

        (kept,) = await play.office.kept()
        assert (kept["outcome"], kept["billed_wh"], kept["held_wh"]) == ("BILLED", 11_000, 0), moment
        assert [bill["total_energy"] for bill in play.partners.live()] == [11], moment
        assert len(play.partners.bills) == 3, moment
        assert "another bill" not in play.partners.heard, moment
        if not play.fuse.has_blown:
            break
    assert moment > 15
