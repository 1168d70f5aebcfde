"""A simulated station that speaks 2.0.1 or 2.1, against a real door: as the one of 1.6, in other words."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cpo_adapter.ocpp.events import (
    Booted,
    ConnectorStatus,
    Moment,
    Outlet,
    StatusChanged,
    TransactionTold,
)
from cpo_adapter.ocpp.intents import (
    CancelReservation,
    ClearProfile,
    Outcome,
    RemoteStart,
    RemoteStop,
    Reserve,
    SetProfile,
    Tell,
    TellQueue,
    TellSchedule,
    Topic,
    Unlock,
)
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus
from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from simulators.obeying import Abilities
from simulators.station import SimulatedStation, StationSettings
from tests.cpo_adapter.door import Door
from tests.cpo_adapter.rooms import STATION, STORAGE_IS_AWAY
from tests.fakes.eventually import eventually
from tests.simulators.test_simulated_station import HALF_AN_HOUR, SETTINGS, simulated, soon


@pytest.fixture(params=["2.0.1", "2.1"])
def settings(request: pytest.FixtureRequest) -> StationSettings:
    return replace(SETTINGS, ocpp=str(request.param))


async def plugged_in(door: Door, settings: StationSettings) -> SimulatedStation:
    station = simulated(door, settings)
    await station.ready()
    return station


def told(door: Door) -> list[TransactionTold]:
    return [event for event in door.sessions.events if isinstance(event, TransactionTold)]


def statuses(door: Door) -> list[tuple[int, str]]:
    changes = [event for event in door.stations.events if isinstance(event, StatusChanged)]
    return [(event.outlet.evse, event.status.value) for event in changes]


async def test_it_boots_and_tells_the_status_of_each_evse(door: Door, settings: StationSettings) -> None:
    await plugged_in(door, settings)
    await eventually(lambda: len(door.stations.events) == 3)

    assert isinstance(door.stations.events[0], Booted)
    assert statuses(door) == [(1, "Available"), (2, "Available")]
    assert door.registry.subprotocol(STATION) == f"ocpp{settings.ocpp}"


async def test_a_charge_is_told_from_tap_to_stop(door: Door, settings: StationSettings) -> None:
    station = await plugged_in(door, settings)
    charged = await station.charge(HALF_AN_HOUR)
    await eventually(lambda: statuses(door)[-1] == (1, "Available"))

    events = told(door)
    assert door.cards.asked == ["CARD"]
    assert [event.seq for event in events] == list(range(31))
    assert [event.moment for event in events] == [Moment.STARTED, *[Moment.UPDATED] * 29, Moment.ENDED]
    assert {event.reference for event in events} == {charged.transaction_id}
    assert (events[0].outlet, events[0].uid, events[0].status) == (
        Outlet(1, 1),
        "CARD",
        ConnectorStatus.CHARGING,
    )
    assert [event.samples[0].value for event in events] == [
        Decimal(7400 * minute // 60) for minute in range(31)
    ]
    assert events[-1].at - events[0].at == timedelta(minutes=30)
    assert not any(event.doubts for event in events)
    assert (charged.energy_wh, charged.card) == (3700, "Accepted")
    assert (1, "Occupied") in statuses(door)


async def test_a_refused_card_leads_to_no_transaction(door: Door, settings: StationSettings) -> None:
    door.cards.answer = CardAnswer(CardStatus.BLOCKED)
    station = await plugged_in(door, settings)
    assert (await station.charge(HALF_AN_HOUR)).card == "Blocked"
    assert told(door) == []


async def test_a_card_that_the_start_refuses_is_stopped_at_once(
    door: Door, settings: StationSettings
) -> None:
    door.sessions.card = CardAnswer(CardStatus.INVALID)
    station = await plugged_in(door, settings)
    charged = await station.charge(HALF_AN_HOUR)

    assert (told(door)[-1].moment, told(door)[-1].reason) == (Moment.ENDED, "DeAuthorized")
    assert (charged.card, charged.energy_wh < 500) == ("Invalid", True)


async def test_what_is_not_answered_is_said_again_unchanged(door: Door, settings: StationSettings) -> None:
    station = await plugged_in(door, settings)
    charging = asyncio.gather(station.charge(HALF_AN_HOUR))
    await eventually(lambda: (1, "Occupied") in statuses(door))
    door.sessions.trouble = STORAGE_IS_AWAY
    await asyncio.sleep(HALF_AN_HOUR.lasts_s)
    door.sessions.trouble = None
    await station.cut()
    await charging

    seqs = [event.seq for event in told(door)]
    assert sorted({*seqs}) == list(range(31))  # type: ignore[type-var]
    assert [*dict.fromkeys(seqs)] == list(range(31))


async def test_orders_are_obeyed_and_their_number_told_again(door: Door, settings: StationSettings) -> None:
    """B-93: the number of the order decides, not the reason that is told."""
    await plugged_in(door, settings)
    started = await door.registry.ask(STATION, RemoteStart("APP-USER", Outlet(2), 77))
    await eventually(lambda: len(told(door)) > 2)
    busy = await door.registry.ask(STATION, RemoteStart("ANOTHER", Outlet(2), 78))
    unlocked = await door.registry.ask(STATION, Unlock(Outlet(2)))
    queued = await door.registry.has_queued(STATION, TellQueue(told(door)[0].reference))
    stopped = await door.registry.ask(STATION, RemoteStop(told(door)[0].reference))
    unknown = await door.registry.ask(STATION, RemoteStop("99"))
    await eventually(lambda: told(door)[-1].moment is Moment.ENDED)

    began, ended = told(door)[0], told(door)[-1]
    assert (began.uid, began.remote_start, began.outlet) == ("APP-USER", 77, Outlet(2, 1))
    assert ended.reason == "Remote"
    assert (started, stopped) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert (busy, unlocked, unknown) == (Outcome.REJECTED, Outcome.REJECTED, Outcome.REJECTED)
    assert isinstance(queued, bool)
    assert door.cards.asked == []


async def test_it_tells_its_status_when_it_is_asked(door: Door, settings: StationSettings) -> None:
    await plugged_in(door, settings)
    await eventually(lambda: len(door.stations.events) == 3)
    assert await door.registry.ask(STATION, Tell(Topic.STATUS, Outlet(2))) is Outcome.ACCEPTED
    await eventually(lambda: len(door.stations.events) == 4)
    assert await door.registry.ask(STATION, Tell(Topic.METER)) is Outcome.NOT_SUPPORTED


async def test_a_reserved_connector_is_for_its_card_alone(door: Door, settings: StationSettings) -> None:
    station = await plugged_in(door, settings)
    reserved = await door.registry.ask(STATION, Reserve(5, "CARD", Outlet(1), soon(60)))
    another = await station.charge(replace(HALF_AN_HOUR, uid="ANOTHER"))
    await station.charge(HALF_AN_HOUR)
    again = await door.registry.ask(STATION, Reserve(6, "CARD", Outlet(2), soon(60)))
    cancelled = [await door.registry.ask(STATION, CancelReservation(6)) for _ in range(2)]

    assert (reserved, again, another.card) == (Outcome.ACCEPTED, Outcome.ACCEPTED, "not free")
    assert (told(door)[0].uid, told(door)[0].reservation) == ("CARD", 5)
    assert cancelled == [Outcome.ACCEPTED, Outcome.REJECTED]


async def test_a_profile_is_kept_for_the_transaction_that_it_is_for(
    door: Door, settings: StationSettings
) -> None:
    await plugged_in(door, settings)
    limits = (Limit(0, Decimal("16.08")), Limit(600, Decimal(6)))
    wanted = Schedule(soon(0), RateUnit.A, limits, lasts_s=3600)
    await door.registry.ask(STATION, RemoteStart("CARD", Outlet(1)))
    await eventually(lambda: len(told(door)) > 1)
    name = told(door)[0].reference
    wrong = await door.registry.ask(STATION, SetProfile(1, "another", Outlet(1), wanted))
    accepted = await door.registry.ask(STATION, SetProfile(1, name, Outlet(1), wanted))
    shown = await door.registry.schedule(STATION, TellSchedule(Outlet(1), 900))
    cleared = [await door.registry.ask(STATION, ClearProfile(1)) for _ in range(2)]

    assert (wrong, accepted) == (Outcome.REJECTED, Outcome.ACCEPTED)
    assert shown is not None
    assert (shown.unit, shown.lasts_s) == (RateUnit.A, 900)
    assert shown.limits == (Limit(0, Decimal("16.0")), Limit(600, Decimal(6)))
    assert cleared == [Outcome.ACCEPTED, Outcome.UNKNOWN]


async def test_what_a_station_was_not_built_for_it_refuses(door: Door, settings: StationSettings) -> None:
    await plugged_in(door, replace(settings, abilities=Abilities(reserves=False, limits=False)))
    profile = SetProfile(1, "T", Outlet(1), Schedule(soon(0), RateUnit.A, (Limit(0, Decimal(6)),)))

    assert await door.registry.ask(STATION, Reserve(5, "C", Outlet(1), soon(60))) is Outcome.REJECTED
    assert await door.registry.ask(STATION, profile) is Outcome.NOT_SUPPORTED
