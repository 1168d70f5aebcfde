"""Objects told to who receives them, and asked of their owner: address, words and answer in every version."""

from collections.abc import AsyncIterator

import pytest

from ocpi.client import cdrs, locations, sessions, tariffs, tokens
from ocpi.client.line import Line
from ocpi.errors import NotSpeakable, Rejected, UnknownReceiver, Unreadable
from ocpi.process.egress import Egress
from ocpi.wire.interfaces import Side
from ocpi.wire.quirks import Quirk
from schemas import codec
from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.enums import ChargingPreferencesResponse, ProfileType, TokenType
from schemas.v2_3_0.evses import EVSE, Connector
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import ChargingPreferences, Session
from schemas.v2_3_0.tariffs import Tariff
from schemas.v2_3_0.tokens import Token
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.ocpi.client.connected import OF_THE_EMSP, VERSIONS, line_to, speaking, told_in
from tests.platforms import CPO, EMSP

OF_THE_CPO = Context(owner=CPO, counterpart=EMSP, location=build.location())


@pytest.fixture(params=VERSIONS)
async def emsp(request: pytest.FixtureRequest) -> AsyncIterator[SimulatedPartner]:
    async with speaking(request.param, "EMSP", EMSP) as far:
        yield far


@pytest.fixture(params=VERSIONS)
async def cpo(request: pytest.FixtureRequest) -> AsyncIterator[SimulatedPartner]:
    async with speaking(request.param) as far:
        yield far


def heard(far: SimulatedPartner) -> list[tuple[str, str]]:
    return [(each.method, each.path) for each in far.received]


def same(far: SimulatedPartner, path: str, kind: type[OcpiModel], model: OcpiModel) -> bool:
    """Whether the partner was told this object, in the words of its version, at this address."""
    told = next(each for each in far.received if each.path == path and each.method == "PUT")
    return bool(codec.decode(told.body) == told_in(far.version, kind, model, OF_THE_CPO))


async def test_a_location_and_its_parts_are_put_and_read_back(emsp: SimulatedPartner, egress: Egress) -> None:
    emsp.keeps("locations")
    line, place, evse, plug = line_to(emsp, egress), build.location(), build.evse(), build.connector()
    await locations.put(line, place, OF_THE_CPO)
    await locations.put_evse(line, "LOC1", evse, OF_THE_CPO)
    await locations.put_connector(line, "LOC1", "E1", plug, OF_THE_CPO)
    assert same(emsp, "FR/CPO/LOC1", Location, place)
    assert same(emsp, "FR/CPO/LOC1/E1", EVSE, evse)
    assert same(emsp, "FR/CPO/LOC1/E1/1", Connector, plug)
    assert (await locations.held(line, "LOC1", OF_THE_CPO)).evses[0].uid == "E1"
    assert (await locations.held_evse(line, "LOC1", "E1", OF_THE_CPO)).connectors[0].id == "1"
    assert (await locations.held_connector(line, "LOC1", "E1", "1", OF_THE_CPO)).max_amperage == 32


async def test_a_location_and_its_parts_are_changed(emsp: SimulatedPartner, egress: Egress) -> None:
    line, change = line_to(emsp, egress), {"last_updated": build.LAST_UPDATED}
    await locations.patch(line, "LOC1", {"name": "new", **change}, OF_THE_CPO)
    await locations.patch_evse(line, "LOC1", "E1", {"status": "CHARGING", **change}, OF_THE_CPO)
    await locations.patch_connector(line, "LOC1", "E1", "1", {"format": "CABLE", **change}, OF_THE_CPO)
    paths = ["FR/CPO/LOC1", "FR/CPO/LOC1/E1", "FR/CPO/LOC1/E1/1"]
    assert heard(emsp) == [("PATCH", path) for path in paths]
    assert emsp.received[1].json() == {"status": "CHARGING", **change}


async def test_a_location_and_its_parts_are_asked_of_their_owner(
    cpo: SimulatedPartner, egress: Egress
) -> None:
    cpo.publishes("locations", [told_in(cpo.version, Location, build.location(), OF_THE_CPO)])
    line = line_to(cpo, egress)
    assert (await locations.get(line, "LOC1", OF_THE_CPO)).city == "Paris"
    assert (await locations.get_evse(line, "LOC1", "E1", OF_THE_CPO)).evse_id == "FR*CPO*E1"
    assert (await locations.get_connector(line, "LOC1", "E1", "1", OF_THE_CPO)).id == "1"
    assert heard(cpo) == [("GET", "LOC1"), ("GET", "LOC1/E1"), ("GET", "LOC1/E1/1")]
    with pytest.raises(Rejected) as refused:
        await locations.get(line, "LOC9", OF_THE_CPO)
    assert refused.value.http == 404


async def test_a_tariff_is_put_read_back_and_deleted(emsp: SimulatedPartner, egress: Egress) -> None:
    emsp.keeps("tariffs")
    line = line_to(emsp, egress)
    await tariffs.put(line, build.tariff(), OF_THE_CPO)
    assert same(emsp, "FR/CPO/T1", Tariff, build.tariff())
    assert (await tariffs.held(line, "T1", OF_THE_CPO)).currency == "EUR"
    await tariffs.delete(line, "T1", OF_THE_CPO)
    assert heard(emsp)[-1] == ("DELETE", "FR/CPO/T1")


async def test_a_tariff_is_changed_in_part_by_2_1_1_alone(emsp: SimulatedPartner, egress: Egress) -> None:
    change = {"currency": "CHF"}
    if emsp.version == "2.1.1":
        await tariffs.patch(line_to(emsp, egress), "T1", change, OF_THE_CPO)
        assert emsp.received[0].json() == change
    else:
        with pytest.raises(NotSpeakable, match="has no PATCH of a Tariff"):
            await tariffs.patch(line_to(emsp, egress), "T1", change, OF_THE_CPO)
        assert emsp.received == []


async def test_a_session_is_put_and_read_back(emsp: SimulatedPartner, egress: Egress) -> None:
    emsp.keeps("sessions")
    line = line_to(emsp, egress)
    await sessions.put(line, build.session(), OF_THE_CPO)
    assert same(emsp, "FR/CPO/S1", Session, build.session())
    assert (await sessions.held(line, "S1", OF_THE_CPO)).kwh == build.session().kwh


@pytest.mark.parametrize("reply", [Reply(), Reply("PERHAPS"), Reply({"result": "ACCEPTED"})])
async def test_no_known_answer_to_what_a_driver_prefers_is_unreadable(reply: Reply, egress: Egress) -> None:
    wanted = ChargingPreferences(profile_type=ProfileType.GREEN)
    async with speaking("2.3.0") as far:
        far.answer("PUT", "sessions", Side.SENDER, lambda _: reply)
        with pytest.raises(Unreadable):
            await sessions.prefer(line_to(far, egress), "S1", wanted, OF_THE_CPO)


@pytest.mark.parametrize("version", ["2.3.0", "2.2.1"])
@pytest.mark.parametrize("data", ["DEPARTURE_REQUIRED", ["DEPARTURE_REQUIRED"]])
async def test_what_a_driver_prefers_is_told_to_the_cpo(version: str, data: object, egress: Egress) -> None:
    """C-130: the answer is a bare value."""
    wanted = ChargingPreferences(profile_type=ProfileType.GREEN)
    async with speaking(version) as far:
        far.answer("PUT", "sessions", Side.SENDER, lambda _: Reply(data))
        answer = await sessions.prefer(line_to(far, egress), "S1", wanted, OF_THE_CPO)
        assert answer is ChargingPreferencesResponse.DEPARTURE_REQUIRED
        assert heard(far) == [("PUT", "S1/charging_preferences")]
        assert far.received[0].json() == {"profile_type": "GREEN"}


async def test_2_1_1_cannot_be_told_what_a_driver_prefers(egress: Egress) -> None:
    wanted = ChargingPreferences(profile_type=ProfileType.GREEN)
    async with speaking("2.1.1") as far:
        with pytest.raises(NotSpeakable, match=r"2\.1\.1 has no ChargingPreferences"):
            await sessions.prefer(line_to(far, egress), "S1", wanted, OF_THE_CPO)
        assert far.received == []


async def test_a_bill_is_posted_and_found_where_it_is_kept(emsp: SimulatedPartner, egress: Egress) -> None:
    """C-114."""
    emsp.keeps("cdrs")
    line = line_to(emsp, egress, Quirk.TRAILING_SLASH)
    where = await cdrs.post(line, build.cdr(), OF_THE_CPO)
    assert where == f"{emsp.base}/receiver/cdrs/CDR1"
    assert codec.decode(emsp.received[0].body) == told_in(emsp.version, CDR, build.cdr(), OF_THE_CPO)
    assert (await cdrs.held(line, where, OF_THE_CPO)).total_energy == 8
    assert heard(emsp)[-1] == ("GET", "CDR1")


async def test_a_bill_need_not_be_told_where_it_is_kept(emsp: SimulatedPartner, egress: Egress) -> None:
    assert await cdrs.post(line_to(emsp, egress), build.cdr(), OF_THE_CPO) is None


async def test_a_bill_that_is_kept_elsewhere_is_not_asked_for(emsp: SimulatedPartner, egress: Egress) -> None:
    """F-39: the token goes to nobody else."""
    async with speaking("2.3.0") as other:
        for where in (
            f"{other.base}/receiver/cdrs/1",
            "http://x@127.0.0.1/",
            "file:///etc/passwd",
            "/cdrs/1",
        ):
            with pytest.raises(UnknownReceiver):
                await cdrs.held(line_to(emsp, egress), where, OF_THE_CPO)
        assert (emsp.received, other.received) == ([], [])


def typed(line: Line) -> dict[str, str]:
    """C-091; in 2.1.1 the type stands in the token alone."""
    return {} if line.version == "2.1.1" else {"type": "RFID"}


async def test_a_token_is_put_read_back_and_changed(cpo: SimulatedPartner, egress: Egress) -> None:
    cpo.keeps("tokens")
    line, path = line_to(cpo, egress), "NL/MSP/04E2A1B2C3"
    await tokens.put(line, build.token(), OF_THE_EMSP)
    assert cpo.received[0].json() == told_in(cpo.version, Token, build.token(), OF_THE_EMSP)
    held = await tokens.held(line, "04E2A1B2C3", TokenType.RFID, OF_THE_EMSP)
    assert held.contract_id == build.token().contract_id
    change = {"valid": False, "last_updated": build.LAST_UPDATED}
    await tokens.patch(line, "04E2A1B2C3", TokenType.RFID, change, OF_THE_EMSP)
    assert heard(cpo) == [("PUT", path), ("GET", path), ("PATCH", path)]
    assert [each.query for each in cpo.received] == [typed(line)] * 3


@pytest.mark.parametrize(
    ("quirk", "query"),
    [(Quirk.NO_TOKEN_TYPE, {}), (Quirk.TYPE_AS_TOKEN_TYPE, {"token_type": "RFID"})],
)
async def test_the_type_of_a_token_is_left_out_or_called_otherwise(
    quirk: Quirk, query: dict[str, str], egress: Egress
) -> None:
    async with speaking("2.2.1") as far:
        await tokens.put(line_to(far, egress, quirk), build.token(), OF_THE_EMSP)
    assert far.received[0].query == query
