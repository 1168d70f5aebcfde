"""Stations over real sockets, kept in a real database, as partners see them.

ocpp.md §5 EVSE status; B-40, B-42, B-51, B-52, B-53, B-54, B-55, B-56.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ocpi.process.mongo import Mongo
from schemas.conformance import check
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.rooms import KEY
from tests.cpo_adapter.stations.authored_files import TOML
from tests.cpo_adapter.stations.operator import Operator, operating
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually

BOOT = {
    "chargePointVendor": "V",
    "chargePointModel": "M",
    "chargePointSerialNumber": "S",
    "firmwareVersion": "1",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "stations.toml"
    path.write_text(TOML)
    return path


def rewrite(file: Path, *changes: tuple[str, str]) -> None:
    text = TOML
    for old, new in changes:
        text = text.replace(old, new)
    file.write_text(text)


@asynccontextmanager
async def connected(
    operator: Operator, identity: str = "CP-1", *, protocol: str = "ocpp1.6"
) -> AsyncIterator[RawStation]:
    socket = await operator.session.ws_connect(
        f"{operator.url}/{identity}", protocols=(protocol,), headers=basic(identity.encode(), KEY.encode())
    )
    async with socket:
        yield RawStation(socket)


async def report(station: RawStation, connector: int, status: str, at: str = "2026-01-01T00:00:00Z") -> None:
    told = {"connectorId": connector, "errorCode": "NoError", "status": status, "timestamp": at}
    answer = await station.call("StatusNotification", told)
    assert answer[2] == {}, answer


async def booted(station: RawStation, operator: Operator) -> None:
    """Boot, and let partners have heard of it."""
    heard = operator.heard("CP-1-1")
    await station.call("BootNotification", BOOT)
    await eventually(lambda: operator.heard("CP-1-1") > heard)
    await turns_taken(operator)
    operator.announced.marked.clear()


async def turns_taken(operator: Operator) -> None:
    """Every look at the station that was asked for before has been taken."""
    async with operator.sight._turns["CP-1"]:  # noqa: SLF001 - first come, first served
        pass


async def all_heard(station: RawStation, operator: Operator) -> None:
    """Partners hear of a station's changes in order: once they hear of this one, they heard of all before."""
    heard = operator.heard("second")
    operator.probes += 1
    at = f"2026-01-01T00:00:{operator.probes:02}Z"
    await report(station, 2, "Unavailable" if operator.status("second") == "AVAILABLE" else "Available", at)
    await eventually(lambda: operator.heard("second") > heard)
    await turns_taken(operator)


async def test_locations_are_what_ocpi_wants(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    async with operating(mongo, file, clock) as operator:
        (location,) = operator.locations.all()

        assert check(location) == []
        assert (location.country_code, location.party_id, location.id) == ("LU", "PAS", "GARE")
        assert [evse.uid for evse in location.evses] == ["CP-1-1", "second", "CP-2-1"]
        assert location.evses[0].connectors[0].tariff_ids == ("DAY",)
        assert operator.locations.evse("gare", "second") == location.evses[1]
        assert operator.locations.location("elsewhere") is None


async def test_a_status_moves_the_evse_and_its_location_and_is_announced_once(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        await clock.advance(minutes=1)
        await report(station, 1, "Available")
        await report(station, 1, "Available", "2026-01-01T00:01:00Z")
        await eventually(lambda: operator.heard("CP-1-1"))

        location = operator.locations.location("GARE")
        assert location is not None
        assert location.last_updated == location.evses[0].last_updated == clock.now()
        assert location.evses[1].last_updated == clock.now() - timedelta(minutes=1)
        assert (operator.status("CP-1-1"), operator.status("second")) == ("AVAILABLE", "UNKNOWN")
        await all_heard(station, operator)
        assert operator.heard("CP-1-1") == 1


async def test_a_queued_older_status_counts_no_more(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    """(B-52)."""
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        await report(station, 1, "Charging", "2026-01-01T00:00:00Z")
        await report(station, 1, "Available", "2025-12-31T23:00:00Z")
        await all_heard(station, operator)

        assert operator.status("CP-1-1") == "CHARGING"


async def test_a_connector_that_nobody_provisioned_is_answered_and_no_evse(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-53)."""
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        await report(station, 3, "Faulted")
        await all_heard(station, operator)

        assert operator.announced.marked == ["GARE/second"]
        assert [outlet.evse for outlet in operator.states.of("CP-1").reports] == [2]
        assert len(operator.locations.all()[0].evses) == 3


async def test_in_2_x_a_connector_of_an_evse_is_provisioned_too(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-53)."""
    boot = {"reason": "PowerUp", "chargingStation": {"vendorName": "V", "model": "M"}}
    async with (
        operating(mongo, file, clock) as operator,
        connected(operator, protocol="ocpp2.0.1") as station,
    ):
        await station.call("BootNotification", boot)
        for connector, status in ((1, "Occupied"), (7, "Faulted")):
            told = {
                "timestamp": "2026-01-01T00:00:00Z",
                "evseId": 1,
                "connectorId": connector,
                "connectorStatus": status,
            }
            assert (await station.call("StatusNotification", told))[2] == {}
        await eventually(lambda: operator.status("CP-1-1") == "CHARGING")

        assert [outlet.connector for outlet in operator.states.of("CP-1").reports] == [1]


async def test_a_faulted_station_takes_all_its_evses_and_a_good_one_heals_none(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-51)."""
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        await report(station, 1, "Faulted")
        await report(station, 0, "Available")
        await all_heard(station, operator)
        assert operator.status("CP-1-1") == "OUTOFORDER"
        await report(station, 0, "Unavailable", "2026-01-01T00:01:00Z")

        await eventually(lambda: operator.status("CP-1-1") == operator.status("second") == "INOPERATIVE")


async def test_a_card_shown_without_a_car_reaches_no_partner(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-54)."""
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        await report(station, 1, "Available")
        await all_heard(station, operator)
        operator.announced.marked.clear()
        for second in (10, 20, 30):
            await report(station, 1, "Preparing", f"2026-01-01T00:00:{second}Z")
            await clock.advance(seconds=9)
            await report(station, 1, "Available", f"2026-01-01T00:00:{second + 9}Z")
            await clock.advance(seconds=1)
        await clock.advance(seconds=30)
        await all_heard(station, operator)

        assert operator.heard("CP-1-1") == 0


async def test_preparing_that_lasts_is_in_use(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        await report(station, 1, "Available")
        await report(station, 1, "Preparing", "2026-01-01T00:00:01Z")
        await all_heard(station, operator)
        assert operator.status("CP-1-1") == "AVAILABLE"
        await clock.advance(seconds=11)

        await eventually(lambda: operator.heard("CP-1-1") == 2)
        assert operator.status("CP-1-1") == "CHARGING"


async def test_swinging_between_kinds_of_charging_is_one_announcement(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-56)."""
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        for status in ("SuspendedEVSE", "Charging", "SuspendedEV", "Charging", "Finishing"):
            await report(station, 1, status)
            await all_heard(station, operator)

        assert operator.heard("CP-1-1") == 1


async def test_a_station_out_of_sight_is_unknown_after_the_grace_and_back_when_it_returns(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator:
        async with connected(operator) as station:
            await booted(station, operator)
            await report(station, 1, "Charging")
            await all_heard(station, operator)
        await eventually(lambda: not operator.registry.is_connected("CP-1"))
        await clock.advance(minutes=9)
        assert operator.status("CP-1-1") == "CHARGING"
        await clock.advance(minutes=1)
        await eventually(lambda: operator.status("CP-1-1") == "UNKNOWN")

        await eventually(lambda: operator.heard("CP-1-1") == 2)
        async with connected(operator):
            await eventually(lambda: operator.heard("CP-1-1") == 3)
            assert operator.status("CP-1-1") == "CHARGING"


async def test_a_short_absence_is_seen_by_nobody(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    async with operating(mongo, file, clock) as operator:
        async with connected(operator) as station:
            await booted(station, operator)
            await report(station, 1, "Charging")
            await all_heard(station, operator)
        await eventually(lambda: not operator.registry.is_connected("CP-1"))
        await clock.advance(minutes=5)
        async with connected(operator) as station:
            await station.call("BootNotification", BOOT)
            await clock.advance(minutes=10)
            await all_heard(station, operator)

            assert operator.heard("CP-1-1") == 1


async def test_a_station_that_returns_without_booting_is_asked_for_each_connector(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-40): it says only what has changed, and this adapter may have missed it."""
    async with operating(mongo, file, clock) as operator:
        async with connected(operator) as station:
            await station.call("BootNotification", BOOT)
        await clock.advance(minutes=1)
        async with connected(operator) as station:
            await eventually(lambda: operator.registry.is_connected("CP-1"))
            await clock.advance(seconds=11)
            questions = []
            for _ in range(2):
                question = await station.hear()
                questions.append(question[2:])
                await station.say(f'[3,"{question[1]}",{{"status":"Accepted"}}]')

            assert questions == [
                ["TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 1}],
                ["TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 2}],
            ]


async def test_a_station_that_boots_is_asked_for_nothing(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await station.call("BootNotification", BOOT)
        await clock.advance(seconds=11)

        assert await station.hears_nothing()


async def test_a_station_that_never_booted_is_asked_to(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    """(B-42)."""
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await eventually(lambda: operator.registry.is_connected("CP-1"))
        await clock.advance(seconds=11)

        assert (await station.hear())[2:] == ["TriggerMessage", {"requestedMessage": "BootNotification"}]


async def test_a_station_out_of_service_has_to_wait(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    rewrite(file, ('identity = "CP-1"', 'in_service = false\nidentity = "CP-1"'))
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        assert (await station.call("BootNotification", BOOT))[2]["status"] == "Pending"
        assert operator.status("CP-1-1") == "PLANNED"


async def test_firmware_being_installed_makes_it_inoperative_until_it_boots(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        await report(station, 1, "Available")
        await station.call("FirmwareStatusNotification", {"status": "Installing"})
        await eventually(lambda: operator.status("CP-1-1") == "INOPERATIVE")
        await station.call("BootNotification", BOOT)

        await eventually(lambda: operator.status("CP-1-1") == "AVAILABLE")


async def test_a_restart_forgets_nothing_and_announces_nothing_twice(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    """(B-22)."""
    async with operating(mongo, file, clock) as operator:
        assert set(operator.announced.marked) == {"GARE", "GARE/CP-1-1", "GARE/second", "GARE/CP-2-1"}
        async with connected(operator) as station:
            await booted(station, operator)
            await report(station, 1, "Reserved")
            await all_heard(station, operator)
        before = operator.locations.all()
    await clock.advance(minutes=1)

    async with operating(mongo, file, clock) as operator:
        assert operator.announced.marked == []
        assert operator.locations.all() == before
        async with connected(operator) as station:
            assert (await station.call("Heartbeat", {}))[0] == 3


async def test_a_change_whose_announcement_failed_is_announced_at_the_next_start(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await station.call("BootNotification", BOOT)
        operator.announced.trouble = ConnectionError("the outbox is away")
        await report(station, 1, "Faulted")
        await eventually(lambda: operator.status("CP-1-1") == "OUTOFORDER")

    async with operating(mongo, file, clock) as operator:
        assert operator.heard("CP-1-1") == 1
        assert operator.status("CP-1-1") == "OUTOFORDER"


async def test_an_announcement_that_failed_is_made_again_soon(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await booted(station, operator)
        operator.announced.trouble = ConnectionError("the outbox is away")
        await report(station, 1, "Faulted")
        await eventually(lambda: operator.status("CP-1-1") == "OUTOFORDER")
        operator.announced.trouble = None
        await clock.advance(seconds=2)

        await eventually(lambda: operator.heard("CP-1-1"))


async def test_a_site_that_its_author_changed_is_announced(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock):
        pass
    rewrite(file, ("Gare centrale", "Gare nouvelle"))
    await clock.advance(minutes=1)

    async with operating(mongo, file, clock) as operator:
        assert operator.announced.marked == ["GARE"]
        location = operator.locations.location("GARE")
        assert location is not None
        assert (location.name, location.last_updated) == ("Gare nouvelle", clock.now())


async def test_a_notice_is_kept_with_its_frame(mongo: Mongo, file: Path, clock: ManualClock) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await station.call("BootNotification", BOOT)
        await station.call(
            "SecurityEventNotification", {"type": "Tamper", "timestamp": "2026-01-01T00:00:00Z"}
        )

    (kept,) = await mongo.collection("station_notices").find({}).to_list(None)
    assert (kept["station"], kept["action"], kept["received_at"]) == (
        "CP-1",
        "SecurityEventNotification",
        clock.now(),
    )
    assert '"Tamper"' in kept["frame"]


async def test_keys_rest_in_the_database_as_digests_only(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator) as station:
        await station.call("BootNotification", BOOT)

    (kept,) = await mongo.collection("stations").find({"_id": "CP-1"}).to_list(None)
    assert KEY not in str(kept)
    assert bytes.fromhex(KEY) not in kept["key_digest"]


async def test_who_is_taken_out_of_the_inventory_cannot_connect(
    mongo: Mongo, file: Path, clock: ManualClock
) -> None:
    async with operating(mongo, file, clock) as operator, connected(operator):
        pass
    rewrite(file, ("CP-1", "CP-9"), ("key = ", "# "))

    async with operating(mongo, file, clock) as operator:
        with pytest.raises(Exception, match="401"):
            async with connected(operator):
                pass
