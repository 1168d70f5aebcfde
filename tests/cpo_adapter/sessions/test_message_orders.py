"""Whatever the order in which stations tell, and whatever dies meanwhile: each charge ends in one outcome.

Stations of 1.6 and 2.x charge, meter, stop, lose their line, repeat themselves, lose readings and never stop;
the process crashes and time passes. What is billed, held and not billed is always what the stations have
counted, and of no session do two bills ever stand. `make faults` searches further.
"""

import asyncio
import uuid
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cpo_adapter.ocpp.events import ConnectorStatus, Moment, StatusChanged
from tests.cpo_adapter.sessions import told
from tests.cpo_adapter.sessions.office import Judge, Office, Partners
from tests.cpo_adapter.sessions.scenes import Asked, Yardful
from tests.fakes.clock import ManualClock
from tests.lent import LentMongo

INDEX = st.integers(0, 1000)


class Orders(RuleBasedStateMachine):
    def __init__(self, loop: asyncio.AbstractEventLoop, mongo: LentMongo) -> None:
        super().__init__()
        self._loop, self._mongo = loop, mongo
        self._clock, self._partners = ManualClock(), Partners()
        self._yard = Yardful()
        self._asked = Asked(self._yard)
        self._do(mongo.empty())
        self._start()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    def _start(self) -> None:
        """A process with nothing in its memory."""
        self._office = Office(self._mongo, self._clock, self._partners, Judge(), asker=self._asked)
        self._do(self._office.open())
        self._do(self._office.publisher.catch_up())

    def _pick(self, among: list[Any], index: int) -> Any:
        return among[index % len(among)]

    @initialize(cars=st.lists(st.tuples(st.integers(0, 5000), st.booleans()), min_size=4, max_size=4))
    def everywhere_a_car_charges(self, cars: list[tuple[int, bool]]) -> None:
        """Or has charged, and nothing of it was told yet."""
        places = self._yard.free()
        for place, (energy_wh, is_gone) in zip(places, cars, strict=True):
            self._yard.begin(place, self._clock.now())
            self._later(minutes=30)
            self._yard.draw(self._yard.charges[-1], self._clock.now(), energy_wh)
            if is_gone:
                self._yard.end(self._yard.charges[-1], self._clock.now())

    @precondition(lambda self: self._yard.free())
    @rule(index=INDEX)
    def a_car_comes(self, index: int) -> None:
        self._later(minutes=2)
        self._yard.begin(self._pick(self._yard.free(), index), self._clock.now())

    @precondition(lambda self: self._yard.running())
    @rule(index=INDEX, energy_wh=st.integers(500, 5000))
    def a_car_draws(self, index: int, energy_wh: int) -> None:
        self._later(minutes=30)
        self._yard.draw(self._pick(self._yard.running(), index), self._clock.now(), energy_wh)

    @precondition(lambda self: self._yard.running())
    @rule(index=INDEX)
    def a_car_leaves(self, index: int) -> None:
        self._later(minutes=2)
        self._yard.end(self._pick(self._yard.running(), index), self._clock.now())

    @precondition(lambda self: self._yard.tellable())
    @rule(index=INDEX)
    def a_message_comes(self, index: int) -> None:
        self._do(self._pick(self._yard.tellable(), index).tell(self._office.sessions, self._clock.now()))

    @precondition(lambda self: self._yard.tellable())
    @rule()
    def the_queue_comes(self) -> None:
        for message in self._yard.tellable():
            self._do(message.tell(self._office.sessions, self._clock.now()))

    @precondition(lambda self: self._yard.tellable())
    @rule(index=INDEX)
    def one_message_is_days_late(self, index: int) -> None:
        """Nobody waits so long: what can be settled without it is. First of all one that tells a start."""
        tellable = self._yard.tellable()
        starts = [each for each in tellable if each.charge.is_named and each.moment is Moment.STARTED]
        late = self._pick(starts or tellable, index)
        for message in [each for each in self._yard.tellable() if each is not late]:
            self._do(message.tell(self._office.sessions, self._clock.now()))
        for _ in range(4):
            self.time_passes(minutes=25 * 60)

    @precondition(lambda self: self._yard.told())
    @rule(index=INDEX)
    def a_message_comes_again(self, index: int) -> None:
        message = self._pick(self._yard.told(), index)
        self._do(message.tell(self._office.sessions, self._clock.now()))

    @precondition(lambda self: any(each.may_get_lost for each in self._yard.tellable()))
    @rule(index=INDEX)
    def a_reading_gets_lost(self, index: int) -> None:
        message = self._pick([each for each in self._yard.tellable() if each.may_get_lost], index)
        message.charge.messages.remove(message)

    @precondition(lambda self: self._yard.charges)
    @rule(index=INDEX, status=st.sampled_from(["Available", "Charging", "SuspendedEV"]))
    def a_status_comes(self, index: int, status: str) -> None:
        charge, now = self._pick(self._yard.charges, index), self._clock.now()
        where = told.origin("StatusNotification", {}, heard_at=now, station=charge.station)
        change = StatusChanged(where, charge.outlet, ConnectorStatus(status), "", now)
        self._do(self._office.sessions.status_changed(change))

    @rule(is_online=st.booleans())
    def the_line(self, *, is_online: bool) -> None:
        self._yard.is_online = is_online

    @rule()
    def the_process_dies(self) -> None:
        self._start()

    @rule(minutes=st.sampled_from([1, 10, 60, 24 * 60, 50 * 60]))
    def time_passes(self, minutes: int) -> None:
        self._later(minutes=minutes)
        self._do(self._office.look_around())

    @invariant()
    def two_bills_never_stand(self) -> None:
        sessions = [bill["session_id"] for bill in self._partners.live()]
        assert len(sessions) == len(set(sessions))
        assert "another bill" not in self._partners.heard

    def teardown(self) -> None:
        """All that is left is told, and enough time passes."""
        while self._yard.tellable():
            self.the_queue_comes()
        for _ in range(4):
            self._later(minutes=25 * 60)
            self._do(self._office.look_around())
        self._all_is_settled()

    def _all_is_settled(self) -> None:
        kept = self._do(self._office.kept())
        assert len(kept) == len(self._yard.charges)
        assert {each["outcome"] for each in kept} <= {"BILLED", "HELD", "NOT_BILLED"}
        names = ("billed_wh", "held_wh", "not_billed_wh")
        counted = sum(int(each[name]) for each in kept for name in names)
        assert counted == sum(charge.told_wh for charge in self._yard.charges)
        live = {bill["session_id"]: bill["total_energy"] * 1000 for bill in self._partners.live()}
        billed = {each["session_id"]: each["billed_wh"] for each in kept if each["outcome"] == "BILLED"}
        assert live == billed

    def _later(self, minutes: float) -> None:
        self._do(self._clock.advance(seconds=timedelta(minutes=minutes).total_seconds()))


def test_each_charge_ends_in_one_outcome_whatever_the_order_of_messages(mongo_url: str) -> None:
    loop = asyncio.new_event_loop()
    mongo = loop.run_until_complete(LentMongo.connect(mongo_url, f"test_{uuid.uuid4().hex}"))

    class Here(Orders):
        def __init__(self) -> None:
            super().__init__(loop, mongo)

    try:
        some = settings(max_examples=settings().max_examples // 3, stateful_step_count=25)
        run_state_machine_as_test(Here, settings=some)
    finally:
        loop.run_until_complete(mongo.drop())
        mongo.close()
        loop.close()
