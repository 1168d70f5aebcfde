"""Who is let in, who is not, and what each of them hears: B-5 to B-10; needs.md §4.5, 66."""

from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from yarl import URL

from cpo_adapter.ocpp.basic_auth import StationKeys
from cpo_adapter.ocpp.credentials import Credentials, Profile, Why
from cpo_adapter.ocpp.limits import FOR_AN_ADDRESS, FOR_AN_IDENTITY, Limits
from cpo_adapter.ocpp.refusals import Knock
from ocpi.server.attempts import WINDOW_S
from tests.cpo_adapter.door import Door, RawStation, basic
from tests.cpo_adapter.rooms import KEY, PEPPER, STATION
from tests.fakes.clock import ManualClock

BOOT = {"chargePointVendor": "V", "chargePointModel": "M"}
RIGHT = basic(STATION.encode(), bytes.fromhex(KEY))
WRONG = basic(STATION.encode(), b"wrong")


async def refused(door: Door, identity: str, headers: dict[str, str] | None = None) -> WSServerHandshakeError:
    with pytest.raises(WSServerHandshakeError) as caught:
        await door.session.ws_connect(
            URL(f"{door.url}/{identity}", encoded=True), protocols=("ocpp1.6",), headers=headers
        )
    return caught.value


def knock(door: Door, identity: str) -> Knock:
    return next(each for each in door.refusals.knocks() if each.identity == identity)


async def test_unknown_and_wrong_cost_the_same_work(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are compared as often, with digests of as many bytes."""
    work: list[str] = []
    digest = StationKeys.digest

    def counted(self: StationKeys, key: bytes) -> bytes:
        work.append("digest")
        return digest(self, key)

    def compared(_: Any, __: Any) -> bool:
        work.append("compare")
        return False

    monkeypatch.setattr(StationKeys, "digest", counted)
    monkeypatch.setattr("hmac.compare_digest", compared)
    told = []
    for identity, headers in (
        ("NOBODY", basic(b"NOBODY", bytes.fromhex(KEY))),
        (STATION, WRONG),
        (STATION, basic(b"OTHER", bytes.fromhex(KEY))),
        (STATION, None),
        ("x" * 2_000, None),
    ):
        work.clear()
        await refused(door, identity, headers)
        told.append(tuple(work))

    assert len(set(told)) == 1
    assert told[0].count("digest") == 3
    assert told[0].count("compare") == 12


@pytest.mark.parametrize(
    "path", ["../admin", "%2e%2e%2fCP-1", "?id=CP-1", "?identity=CP-1", "CP-1%00", "x" * 2_000, "CP-1%0aX"]
)
async def test_no_way_of_writing_an_identity_opens_the_door(door: Door, path: str) -> None:
    caught = await refused(door, path, RIGHT)

    assert caught.status in {401, 404}
    assert not door.registry.is_connected(STATION)


async def test_a_station_of_profile_0_comes_in_without_a_key(door: Door) -> None:
    door.stations.special["OPEN"] = Credentials(profile=Profile.OPEN)

    async with await door.session.ws_connect(f"{door.url}/OPEN", protocols=("ocpp1.6",)) as socket:
        assert (await RawStation(socket).call("BootNotification", BOOT))[0] == 3

    assert (await refused(door, STATION)).status == 401
    assert (await refused(door, "NOBODY")).status == 401


async def test_a_station_may_have_another_name_in_its_basic_header(door: Door) -> None:
    """B-10."""
    digest = StationKeys(PEPPER).digest(bytes.fromhex(KEY))
    door.stations.special["CP-7"] = Credentials(digests=(digest,), username="fleet")

    headers = basic(b"fleet", bytes.fromhex(KEY))
    async with await door.session.ws_connect(f"{door.url}/CP-7", protocols=("ocpp1.6",), headers=headers):
        assert door.registry.is_connected("CP-7")
    assert (await refused(door, "CP-7", basic(b"CP-7", bytes.fromhex(KEY)))).status == 401


async def test_whoever_guesses_hears_429_for_a_station_that_is_known_and_for_one_that_is_not(
    door: Door,
) -> None:
    for identity in (STATION, "NOBODY"):
        heard = [(await refused(door, identity, WRONG)).status for _ in range(FOR_AN_IDENTITY + 2)]
        assert heard == [401] * FOR_AN_IDENTITY + [429] * 2
        assert (await refused(door, identity, RIGHT)).status == 429
        assert knock(door, identity).why is Why.LIMITED


async def test_guesses_do_not_lock_out_a_station_where_it_came_in_before(door: Door) -> None:
    """B-7: it has attempts of its own there."""
    async with door.connect():
        pass
    for _ in range(FOR_AN_IDENTITY - 1):
        await refused(door, STATION, WRONG)

    async with door.connect() as station:
        assert (await station.call("BootNotification", BOOT))[0] == 3


async def test_an_address_that_tries_many_names_is_limited_whatever_it_names(door: Door) -> None:
    for number in range(FOR_AN_ADDRESS):
        assert (await refused(door, f"CP-X{number}")).status == 401

    assert (await refused(door, "CP-Y")).status == 429


async def test_limits_end_with_the_minute_and_spare_other_addresses(clock: ManualClock) -> None:
    limits = Limits(clock)
    limits.passed("CP-1", "home")
    for _ in range(FOR_AN_IDENTITY):
        limits.failed("CP-1", "elsewhere")

    assert limits.are_exceeded("CP-1", "elsewhere")
    assert limits.are_exceeded("CP-1", "anywhere")
    assert not limits.are_exceeded("CP-1", "home")
    assert not limits.are_exceeded("CP-2", "elsewhere")

    await clock.advance(seconds=WINDOW_S)
    assert not limits.are_exceeded("CP-1", "elsewhere")


async def test_all_addresses_of_one_network_of_ipv6_are_one(clock: ManualClock) -> None:
    limits = Limits(clock)
    for number in range(FOR_AN_ADDRESS):
        limits.failed(f"CP-{number}", f"2001:db8::{number:x}")

    assert limits.are_exceeded("CP-X", "2001:db8::ffff")
    assert not limits.are_exceeded("CP-X", "2001:db8:0:1::1")


async def test_where_a_station_came_in_its_key_cannot_be_guessed_without_limit(clock: ManualClock) -> None:
    limits = Limits(clock)
    limits.passed("CP-1", "home")
    tried = 0
    while not limits.are_exceeded("CP-1", "home"):
        limits.failed("CP-1", "home")
        tried += 1

    assert tried == 2 * FOR_AN_IDENTITY


async def test_refusals_are_counted_and_listed_with_the_reason(door: Door) -> None:
    await refused(door, "NOBODY")
    await refused(door, STATION, WRONG)
    await refused(door, STATION, WRONG)
    await refused(door, "A%0aB%00")

    assert [each.identity for each in door.refusals.knocks()] == ["A?B?", STATION, "NOBODY"]
    assert (knock(door, STATION).why, knock(door, STATION).times) == (Why.KEY, 2)
    assert (knock(door, "NOBODY").why, knock(door, "NOBODY").address) == (Why.UNKNOWN, "127.0.0.1")
    numbers = door.metrics.exposition()[0].decode()
    assert 'passerelle_station_handshakes_total{outcome="unknown"} 2.0' in numbers
    assert 'passerelle_station_handshakes_total{outcome="key missing or wrong"} 2.0' in numbers


async def test_strangers_fill_no_memory(door: Door) -> None:
    for number in range(1_100):
        door.refusals.refused(f"{number}" * 100, "192.0.2.1", Why.UNKNOWN)

    knocks = list(door.refusals.knocks())
    assert len(knocks) == 1_000
    assert max(len(each.identity) for each in knocks) == 64
