"""Stations that ask for certificates and come in by them, over real mutual TLS.

Security whitepaper and OCPP 2.0.1, A02 and A03; TC_074, TC_A_11.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509

from cpo_adapter.signing.handing import AFTER_S
from cpo_adapter.signing.store import MOST_A_DAY
from passerelle.admin_client import AdminRefused
from tests.cpo_adapter.door import RawStation
from tests.cpo_adapter.signing.network import (
    OPEN,
    REVOKED,
    SHARED_LOOP,
    Network,
    Place,
    heard,
    running_network,
)
from tests.cpo_adapter.signing.requests import Asked

pytestmark = SHARED_LOOP

SIGNED = "CertificateSigned"
YES = {"status": "Accepted"}
VERSIONS = {
    "ocpp1.6": ("ExtendedTriggerMessage", "SignChargePointCertificate"),
    "ocpp2.0.1": ("TriggerMessage", "SignChargingStationCertificate"),
    "ocpp2.1": ("TriggerMessage", "SignChargingStationCertificate"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def network(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Network]:
    async with running_network(mongo_url, tmp_path_factory.mktemp("signing")) as running:
        yield running


async def certified(place: Place, protocol: str = "ocpp1.6") -> x509.Certificate:
    """It comes by its first certificate from now on."""
    request = place.request()
    async with place.line(protocol) as station:
        assert await place.asks(station, request.pem) == YES
        told = await heard(station, SIGNED)
        await place.outcomes("Accepted")
    return place.takes(told["certificateChain"], request)


async def renewed(place: Place, station: RawStation, protocol: str) -> str:
    """The operator has it ask for another; the message that it wants."""
    action, _ = VERSIONS[protocol]
    async with asyncio.TaskGroup() as tasks:
        told = tasks.create_task(place.network.told("certificates/renew", identity=place.identity))
        wanted = await heard(station, action)
    assert told.result()["accepted"]
    return str(wanted["requestedMessage"])


async def standings(place: Place) -> list[str]:
    return sorted(each["standing"] for each in await place.issued())


@pytest.mark.parametrize("protocol", VERSIONS)
async def test_a_station_has_its_certificate_renewed_and_comes_back_by_the_new_one(
    network: Network, protocol: str
) -> None:
    """From a key to the first certificate, and by that to the second, which ends the first."""
    place = network.place()
    await certified(place, protocol)
    old, request = place.paper, place.request()
    async with place.line(protocol) as station:
        assert await renewed(place, station, protocol) == VERSIONS[protocol][1]
        assert await place.asks(station, request.pem) == YES
        chain = (await heard(station, SIGNED))["certificateChain"]
        await place.outcomes("Accepted", "Accepted")
    async with place.line(protocol):
        assert await standings(place) == ["in use", "told to its station"], "good until the new one is used"

    place.takes(chain, request)
    async with place.line(protocol, boots=False) as station:
        assert "currentTime" in (await station.call("Heartbeat", {}))[2]
    place.paper = old
    assert await place.refusal() == await Place("NOBODY", network).refusal()
    assert await network.why(place.identity) == "certificate revoked or replaced"
    assert await standings(place) == ["in use", "replaced"]


async def test_the_chain_leads_to_the_authority_and_the_certificate_is_kept_as_it_is(
    network: Network,
) -> None:
    place = network.place()
    request = place.request()
    async with place.line("ocpp2.1") as station:
        more = {"certificateType": "ChargingStationCertificate", "requestId": 77}
        assert await place.asks(station, request.pem, **more) == YES
        told = await heard(station, SIGNED)
        await place.outcomes("Accepted")
    leaf, issuing = x509.load_pem_x509_certificates(told["certificateChain"].encode())
    (kept,) = await place.issued()

    leaf.verify_directly_issued_by(issuing)
    assert leaf.public_key() == request.key.public_key()
    assert (told["certificateType"], told["requestId"], kept["request"]) == (more["certificateType"], 77, 77)
    assert int(kept["serial_number"], 16) == leaf.serial_number
    assert kept["subject"] == leaf.subject.rfc4514_string() == f"CN={place.identity},O=CPO"


async def test_the_same_request_again_is_the_same_certificate(network: Network) -> None:
    """Before it has been told, as a station does that has waited too long."""
    place = network.place()
    pem = place.request().pem
    async with place.line("ocpp2.1") as station:
        assert await place.asks(station, pem, requestId=1) == YES
        await station.hear()
        assert await place.asks(station, pem, requestId=2) == YES
    assert [each["request"] for each in await place.issued()] == [2]


async def test_a_station_that_left_gets_the_newest_when_it_is_back_and_gets_it_once(network: Network) -> None:
    place = network.place()
    older, newest = place.request(), place.request()
    async with place.line() as station:
        assert await place.asks(station, older.pem) == YES
        await station.hear()
        assert await place.asks(station, newest.pem) == YES
    async with place.line() as station:
        await network.clock.advance(seconds=AFTER_S)
        leaf = place.takes((await heard(station, SIGNED))["certificateChain"], newest)
        assert leaf.public_key() == newest.key.public_key()
        await place.outcomes("None", "Accepted")
    async with place.line() as station:
        await network.clock.advance(seconds=AFTER_S)
        assert not await asks_to_sign(station)


async def asks_to_sign(station: RawStation) -> bool:
    """Whether a CertificateSigned is among what it was asked until now."""
    await station.call("Heartbeat", {})
    return any(frame[2] == SIGNED for frame in station.asked())


async def test_a_certificate_that_the_station_rejects_is_an_alarm_and_is_not_sent_again(
    network: Network,
) -> None:
    place = network.place()
    async with place.line() as station:
        assert await place.asks(station, place.request().pem) == YES
        await heard(station, SIGNED, "Rejected")
        await place.outcomes("Rejected")
        await network.alarmed(place.identity, "Rejected")
        event = {"type": "InvalidChargePointCertificate", "timestamp": "2026-01-01T00:00:00Z"}
        await station.call("SecurityEventNotification", event)
        await network.alarmed(place.identity, event["type"])
    async with place.line() as station:
        await network.clock.advance(seconds=AFTER_S)
        assert not await asks_to_sign(station)


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        ({"certificateType": "V2GCertificate"}, "UnsupportedRequest", "V2G"),
        ({"csr": Asked("CP-99").pem}, "InvalidCSR", "'CP-99'"),
        ({"csr": "-----BEGIN"}, "InvalidCSR", "no certificate request"),
    ],
    ids=["of a vehicle", "of another station", "no request"],
)
async def test_what_is_not_signed_is_told_to_the_station_and_to_the_operator(
    network: Network, changes: dict[str, Any], code: str, told: str
) -> None:
    place = network.place()
    async with place.line("ocpp2.0.1") as station:
        wanted = {"csr": place.request().pem} | changes
        answer = await place.asks(station, wanted.pop("csr"), **wanted)
        assert (answer["status"], answer["statusInfo"]["reasonCode"]) == ("Rejected", code)
        assert told in answer["statusInfo"]["additionalInfo"]
        await network.alarmed(place.identity, told)
        assert not await asks_to_sign(station)
    assert await place.issued() == []


async def test_no_more_than_a_few_a_day_are_signed_for_a_station(network: Network) -> None:
    place = network.place()
    async with place.line() as station:
        for number in range(1, MOST_A_DAY + 1):
            assert await place.asks(station, place.request().pem) == YES
            await heard(station, SIGNED)
            await place.outcomes(*["Accepted"] * number)
        assert await place.asks(station, place.request().pem) == {"status": "Rejected"}
    await network.alarmed(place.identity, "a day")


async def test_the_key_of_another_station_is_not_signed(network: Network) -> None:
    one, other = network.place(), network.place()
    request = one.request()
    async with one.line() as station:
        assert await one.asks(station, request.pem) == YES
    async with other.line() as station:
        copied = other.request(key=request.key)
        assert await other.asks(station, copied.pem) == {"status": "Rejected"}


async def test_who_may_be_anybody_gets_no_certificate(network: Network) -> None:
    """A station of profile 0."""
    place = Place(OPEN, network)
    async with place.line() as station:
        assert await place.asks(station, place.request().pem) == {"status": "Rejected"}
    await network.alarmed(OPEN, "profile 0")


async def test_a_revoked_certificate_ends_the_connection_and_opens_nothing_any_more(network: Network) -> None:
    place = network.place()
    leaf = await certified(place)
    async with place.line() as station:
        number = f"{leaf.serial_number:X}"
        told = await network.told(
            "certificates/revoke", identity=place.identity, serial_number=number, reason="stolen"
        )
        assert [(each["standing"], each["reason"]) for each in told["revoked"]] == [("revoked", "stolen")]
        assert await station.close_code() == 1008
    assert await place.refusal() == await Place("NOBODY", network).refusal()
    assert await network.why(place.identity) == "certificate revoked or replaced"


async def test_the_key_of_a_revoked_certificate_is_not_signed_again(network: Network) -> None:
    place = network.place()
    request = place.request()
    async with place.line() as station:
        assert await place.asks(station, request.pem) == YES
        await heard(station, SIGNED)
        await place.outcomes("Accepted")
        await network.told("certificates/revoke", identity=place.identity)
        assert await place.asks(station, request.pem) == {"status": "Rejected"}, "it is in by its key"


async def test_what_was_never_issued_cannot_be_revoked(network: Network) -> None:
    place = network.place()
    for body in ({}, {"serial_number": "ab"}, {"serial_number": "no number"}):
        with pytest.raises(AdminRefused):
            await network.told("certificates/revoke", identity=place.identity, **body)


async def test_those_that_end_within_some_days_are_listed(network: Network) -> None:
    """Here with their authority, thirty days from now."""
    place = network.place()
    await certified(place)

    found = [await network.seen("certificates/issued", within_days=days) for days in ("20", "40")]
    assert [place.identity in [each["identity"] for each in those] for those in found] == [False, True]
    with pytest.raises(AdminRefused):
        await network.seen("certificates/issued", within_days="soon")


async def test_what_another_authority_has_revoked_opens_nothing_and_its_others_do(network: Network) -> None:
    good = network.place()
    good.paper = network.outer.station(good.identity).written(network.folder / "good.pem")
    async with good.line() as station:
        assert "currentTime" in (await station.call("Heartbeat", {}))[2]

    revoked = Place(REVOKED, network, network.folder / "revoked.pem")
    assert await revoked.refusal() == await Place("NOBODY", network).refusal()
    assert await network.why(REVOKED) == "certificate revoked or replaced"
