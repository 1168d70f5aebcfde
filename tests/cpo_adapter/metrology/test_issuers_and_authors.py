"""Signed readings of each version of OCPP at issuers of each version of OCPI, and keys that are written down.

needs.md §2.5; case C-118.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.ocmf import Verdict, found_in, key_of, read, verify
from ocpi.process.mongo import Mongo
from passerelle.admin_client import AdminRefused
from schemas import codec
from tests.cpo_adapter.metrology.signing import BEGIN, END, Signing, Told
from tests.cpo_adapter.metrology.test_signed_flow import BOTH, FIRST, KEY, LAST, METER, sha256
from tests.cpo_adapter.sessions.charging import STATIONS, Charging, running_charging, until_settled
from tests.fakes.eventually import eventually
from tests.fakes.signing_meter import SigningMeter, based, told


async def bill(charging: Charging, count: int = 1) -> Any:
    """The newest, once there are so many."""
    await eventually(lambda: len(charging.bills()) == count)
    await until_settled(charging)
    return charging.bills()[-1]


async def checks(charging: Charging) -> list[tuple[str, list[str]]]:
    """What the operator is shown, the newest first."""
    rows = await asyncio.to_thread(charging.cpo.admin.get, "/metering/checks")
    return [(row["verdict"], row["alarms"]) for row in rows]


PAIRS = [
    pytest.param("ocpp1.6", "2.3.0", id="1.6 to 2.3.0"),
    pytest.param("ocpp2.0.1", "2.2.1", id="2.0.1 to 2.2.1"),
    pytest.param("ocpp2.1", "2.3.0", id="2.1 to 2.3.0"),
]


@pytest.mark.parametrize(("protocol", "version"), PAIRS)
async def test_what_a_meter_signed_reaches_the_issuer_byte_for_byte(
    mongo: Mongo, tmp_path: Path, protocol: str, version: str
) -> None:
    """(B-110)."""
    sent = [Told(based(FIRST), KEY, BEGIN), Told(based(LAST), KEY, END)]
    async with running_charging(mongo, tmp_path, version=version) as charging:
        async with charging.station(protocol) as station:
            await Signing(station, protocol).charge(*sent)
            billed = await bill(charging)
        shown = await checks(charging)

    data = billed["signed_data"]
    assert [sha256(each["signed_data"]) for each in data["signed_values"]] == [
        sha256(each.data) for each in sent
    ]
    assert [each["plain_data"] for each in data["signed_values"]] == [FIRST, LAST]
    assert [each["nature"] for each in data["signed_values"]] == ["Start", "End"]
    assert (data["encoding_method"], data["public_key"]) == ("OCMF", KEY)
    assert (shown, billed["total_energy"]) == ([("OK", [])], 11)
    assert [
        verify(read(each.text), key_of(each.public_key))
        for each in found_in(codec.encode({"signed_data": data}).decode())
    ] == [Verdict.GOOD] * 2


@pytest.fixture
async def authored(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Charging]:
    """The operator wrote the meter's key down."""
    stations = STATIONS.replace("number = 1\n", f'number = 1\nmeter_keys = ["{METER.der.hex()}"]\n')
    async with running_charging(mongo, tmp_path, stations=stations) as charging:
        yield charging


async def test_a_key_that_is_written_down_is_the_only_one(authored: Charging) -> None:
    """Nothing is learnt from the station, and a bill without signed readings is one to look at."""
    other = SigningMeter()
    swapped = Told(based(other.record(told("0.000", "B"), told("11.000", "E"))), other.public_key, END)
    async with authored.station() as station:
        meter = Signing(station, "ocpp1.6")
        await meter.charge(Told(based(BOTH), "", END), hours_ago=3)
        first = await bill(authored)
        await meter.charge(swapped, hours_ago=2)
        await bill(authored, 2)
        await meter.charge(hours_ago=1)
        last = await bill(authored, 3)
    keys = await asyncio.to_thread(authored.cpo.admin.get, "/metering/keys")
    trust = {"station": "CP-1", "evse": 1, "key": key_of(other.public_key).fingerprint}
    with pytest.raises(AdminRefused, match="showed no other key"):
        await asyncio.to_thread(authored.cpo.admin.post, "/metering/keys/trust", trust)

    assert await checks(authored) == [
        ("ABSENT", ["signed readings are missing"]),
        ("KO", ["the meter signs with another key than before"]),
        ("OK", []),
    ]
    assert first["signed_data"]["public_key"] == METER.der.hex()
    assert "signed_data" not in last
    assert [(each["from"], each["key"]) for each in keys] == [("inventory", key_of(KEY).fingerprint)]
