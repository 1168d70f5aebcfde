"""A simulated station against a real door: it says all that it has to, whatever happens to the line."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from ocpp.v16.enums import UnlockStatus

from cpo_adapter.ocpp.events import (
    Booted,
    MeterRead,
    Outlet,
    StatusChanged,
    TransactionBegan,
    TransactionEnded,
)
from cpo_adapter.ocpp.intents import (
    CancelReservation,
    ClearProfile,
    Outcome,
    RemoteStart,
    RemoteStop,
    Reserve,
    SetProfile,
    StationRefused,
    Tell,
    TellSchedule,
    Topic,
    Unlock,
)
from cpo_adapter.ocpp.rooms import CardAnswer, CardStatus, Registration
from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from ocpi.process.clock import SystemClock
from simulators.charge import Charge, PowerProfile
from simulators.obeying import Abilities
from simulators.station import SimulatedStation, StationSettings
from tests.cpo_adapter.door import Door, running_door
from tests.cpo_adapter.rooms import KEY, STATION, STORAGE_IS_AWAY, Cards, Sessions, Stations
from tests.fakes.eventually import eventually

# 30 min at a constant 7 400 W = 3 700 Wh; played in a fifth of a second.
HALF_AN_HOUR = Charge(
    uid="CARD", profile=PowerProfile.constant(power_w=7400, duration_s=1800), duration_s=1800, speed=9000
)
SETTINGS = StationSettings(
    identity=STATION,
    key=KEY,
    connectors=2,
    reconnect_s=0.05,
    retry_s=0.05,
    patience_s=1,
    remote_charge=HALF_AN_HOUR,
)


def simulated(door: Door, settings: StationSettings = SETTINGS) -> SimulatedStation:
    """One that connects as soon as it can."""
    station = SimulatedStation(
        settings, url=door.url, session=door.session, supervisor=door.supervisor, clock=SystemClock()
    )
    station.start()
    return station


async def plugged_in(door: Door) -> SimulatedStation:
    station = simulated(door)
    await station.ready()
    return station


def statuses(door: Door) -> list[tuple[int, str]]:
    told = [event for event in door.stations.events if isinstance(event, StatusChanged)]
    return [(event.outlet.evse, event.status.value) for event in told]


async def test_it_boots_once_and_tells_the_status_of_each_connector(door: Door) -> None:
    station = await plugged_in(door)
    await eventually(lambda: len(door.stations.events) == 3)
    await station.cut()
    await station.charge(HALF_AN_HOUR)

    assert [type(event) for event in door.stations.events[:3]] == [Booted, StatusChanged, StatusChanged]
    assert sum(isinstance(event, Booted) for event in door.stations.events) == 1


async def test_it_waits_until_its_boot_is_accepted(door: Door) -> None:
    door.stations.registration = Registration.PENDING
    station = simulated(door)
    ready = asyncio.gather(station.ready())
    await eventually(lambda: door.stations.events)
    assert not ready.done()
    door.stations.registration = Registration.ACCEPTED
    await station.cut()

    await ready


async def test_a_charge_is_told_from_tap_to_stop(door: Door) -> None:
    station = await plugged_in(door)
    charged = await station.charge(HALF_AN_HOUR)

    began, *read, ended = door.sessions.events
    assert isinstance(began, TransactionBegan)
    assert isinstance(ended, TransactionEnded)
    assert door.cards.asked == ["CARD"]
    assert (began.uid, began.outlet, began.meter_wh) == ("CARD", Outlet(1), 0)
    assert (ended.reference, ended.meter_wh, ended.reason) == ("1", 3700, "Local")
    assert len(read) == 29
    registers = [event.samples[0].value for event in read if isinstance(event, MeterRead)]
    assert registers == [Decimal(7400 * minute // 60) for minute in range(1, 30)]
    assert (charged.energy_wh, charged.transaction_id, charged.card) == (3700, 1, "Accepted")
    assert not any(event.doubts for event in door.sessions.events)


async def test_simulated_time_ends_at_now(door: Door) -> None:
    station = await plugged_in(door)
    await station.charge(HALF_AN_HOUR)

    began, ended = door.sessions.events[0], door.sessions.events[-1]
    assert isinstance(began, TransactionBegan)
    assert isinstance(ended, TransactionEnded)
    assert ended.at - began.at == timedelta(minutes=30)
    assert timedelta(0) <= ended.origin.received_at - ended.at < timedelta(seconds=5)


async def test_charges_on_one_connector_do_not_overlap_and_its_meter_goes_on(door: Door) -> None:
    station = await plugged_in(door)
    charged = await station.charges([HALF_AN_HOUR, HALF_AN_HOUR])

    assert charged[0].ended_at <= charged[1].began_at
    starts = [event.meter_wh for event in door.sessions.events if isinstance(event, TransactionBegan)]
    assert starts == [0, 3700]


async def test_a_refused_card_leads_to_no_transaction_and_is_reported(door: Door) -> None:
    door.cards.answer = CardAnswer(CardStatus.BLOCKED)
    station = await plugged_in(door)
    charged = await station.charge(HALF_AN_HOUR)

    assert (charged.card, charged.energy_wh, charged.transaction_id) == ("Blocked", 0, None)
    assert door.sessions.events == []


async def test_a_card_that_the_start_refuses_is_stopped_at_once(door: Door) -> None:
    door.sessions.card = CardAnswer(CardStatus.INVALID)
    station = await plugged_in(door)
    charged = await station.charge(HALF_AN_HOUR)

    ended = door.sessions.events[-1]
    assert isinstance(ended, TransactionEnded)
    assert ended.reason == "DeAuthorized"
    assert (charged.card, charged.energy_wh) == ("Invalid", ended.meter_wh)
    assert charged.energy_wh < 500


async def test_a_car_that_is_full_and_stays_is_suspended(door: Door) -> None:
    stays = Charge(
        uid="CARD", profile=PowerProfile.constant(power_w=6000, duration_s=600), duration_s=1800, speed=9000
    )
    station = await plugged_in(door)
    charged = await station.charge(stays)
    await eventually(lambda: statuses(door)[-1] == (1, "Available"))

    told = [event for event in door.stations.events if isinstance(event, StatusChanged)]
    assert charged.energy_wh == 1000
    assert [(event.at - told[2].at).total_seconds() for event in told[2:]] == [0, 0, 600, 1800]
    assert [status for outlet, status in statuses(door)[2:]] == [
        "Preparing",
        "Charging",
        "SuspendedEV",
        "Available",
    ]


async def test_lost_lines_lose_nothing_and_reorder_nothing(door: Door) -> None:
    station = await plugged_in(door)
    charging = asyncio.gather(station.charge(HALF_AN_HOUR))
    for seen in (1, 5, 10):
        await eventually(lambda seen=seen: len(door.sessions.events) >= seen)  # type: ignore[misc]
        await station.cut()
    (charged,) = await charging

    told = [event.origin.frame.split(",", 2)[2] for event in door.sessions.events]
    once = list(dict.fromkeys(told))
    assert len(once) == 31
    assert [told.index(frame) for frame in once] == sorted(told.index(frame) for frame in once)
    assert charged.energy_wh == 3700


async def test_a_central_system_that_is_away_gets_everything_when_it_is_back() -> None:
    """Killed after the start, back after the charge has ended: the same payloads, the same order."""
    sessions = Sessions()
    async with running_door(Stations(), Cards(), sessions) as door:
        station = await plugged_in(door)
        charging = asyncio.gather(station.charge(HALF_AN_HOUR))
        await eventually(lambda: len(sessions.events) >= 2)
        await door.stop()
        heard = len(sessions.events)
        await asyncio.sleep(HALF_AN_HOUR.lasts_s)
        assert heard == len(sessions.events) < 31
        await door.come_back()
        (charged,) = await charging

    assert charged.energy_wh == 3700
    assert isinstance(sessions.events[-1], TransactionEnded)


async def test_a_message_that_is_not_answered_is_said_again_unchanged(door: Door) -> None:
    door.sessions.trouble = STORAGE_IS_AWAY
    station = await plugged_in(door)
    charging = asyncio.gather(station.charge(HALF_AN_HOUR))
    await eventually(lambda: (1, "Preparing") in statuses(door))
    await asyncio.sleep(HALF_AN_HOUR.lasts_s)
    door.sessions.trouble = None
    (charged,) = await charging

    assert len(door.sessions.events) == 31
    assert charged.energy_wh == 3700


async def test_a_remote_start_and_a_remote_stop_are_obeyed(door: Door) -> None:
    await plugged_in(door)
    started = await door.registry.ask(STATION, RemoteStart("APP-USER", Outlet(2)))
    busy = await door.registry.ask(STATION, RemoteStart("ANOTHER", Outlet(2)))
    await eventually(lambda: len(door.sessions.events) > 2)
    stopped = await door.registry.ask(STATION, RemoteStop("1"))
    unknown = await door.registry.ask(STATION, RemoteStop("99"))
    await eventually(lambda: isinstance(door.sessions.events[-1], TransactionEnded))

    began, ended = door.sessions.events[0], door.sessions.events[-1]
    assert isinstance(began, TransactionBegan)
    assert isinstance(ended, TransactionEnded)
    assert (began.uid, began.outlet, ended.reason) == ("APP-USER", Outlet(2), "Remote")
    assert (started, busy, stopped, unknown) == (
        Outcome.ACCEPTED,
        Outcome.REJECTED,
        Outcome.ACCEPTED,
        Outcome.REJECTED,
    )
    assert door.cards.asked == []


async def test_it_tells_its_status_when_it_is_asked(door: Door) -> None:
    await plugged_in(door)
    await eventually(lambda: len(door.stations.events) == 3)
    assert await door.registry.ask(STATION, Tell(Topic.STATUS, Outlet(2))) is Outcome.ACCEPTED
    await eventually(lambda: len(door.stations.events) == 4)
    assert await door.registry.ask(STATION, Tell(Topic.METER)) is Outcome.NOT_SUPPORTED

    assert statuses(door)[-1] == (2, "Available")


async def test_a_reserved_connector_is_for_its_card_alone(door: Door) -> None:
    station = await plugged_in(door)
    reserved = await door.registry.ask(STATION, Reserve(5, "CARD", Outlet(1), soon(60)))
    another = await station.charge(replace(HALF_AN_HOUR, uid="ANOTHER"))
    remotely = await door.registry.ask(STATION, RemoteStart("ANOTHER", Outlet(1)))
    charged = await station.charge(HALF_AN_HOUR)

    began = door.sessions.events[0]
    assert isinstance(began, TransactionBegan)
    assert (began.uid, began.reservation) == ("CARD", 5)
    assert (reserved, remotely) == (Outcome.ACCEPTED, Outcome.REJECTED)
    assert (another.card, charged.card) == ("not free", "Accepted")
    assert (1, "Reserved") in statuses(door)


async def test_a_reservation_can_be_moved_cancelled_and_expires(door: Door) -> None:
    await plugged_in(door)
    for outlet in (1, 2):
        await door.registry.ask(STATION, Reserve(5, "CARD", Outlet(outlet), soon(60)))
    taken = await door.registry.ask(STATION, Reserve(6, "CARD", Outlet(2), soon(60)))
    cancelled = [await door.registry.ask(STATION, CancelReservation(5)) for _ in range(2)]
    await door.registry.ask(STATION, Reserve(7, "CARD", Outlet(2), soon(0.1)))
    moved = [(1, "Reserved"), (1, "Available"), (2, "Reserved"), (2, "Available")]
    await eventually(lambda: statuses(door)[2:] == [*moved, (2, "Reserved"), (2, "Available")])

    assert taken is Outcome.OCCUPIED
    assert cancelled == [Outcome.ACCEPTED, Outcome.REJECTED]


async def test_a_profile_is_kept_for_the_transaction_that_it_is_for(door: Door) -> None:
    """B-105, B-106: 1.6 counts in tenths, and a negative limit is none."""
    await plugged_in(door)
    limits = (Limit(0, Decimal("16.08")), Limit(600, Decimal(6)))
    wanted = Schedule(soon(0), RateUnit.A, limits, lasts_s=3600)
    too_early = await door.registry.ask(STATION, SetProfile(1, "1", Outlet(1), wanted))
    await door.registry.ask(STATION, RemoteStart("CARD", Outlet(1)))
    await eventually(lambda: len(door.sessions.events) > 1)
    before = await door.registry.schedule(STATION, TellSchedule(Outlet(1), 900))
    accepted = await door.registry.ask(STATION, SetProfile(1, "1", Outlet(1), wanted))
    told = await door.registry.schedule(STATION, TellSchedule(Outlet(1), 900))
    cleared = [await door.registry.ask(STATION, ClearProfile(1)) for _ in range(2)]

    assert (too_early, accepted) == (Outcome.REJECTED, Outcome.ACCEPTED)
    assert before is not None
    assert before.limits == ()
    assert told is not None
    assert (told.unit, told.lasts_s) == (RateUnit.A, 900)
    assert told.limits == (Limit(0, Decimal("16.0")), Limit(600, Decimal(6)))
    assert abs(told.begins_at - wanted.begins_at) < timedelta(milliseconds=1)
    assert cleared == [Outcome.ACCEPTED, Outcome.UNKNOWN]


async def test_unlocking_ends_what_runs_there(door: Door) -> None:
    await plugged_in(door)
    await door.registry.ask(STATION, RemoteStart("CARD", Outlet(1)))
    await eventually(lambda: len(door.sessions.events) > 1)

    assert await door.registry.ask(STATION, Unlock(Outlet(1))) is Outcome.ACCEPTED
    await eventually(lambda: isinstance(door.sessions.events[-1], TransactionEnded))
    ended = door.sessions.events[-1]
    assert isinstance(ended, TransactionEnded)
    assert ended.reason == "UnlockCommand"


async def test_what_a_station_was_not_built_for_it_refuses(door: Door) -> None:
    simple = Abilities(reserves=False, limits=False, unlocking=UnlockStatus.not_supported)
    station = simulated(door, replace(SETTINGS, abilities=simple))
    await station.ready()

    assert await door.registry.ask(STATION, Unlock(Outlet(1))) is Outcome.NOT_SUPPORTED
    assert await door.registry.ask(STATION, Reserve(5, "C", Outlet(1), soon(60))) is Outcome.REJECTED
    with pytest.raises(StationRefused) as refused:
        await door.registry.ask(STATION, ClearProfile(1))
    assert refused.value.is_ignorance


def soon(seconds: float) -> datetime:
    return SystemClock().now() + timedelta(seconds=seconds)


async def test_a_hundred_stations_charge_in_one_process() -> None:
    stations = Stations()
    stations.digests = {f"CP-{number}": stations.digests[STATION] for number in range(100)}
    async with running_door(stations, Cards(), Sessions()) as door:
        fleet = [simulated(door, StationSettings(identity=name, key=KEY)) for name in stations.digests]
        charged = await asyncio.gather(*(station.charge(HALF_AN_HOUR) for station in fleet))

        assert [each.energy_wh for each in charged] == [3700] * 100
        assert len(door.sessions.events) == 100 * 31
