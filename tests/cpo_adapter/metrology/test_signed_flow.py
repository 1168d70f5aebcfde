"""Signed readings from the station to the bill of the card's issuer, byte for byte, over real sockets.

ocpp.md §5 Signed data; needs.md §2.5; case C-118.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from typer.testing import CliRunner

from ocpi.ocmf import Verdict, found_in, key_of, read, verify
from ocpi.process.mongo import Mongo
from passerelle import metering_cli
from passerelle.admin_client import AdminRefused
from schemas import codec
from tests.cpo_adapter.metrology.signing import BEGIN, END, Signing, Told
from tests.cpo_adapter.sessions.charging import STATIONS, UID, Charging, running_charging, until_settled
from tests.cpo_adapter.sessions.test_from_tap_to_bill import ago
from tests.fakes.eventually import eventually
from tests.fakes.signing_meter import SigningMeter, based, told

METER = SigningMeter()
FIRST, LAST = METER.record(told("1.000", "B")), METER.record(told("12.000", "E"), pagination="T2")
BOTH = METER.record(told("0.000", "B"), told("11.000", "E"))
DIFFERENT = METER.record(told("0.000", "B"), told("11.100", "E"))
KEY = METER.public_key


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def bill(charging: Charging, count: int = 1) -> Any:
    """The newest, once there are so many."""
    await eventually(lambda: len(charging.bills()) == count)
    await until_settled(charging)
    return charging.bills()[-1]


async def checks(charging: Charging) -> list[tuple[str, list[str]]]:
    """What the operator is shown, the newest first."""
    rows = await asyncio.to_thread(charging.cpo.admin.get, "/metering/checks")
    return [(row["verdict"], row["alarms"]) for row in rows]


Passerelle: TypeAlias = Callable[..., Awaitable[str]]


@pytest.fixture
def passerelle(charging: Charging, monkeypatch: pytest.MonkeyPatch) -> Passerelle:
    """`passerelle metering …` at the running adapter: what it prints."""
    monkeypatch.setattr(metering_cli, "admin_of", lambda _: charging.cpo.admin)

    async def run(*words: object) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, metering_cli.app, list(map(str, words)))
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


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


BARE = [
    Told(BOTH, bare=True),
    Told(BOTH, bare=True, format=""),
    Told(based(BOTH), bare=True, format=""),
    Told(based(BOTH), KEY, format=""),
]
"""The text itself; and nothing says so; in base64, and nothing says so; an object, and nothing says so."""


async def test_a_text_that_is_signed_is_known_by_its_looks(charging: Charging) -> None:
    """`format` absent (B-110); the text itself, as 1.6 has it, leaves no place for a key."""
    values = []
    async with charging.station() as station:
        meter = Signing(station, "ocpp1.6")
        for count, sent in enumerate(BARE):
            await meter.charge(sent, hours_ago=len(BARE) - count)
            values += (await bill(charging, count + 1))["signed_data"]["signed_values"]

    assert [each["plain_data"] for each in values] == [BOTH] * 4
    assert [each["signed_data"] for each in values] == [based(BOTH)] * 4
    assert {sha256(base64.b64decode(each["signed_data"]).decode()) for each in values} == {sha256(BOTH)}
    assert {each["nature"] for each in values} == {"End"}


UNWELL = METER.record(told("0.000", "B", ST="M"), told("11.000", "E"))
ODD = {
    DIFFERENT: "signed and unsigned energy differ",
    BOTH.replace("11.000", "12.000"): "a meter's signature is broken",
    BOTH[:-20]: "what should be signed cannot be read",
    UNWELL: "the meter says that it was not well",
}


async def test_what_is_wrong_is_an_alarm_and_passed_on_as_it_came(charging: Charging) -> None:
    """Other kWh inside than Wh outside, a broken signature (B-110): the bill says it too."""
    async with charging.station("ocpp2.0.1") as station:
        meter = Signing(station, "ocpp2.0.1")
        for count, record in enumerate(ODD):
            await meter.charge(Told(based(record), KEY, END), hours_ago=len(ODD) - count)
            await bill(charging, count + 1)

    bills = charging.bills()
    assert await checks(charging) == [("KO", [alarm]) for alarm in reversed(ODD.values())]
    assert [each["remark"] for each in bills] == list(ODD.values())
    assert [each["signed_data"]["signed_values"][0]["signed_data"] for each in bills] == list(map(based, ODD))
    counted = charging.cpo.foundation.metrics.exposition()[0].decode().splitlines()
    assert sum(line.startswith("passerelle_metering_alarms_total{") for line in counted) == len(ODD)


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.1"])
async def test_a_key_that_was_shown_once_is_known_and_another_is_an_alarm(
    charging: Charging, protocol: str, passerelle: Passerelle
) -> None:
    """The public key only the first time (B-110); a swapped meter is for the operator to accept."""
    other = SigningMeter()
    swapped = Told(based(other.record(told("0.000", "B"), told("11.000", "E"))), other.public_key, END)
    async with charging.station(protocol) as station:
        meter = Signing(station, protocol)
        await meter.charge(Told(based(BOTH), KEY, END), hours_ago=4)
        await bill(charging)
        await meter.charge(Told(based(BOTH), "", END), hours_ago=3)
        without = await bill(charging, 2)
        await meter.charge(swapped, hours_ago=2)
        await bill(charging, 3)
        shown = await checks(charging)
        (key,) = json.loads(await passerelle("keys", "--json"))
        assert "from now on" in await passerelle("trust", "CP-1", "1", key["other_key"])
        again = Told(based(other.record(told("1.000", "B"), told("12.000", "E"))), other.public_key, END)
        await meter.charge(again, hours_ago=1)
        await bill(charging, 4)

    assert without["signed_data"]["public_key"] == KEY
    assert shown == [("KO", ["the meter signs with another key than before"]), ("OK", []), ("OK", [])]
    assert (key["from"], key["key"]) == ("first seen", key_of(KEY).fingerprint)
    assert (await checks(charging))[0] == ("OK", [])


async def test_what_does_not_fit_is_told_and_not_cut(charging: Charging, passerelle: Passerelle) -> None:
    """OCPP 2.1 carries 32 kB, a bill 5 kB a value: the rest is kept, whole, for whoever asks."""
    long = METER.record(told("1.000", "B"), told("12.000", "E"), TT="x" * 5000)
    async with charging.station("ocpp2.1") as station:
        await Signing(station, "ocpp2.1").charge(Told(based(FIRST), KEY, BEGIN), Told(based(long), KEY, END))
        billed = await bill(charging)
    (number,) = [each["number"] for each in await charging.transactions()]
    kept = json.loads(await passerelle("show", number, "--json"))
    (alarmed,) = json.loads(await passerelle("checks", "--alarmed", "--json"))

    assert [each["plain_data"] for each in billed["signed_data"]["signed_values"]] == [FIRST]
    assert "signed readings did not fit on the bill" in billed["remark"]
    assert alarmed["alarms"] == ["signed readings did not fit on the bill"]
    assert kept[1]["signedMeterData"] == based(long)
    assert [each["sha256"] for each in kept] == [sha256(based(FIRST)), sha256(based(long))]


async def test_what_was_signed_at_an_end_that_came_before_its_start_is_on_the_bill(
    charging: Charging,
) -> None:
    """A station that was offline told its queue in the wrong order."""
    sampled = [Told(based(BOTH), KEY, END).sampled_16()]
    data = [{"timestamp": ago(0), "sampledValue": sampled}]
    end = {"transactionId": -1, "meterStop": 12_000, "timestamp": ago(0), "transactionData": data}
    begin = {"connectorId": 1, "idTag": UID, "meterStart": 1000, "timestamp": ago(60)}
    async with charging.station() as station:
        await station.call("StopTransaction", end)
        await station.call("StartTransaction", begin)
        billed = await bill(charging)

    assert [each["signed_data"] for each in billed["signed_data"]["signed_values"]] == [based(BOTH)]
    assert await checks(charging) == [("OK", [])]


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
