"""Which keys and profiles are in force, across restarts and changes of the inventory."""

from pathlib import Path

import pytest

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.credentials import Profile
from cpo_adapter.stations.inventory import read_inventory
from cpo_adapter.stations.key_store import KeyStore
from cpo_adapter.stations.keys import KeyRing
from cpo_adapter.stations.model import Inventory
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.rooms import KEY, PEPPER
from tests.cpo_adapter.stations.authored_files import CSV, TOML

OLD, NEW, NEWER = bytes.fromhex(KEY), b"n" * 20, b"m" * 20
KEYS = StationKeys(PEPPER)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "stations.toml"
    path.write_text(TOML)
    return path


def rewrite(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


async def started(mongo: Mongo, file: Path) -> KeyRing:
    authored = read_inventory(file)
    ring = KeyRing(inventory=Inventory(authored.sites), store=KeyStore(mongo), keys=KEYS)
    await ring.start(authored.keys)
    return ring


def good(ring: KeyRing, station: str = "CP-1") -> set[bytes]:
    credentials = ring.credentials(station)
    assert credentials is not None
    return set(credentials.digests)


def digests(*keys: bytes) -> set[bytes]:
    return {KEYS.digest(key) for key in keys}


async def test_an_offered_key_is_good_beside_older_ones_until_it_is_used(mongo: Mongo, file: Path) -> None:
    """B-12."""
    ring = await started(mongo, file)
    await ring.offer("CP-1", KEYS.digest(NEW))
    await ring.offer("CP-1", KEYS.digest(NEWER))
    await ring.came_in("CP-1", Profile.BASIC, KEYS.digest(OLD))
    assert good(ring) == good(await started(mongo, file)) == digests(OLD, NEW, NEWER)

    await ring.came_in("CP-1", Profile.BASIC, KEYS.digest(NEW))
    assert good(ring) == good(await started(mongo, file)) == digests(NEW, NEWER)

    await ring.came_in("CP-1", Profile.BASIC, KEYS.digest(NEWER))
    assert good(ring) == good(await started(mongo, file)) == digests(NEWER)


async def test_many_offers_forget_the_oldest_and_never_the_key_in_force(mongo: Mongo, file: Path) -> None:
    ring = await started(mongo, file)
    offered = [bytes([number]) * 20 for number in range(9)]
    for key in offered:
        await ring.offer("CP-1", KEYS.digest(key))

    assert good(ring) == digests(OLD, *offered[-5:])


async def test_a_key_that_was_changed_since_outlives_a_restart_with_the_old_file(
    mongo: Mongo, file: Path
) -> None:
    ring = await started(mongo, file)
    await ring.put_in_force("CP-1", KEYS.digest(NEW))

    assert good(await started(mongo, file)) == digests(NEW)


async def test_another_key_in_the_file_counts_from_the_next_start(mongo: Mongo, file: Path) -> None:
    ring = await started(mongo, file)
    await ring.offer("CP-1", KEYS.digest(NEW))
    rewrite(file, KEY, NEWER.hex())

    assert good(await started(mongo, file)) == digests(NEWER)


async def test_a_profile_that_was_reached_is_the_least_from_then_on(mongo: Mongo, file: Path) -> None:
    ring = await started(mongo, file)
    await ring.put("CP-1", raised_to=2)
    await ring.came_in("CP-1", Profile.BASIC, None)
    before = ring.credentials("CP-1")
    await ring.came_in("CP-1", Profile.TLS_BASIC, None)

    after, restarted = ring.credentials("CP-1"), (await started(mongo, file)).credentials("CP-1")
    assert before is not None
    assert after is not None
    assert before.profile == Profile.BASIC
    assert after.profile == Profile.TLS_BASIC
    assert after == restarted


async def test_who_was_added_by_a_command_and_then_left_the_inventory_is_nobody(
    mongo: Mongo, file: Path
) -> None:
    ring = await started(mongo, file)
    await ring.put("CP-9", is_added=True)
    await ring.put_in_force("CP-9", KEYS.digest(NEW))
    assert good(ring, "CP-9") == digests(NEW)
    rewrite(file, "CP-2", "CP-9")
    assert good(await started(mongo, file), "CP-9") == digests(NEW)
    rewrite(file, "CP-9", "CP-2")

    assert (await started(mongo, file)).credentials("CP-9") is None


async def test_what_one_process_changes_another_knows_in_a_moment(mongo: Mongo, file: Path) -> None:
    one, other = await started(mongo, file), await started(mongo, file)
    await one.offer("CP-1", KEYS.digest(NEW))
    await one.put("CP-9", is_added=True, key_digest=KEYS.digest(NEW))
    await other.refresh()
    assert good(other) == digests(OLD, NEW)
    assert good(other, "CP-9") == digests(NEW)

    await other.came_in("CP-1", Profile.BASIC, KEYS.digest(NEW))
    await one.refresh()
    await other.refresh()
    assert good(one) == good(other) == digests(NEW)


@pytest.mark.parametrize("kind", ["toml", "csv"])
def test_the_inventory_says_how_a_station_identifies_itself(tmp_path: Path, kind: str) -> None:
    file = tmp_path / f"stations.{kind}"
    if kind == "toml":
        told = 'security_profile = 3\nbasic_username = "fleet"\ncertificate_name = "SN-1"\n'
        file.write_text(TOML.replace(f'key = "{KEY}"\n', told))
    else:
        head, *rows = CSV.splitlines()
        columns = ",security_profile,basic_username,certificate_name"
        file.write_text(
            "\n".join([head + columns, rows[0] + ",3,fleet,SN-1", *(row + ",,," for row in rows[1:])])
        )

    station = read_inventory(file).sites[0].stations[0]
    assert (station.security_profile, station.basic_username) == (3, "fleet")
    assert station.certificate_name == "SN-1"


async def test_another_letter_case_means_a_station_if_it_can_mean_no_other(mongo: Mongo, file: Path) -> None:
    """B-5: the exact one goes first, and what is equal to two is neither."""
    ring = await started(mongo, file)
    assert [ring.named(each) for each in ("cp-1", "CP-1", "cp-x")] == ["CP-1", "CP-1", "cp-x"]

    await ring.put("cp-1", is_added=True)
    assert [ring.named(each) for each in ("cp-1", "CP-1", "Cp-1")] == ["cp-1", "CP-1", "Cp-1"]
