"""Commands through the hub, and their results on the way back. C-061, C-120, C-121, C-125."""

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.hub.callbacks.asking import BACK, IDS, START, Asking, reservation, told_url
from tests.platforms import CPO, EMSP, HUB, agree, connect
from tests.roaming import Roaming

OTHER = PartyId("BE", "CPO")


@pytest.fixture
def asking(roaming: Roaming) -> Asking:
    return Asking(roaming)


async def test_only_the_address_of_the_result_differs_in_what_the_cpo_is_told(asking: Asking) -> None:
    """C-061, C-066: the rest of the body arrives to the byte, and the eMSP's host is not in it."""
    url = asking.own_url
    told = '{ "note" : "%s", "response_url"\t:  "%s" , "location_id":"L\\u00e9", "odd":1.50, "b":[1, 2] }'
    heard = await asking.command(body=(told % (url, url)).encode())
    assert heard.data == {"result": "ACCEPTED", "timeout": 30}
    (arrived,) = asking.promised
    assert arrived.body == (told % (url, told_url(arrived))).encode()
    assert told_url(arrived).startswith(f"{asking.roaming.hub.url}/ocpi/2.3.0/sender/commands/START_SESSION/")
    assert arrived.routing == Routing(to=CPO, sender=EMSP)
    assert arrived.ids.correlation_id == IDS.correlation_id


async def test_the_result_reaches_the_asker_bare_at_its_own_address(asking: Asking) -> None:
    """C-120, C-049: with the asker's token, a new request id, and FROM and TO of the parties."""
    await asking.command()
    body = b'{"result":"ACCEPTED",  "odd":1.50}'
    cpo = asking.roaming.cpo
    assert cpo.their_token is not None
    heard = await cpo.send("POST", asking.hub_url, cpo.their_token, body, BACK, IDS)
    assert (heard.http, heard.status) == (200, 1000)
    assert Routing.read(heard.headers) == BACK.reversed()
    (arrived,) = asking.results()
    assert (arrived.module, arrived.path, arrived.body) == ("commands", "START_SESSION/mine", body)
    assert arrived.routing == BACK
    assert arrived.ids.correlation_id == IDS.correlation_id
    assert arrived.ids.request_id != IDS.request_id


async def test_a_result_in_an_envelope_is_taken_out_of_it(asking: Asking) -> None:
    """C-120."""
    await asking.command()
    cpo = asking.roaming.cpo
    assert cpo.their_token is not None
    await cpo.send("POST", asking.hub_url, cpo.their_token, Reply({"result": "FAILED"}).body(), BACK)
    (arrived,) = asking.results()
    assert arrived.json() == {"result": "FAILED"}


async def test_a_result_comes_once(asking: Asking) -> None:
    await asking.command()
    assert (await asking.result("ACCEPTED")).status == 1000
    again = await asking.result("FAILED")
    assert (again.http, again.status) == (404, 2001)
    assert len(asking.results()) == 1


async def test_a_result_that_did_not_arrive_may_be_brought_again(asking: Asking) -> None:
    await asking.command()
    asking.roaming.emsp.is_online = False
    assert (await asking.result("ACCEPTED")).status == 4003
    asking.roaming.emsp.is_online = True
    assert (await asking.result("ACCEPTED")).status == 1000
    assert len(asking.results()) == 1


async def test_nobody_but_the_cpo_that_was_asked_can_bring_a_result(asking: Asking) -> None:
    """S-27: refused alike for who, where and what is wrong."""
    await asking.command()
    texts = set()
    async with SimulatedPartner(("CPO", OTHER)) as thief:
        await connect(asking.roaming.hub, thief, "thief", "CPO")
        await agree(asking.roaming.hub, cpo=OTHER)
        for routing in (BACK, Routing(to=EMSP, sender=OTHER)):
            stolen = await thief.tell_result(asking.hub_url, {"result": "ACCEPTED"}, routing)
            assert (stolen.http, stolen.status) == (404, 2001)
            texts.add(stolen.envelope["status_message"])
    wrong = asking.hub_url.replace("START_SESSION", "STOP_SESSION")
    for url, routing in (
        (asking.hub_url, Routing(to=OTHER, sender=CPO)),
        (wrong, BACK),
        (wrong[:-3] + "abc", BACK),
    ):
        refused = await asking.result("ACCEPTED", url, routing)
        assert (refused.http, refused.status) == (404, 2001)
        texts.add(refused.envelope["status_message"])
    assert len(texts) == 1
    assert asking.results() == []
    assert (await asking.result("ACCEPTED", routing=Routing())).status == 1000


async def test_a_result_is_awaited_as_long_as_the_cpo_said_and_a_little_longer(
    asking: Asking, clock: ManualClock
) -> None:
    """C-121."""
    for minutes, status in ((1, 1000), (2, 2001)):
        await asking.command()
        await clock.leap(minutes=minutes)
        assert (await asking.result("ACCEPTED")).status == status
    assert len(asking.results()) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"result": "REJECTED", "timeout": 30}),
        Reply({"result": "NOT_SUPPORTED", "timeout": 30}),
        Reply(status_code=2003),
    ],
)
async def test_what_was_not_accepted_has_no_result(roaming: Roaming, reply: Reply) -> None:
    """C-052: and what the CPO says is passed back."""
    asking = Asking(roaming, reply)
    heard = await asking.command()
    assert (heard.status, heard.data) == (reply.status_code, reply.data)
    assert (await asking.result("ACCEPTED")).status == 2001
    assert asking.results() == []


async def test_what_ended_in_the_dark_may_still_have_a_result(roaming: Roaming) -> None:
    """The CPO took the command, and its answer was lost: its result is welcome."""
    asking = Asking(roaming, Reply(raw=b"<html>gateway</html>", http=502))
    assert (await asking.command()).status == 4003
    assert (await asking.result("ACCEPTED")).status == 1000
    assert len(asking.results()) == 1


async def test_a_reservation_may_be_cancelled_at_the_same_address_until_it_ends(
    asking: Asking, clock: ManualClock
) -> None:
    """C-125."""
    heard = await asking.command("RESERVE_NOW", body=reservation(clock.now().replace(hour=5)))
    assert heard.data["result"] == "ACCEPTED"
    assert (await asking.result("ACCEPTED")).status == 1000
    assert (await asking.result("REJECTED")).status == 2001
    await clock.leap(hours=4)
    assert (await asking.result("CANCELED_RESERVATION")).status == 1000
    assert [each.json()["result"] for each in asking.results()] == ["ACCEPTED", "CANCELED_RESERVATION"]
    assert (await asking.result("CANCELED_RESERVATION")).status == 2001


async def test_a_reservation_that_has_ended_is_not_cancelled(asking: Asking, clock: ManualClock) -> None:
    await asking.command("RESERVE_NOW", body=reservation(clock.now().replace(hour=5)))
    await asking.result("ACCEPTED")
    await clock.leap(hours=6)
    assert (await asking.result("CANCELED_RESERVATION")).status == 2001
    assert len(asking.results()) == 1


async def test_a_reservation_that_was_rejected_cannot_be_cancelled(
    asking: Asking, clock: ManualClock
) -> None:
    await asking.command("RESERVE_NOW", body=reservation(clock.now().replace(hour=5)))
    await asking.result("EVSE_OCCUPIED")
    assert (await asking.result("CANCELED_RESERVATION")).status == 2001


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/receiver",
        "https://elsewhere.example/x",
        "file:///etc/passwd",
        "not a url",
        "",
        None,
        17,
    ],
)
async def test_a_result_goes_to_no_address_but_the_askers_own(asking: Asking, url: object) -> None:
    """A-19, S-29: the hub calls nobody else with the asker's token, nor for the asker's sake."""
    heard = await asking.command(response_url=url)
    assert (heard.http, heard.status) == (200, 2001)
    assert "/response_url" in heard.envelope["status_message"]
    assert asking.promised == []


async def test_a_result_is_not_sent_after_the_asker_has_moved(asking: Asking) -> None:
    """Its endpoints lie elsewhere now, and that host gets no token of ours."""
    await asking.command()
    callbacks = asking.roaming.hub.foundation.mongo.collection("callbacks")
    await callbacks.update_many({}, {"$set": {"url": "http://127.0.0.1:1/x"}})
    heard = await asking.result("ACCEPTED")
    assert (heard.status, "moved" in heard.envelope["status_message"]) == (4003, True)


async def test_results_find_their_way_after_a_restart_because_they_are_in_the_database(
    asking: Asking,
) -> None:
    await asking.command()
    kept = await asking.roaming.hub.foundation.mongo.collection("callbacks").find_one({})
    assert kept is not None
    assert (kept["_id"], kept["url"]) == (asking.hub_url.rpartition("/")[2], asking.own_url)


async def test_a_command_needs_an_agreement_and_a_party(asking: Asking) -> None:
    """C-051, C-058: 4001 for strangers; the hub itself starts no session."""
    assert (await asking.command(to=PartyId("DE", "XYZ"))).status == 4001
    heard = await asking.command(to=HUB)
    assert (heard.status, "name the receiving party" in heard.envelope["status_message"]) == (2001, True)
    assert asking.promised == []


async def test_a_cpo_that_is_away_is_told_by_status_alone(asking: Asking) -> None:
    """C-051: 4003 without a CommandResponse."""
    asking.roaming.cpo.is_online = False
    heard = await asking.command()
    assert (heard.http, heard.status, heard.data) == (200, 4003, None)


async def test_an_address_is_not_guessable(asking: Asking) -> None:
    names = set()
    for _ in range(3):
        await asking.command(body=START)
        names.add(asking.hub_url.rpartition("/")[2])
    assert len(names) == 3
    assert min(len(name) for name in names) >= 32


async def test_a_result_is_a_post_to_the_sender_side(asking: Asking) -> None:
    """What the hub advertises as commands SENDER takes nothing else."""
    emsp = asking.roaming.emsp
    heard = await emsp.call(
        "GET", "commands", Side.SENDER, "START_SESSION", "x", routing=Routing(sender=EMSP)
    )
    assert (heard.http, heard.headers["Allow"]) == (405, "POST")
