"""Commands that name nobody: the hub finds the CPO by what went through it before, and guesses never."""

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.hub.callbacks.asking import START, Asking, reservation
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate
from tests.roaming import Roaming

OTHER = PartyId("BE", "CPO")


@pytest.fixture
def asking(roaming: Roaming) -> Asking:
    return Asking(roaming)


async def tell_of_location(asking: Asking, **changes: object) -> None:
    body = build.location(**changes)
    assert (await asking.roaming.push("locations", "FR", "CPO", body.id, body=body)).status == 1000


@pytest.mark.parametrize("command", ["START_SESSION", "RESERVE_NOW", "UNLOCK_CONNECTOR"])
async def test_a_location_leads_to_its_cpo(asking: Asking, clock: ManualClock, command: str) -> None:
    await tell_of_location(asking)
    heard = await asking.command(command, to=None, body=reservation(clock.now()))
    assert heard.data["result"] == "ACCEPTED"
    (arrived,) = asking.promised
    assert (arrived.path, arrived.routing) == (command, Routing(to=CPO, sender=EMSP))
    assert Routing.read(heard.headers) == Routing(to=EMSP, sender=CPO)
    assert (await asking.result("ACCEPTED")).status == 1000


async def test_a_location_that_nobody_told_of_is_unknown(asking: Asking) -> None:
    heard = await asking.command(to=None)
    assert (heard.http, heard.status) == (200, 2003)
    assert "LOC1" in heard.envelope["status_message"]
    assert asking.promised == []


async def test_a_location_of_two_cpos_needs_a_name(asking: Asking) -> None:
    """Ids are unique for their owner only; whoever has no agreement with the asker does not count."""
    await tell_of_location(asking)
    async with SimulatedPartner(("CPO", OTHER)) as other:
        await connect(asking.roaming.hub, other, "other", "CPO")
        body = build.location(country_code="BE", party_id="CPO")
        told = await other.call(
            "PUT",
            "locations",
            Side.RECEIVER,
            "BE",
            "CPO",
            "LOC1",
            routing=Routing(to=HUB, sender=OTHER),
            body=body.to_wire(),
        )
        assert told.status == 1000
        assert (await asking.command(to=None)).data["result"] == "ACCEPTED"
        await agree(asking.roaming.hub, cpo=OTHER)
        heard = await asking.command(to=None)
        assert (heard.http, heard.status) == (200, 4000)
        assert "OCPI-to" in heard.envelope["status_message"]
        assert other.heard("commands") == []
        assert (await asking.command(to=CPO)).data["result"] == "ACCEPTED"


async def test_a_session_leads_to_its_cpo_for_whom_it_was_told(asking: Asking) -> None:
    unknown = await asking.command("STOP_SESSION", to=None, body={"session_id": "S1"})
    assert (unknown.http, unknown.status) == (200, 2001)
    await asking.roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    heard = await asking.command("STOP_SESSION", to=None, body={"session_id": "s1"})
    assert heard.data["result"] == "ACCEPTED"
    assert asking.promised[0].routing == Routing(to=CPO, sender=EMSP)


async def test_a_session_of_somebody_else_leads_nowhere(asking: Asking) -> None:
    """S-19: whether it exists is told to nobody whom it was not told."""
    await asking.roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    other = PartyId("BE", "MSP")
    async with SimulatedPartner(("EMSP", other)) as thief:
        await connect(asking.roaming.hub, thief, "thief", "EMSP")
        await agree(asking.roaming.hub, emsp=other)
        url = f"{thief.url_of('commands', Side.SENDER)}/x"
        texts = set()
        for session_id in ("S1", "S9"):
            heard = await thief.call(
                "POST",
                "commands",
                Side.RECEIVER,
                "STOP_SESSION",
                routing=Routing(sender=other),
                body={"session_id": session_id, "response_url": url},
            )
            texts.add((heard.status, heard.envelope["status_message"].replace(session_id, "?")))
        assert len(texts) == 1
        assert asking.promised == []


async def test_a_reservation_leads_to_the_cpo_that_was_asked_for_it(
    asking: Asking, clock: ManualClock
) -> None:
    cancel = {"reservation_id": "r1"}
    assert (await asking.command("CANCEL_RESERVATION", to=None, body=cancel)).status == 2001
    await asking.command("RESERVE_NOW", body=reservation(clock.now().replace(hour=5)))
    await asking.result("ACCEPTED")
    heard = await asking.command("CANCEL_RESERVATION", to=None, body=cancel)
    assert heard.data["result"] == "ACCEPTED"
    assert asking.promised[-1].routing == Routing(to=CPO, sender=EMSP)


@pytest.mark.parametrize("body", [{"token": START["token"]}, {"location_id": 17}, {"session_id": None}])
async def test_a_command_that_says_nothing_of_where_is_not_enough(
    asking: Asking, body: dict[str, object]
) -> None:
    heard = await asking.command("OPEN_GATE", to=None, body=body)
    assert (heard.http, heard.status) == (200, 2002)


async def test_a_charge_that_began_is_steered_to_its_end(asking: Asking, clock: ManualClock) -> None:
    """The agreement has ended yesterday: nothing begins any more, and what runs can be stopped."""
    began = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    session = build.session(start_date_time=began)
    await asking.roaming.push("sessions", "FR", "CPO", "S1", body=session, to=EMSP)
    ending = {"cpo": str(CPO), "emsp": str(EMSP), "last_day": clock.now().date().isoformat()}
    await operate(asking.roaming.hub, "/agreements/end", ending)
    await clock.leap(hours=25)
    assert (await asking.command("START_SESSION")).status == 4001
    assert (await asking.command("STOP_SESSION", body={"session_id": "S9"})).status == 4001
    for to in (CPO, None):
        heard = await asking.command("STOP_SESSION", to=to, body={"session_id": "S1"})
        assert heard.data["result"] == "ACCEPTED"
