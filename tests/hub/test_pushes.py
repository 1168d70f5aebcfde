"""What is pushed through the hub: stored, answered, delivered. C-049 … C-059."""

from datetime import timedelta
from typing import Any

import pytest

from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate
from tests.roaming import Roaming


def wire(model: Any) -> bytes:
    return codec.dump(model)


DAYS = {"cpo": str(CPO), "emsp": str(EMSP)}


async def test_a_broadcast_reaches_whoever_has_an_agreement(roaming: Roaming) -> None:
    body = wire(build.location(name="Gare du Nord"))
    heard = await roaming.push("locations", "FR", "CPO", "LOC1", body=body)

    assert (heard.http, heard.status) == (201, 1000)
    assert heard.headers["OCPI-from-party-id"] == "HUB"
    await eventually(lambda: len(roaming.emsp.heard("locations")) == 1)
    (arrived,) = roaming.emsp.heard("locations", "PUT")
    assert arrived.body == body
    assert arrived.path == "FR/CPO/LOC1"
    assert arrived.routing == Routing(to=EMSP, sender=HUB)


@pytest.mark.parametrize("to", [HUB, EMSP])
async def test_what_is_delivered_bears_the_correlation_id_of_the_push(roaming: Roaming, to: PartyId) -> None:
    """C-049: also where the hub stores it first. The request id is its own."""
    ids = MessageIds("request-1", "correlation-1")
    await roaming.cpo.call(
        "PUT",
        "locations",
        Side.RECEIVER,
        *("FR", "CPO", "LOC1"),
        routing=Routing(to=to, sender=CPO),
        body=wire(build.location()),
        ids=ids,
    )
    await eventually(lambda: bool(roaming.emsp.heard("locations")))
    (arrived,) = roaming.emsp.heard("locations")
    assert arrived.ids.correlation_id == "correlation-1"
    assert arrived.ids.request_id != "request-1"


async def test_without_an_agreement_nothing_flows(roaming: Roaming) -> None:
    stranger = PartyId("DE", "XYZ")
    async with SimulatedPartner(("EMSP", stranger)) as other:
        await connect(roaming.hub, other, "the-other", "EMSP")
        await roaming.push("locations", "FR", "CPO", "LOC1", body=wire(build.location()))
        heard = await roaming.push("sessions", "FR", "CPO", "S1", body=wire(build.session()), to=stranger)
        assert heard.status == 4001
        await eventually(lambda: bool(roaming.emsp.received))
        assert other.received == []


async def test_nothing_flows_before_the_first_day_and_everything_on_it(
    roaming: Roaming, clock: ManualClock
) -> None:
    """Also what was pushed before, and without anybody doing anything on that day."""
    stranger = PartyId("DE", "XYZ")
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    async with SimulatedPartner(("EMSP", stranger)) as other:
        await connect(roaming.hub, other, "the-other", "EMSP")
        pair = {"cpo": str(CPO), "emsp": str(stranger), "first_day": tomorrow}
        added = await operate(roaming.hub, "/agreements", pair)
        assert added["holds"] is False
        await roaming.push("locations", "FR", "CPO", "LOC1", body=wire(build.location()))
        heard = await roaming.push("sessions", "FR", "CPO", "S1", body=wire(build.session()), to=stranger)
        assert heard.status == 4001
        await eventually(lambda: bool(roaming.emsp.received))
        assert other.received == []

        agreements = roaming.hub.foundation.mongo.collection("agreements")
        await agreements.update_one({"emsp": str(stranger)}, {"$set": {"first_day": "2025-12-31"}})
        await roaming.later(seconds=2)
        await eventually(lambda: len(other.heard("locations")) == 1)


async def test_after_the_last_day_only_charges_that_began_before_are_told_to_their_end(
    roaming: Roaming,
) -> None:
    """The bill of the last evening comes the morning after."""
    await roaming.push("sessions", "FR", "CPO", "S1", body=wire(build.session()), to=EMSP)
    await operate(roaming.hub, "/agreements/end", {**DAYS, "last_day": "2025-12-31"})
    within = {"start_date_time": "2025-12-31T23:00:00Z"}
    agreements = roaming.hub.foundation.mongo.collection("agreements")
    await agreements.update_one({}, {"$set": {"first_day": "2025-12-01"}})
    await roaming.later(seconds=2)
    sessions = roaming.hub.foundation.mongo.collection("objects")
    body = wire(build.session(**within))
    await sessions.update_one({"kind": "session"}, {"$set": {"body": body}})
    patch = {"kwh": 9, "last_updated": "2026-03-01T09:00:00Z"}
    for method, module, path, sent, status in (
        ("POST", "cdrs", (), wire(build.cdr(id="IN", **within)), 1000),
        ("POST", "cdrs", (), wire(build.cdr(id="OUT", start_date_time="2026-01-01T00:00:00Z")), 4001),
        ("POST", "cdrs", (), codec.encode({**build.cdr(id="ODD").to_wire(), "start_date_time": 5}), 4001),
        ("PUT", "sessions", ("FR", "CPO", "S2"), wire(build.session(id="S2", **within)), 1000),
        ("PUT", "sessions", ("FR", "CPO", "S3"), wire(build.session(id="S3")), 4001),
        ("PATCH", "sessions", ("FR", "CPO", "S4"), patch, 4001),
        ("PUT", "locations", ("FR", "CPO", "LOC1"), wire(build.location()), 4001),
    ):
        heard = await roaming.push(module, *path, body=sent, to=EMSP, method=method)
        assert heard.status == status, sent


async def test_a_partner_that_returns_gets_the_latest_state_once(
    roaming: Roaming, clock: ManualClock
) -> None:
    roaming.emsp.is_online = False
    for hour, name in ((8, "old"), (9, "newer"), (10, "newest")):
        stamp = f"2026-03-01T{hour:02d}:00:00Z"
        await roaming.push(
            "locations", "FR", "CPO", "LOC1", body=wire(build.location(name=name, last_updated=stamp))
        )
    await clock.stroll(minutes=1)

    roaming.emsp.is_online = True
    await clock.stroll(minutes=2)
    await eventually(lambda: bool(roaming.emsp.heard("locations")))

    assert [put.json()["name"] for put in roaming.emsp.heard("locations")] == ["newest"]


async def test_a_bill_waits_for_an_absent_receiver_and_arrives_once(
    roaming: Roaming, clock: ManualClock
) -> None:
    roaming.emsp.is_online = False
    body = wire(build.cdr())
    heard = await roaming.push("cdrs", body=body, to=EMSP, method="POST")
    assert heard.http == 201
    assert "/receiver/cdrs/FR/CPO/CDR1/" in heard.headers["Location"]

    await clock.stroll(minutes=1)
    roaming.emsp.is_online = True
    await clock.stroll(minutes=2)
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))
    await clock.stroll(minutes=1)

    (arrived,) = roaming.emsp.heard("cdrs", "POST")
    assert arrived.body == body
    assert arrived.routing == Routing(to=EMSP, sender=CPO)


async def test_the_same_bill_again_is_welcome_and_another_under_its_id_is_refused(roaming: Roaming) -> None:
    body = wire(build.cdr())
    first = await roaming.push("cdrs", body=body, to=EMSP, method="POST")
    await eventually_so(roaming.nothing_due)
    again = await roaming.push("cdrs", body=body, to=EMSP, method="POST")
    other = await roaming.push("cdrs", body=wire(build.cdr(total_energy=99)), to=EMSP, method="POST")

    assert (first.http, again.http) == (201, 200)
    assert first.headers["Location"] == again.headers["Location"]
    assert (other.http, other.status) == (200, 2001)
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))
    await roaming.later(seconds=1)
    assert [post.body for post in roaming.emsp.heard("cdrs")] == [body]


async def test_a_session_arrives_before_its_bill(roaming: Roaming, clock: ManualClock) -> None:
    roaming.emsp.answer("PUT", "sessions", Side.RECEIVER, lambda _: Reply(http=503, raw=b"busy"))
    await roaming.push("sessions", "FR", "CPO", "S1", body=wire(build.session(id="S1")), to=EMSP)
    await roaming.push("cdrs", body=wire(build.cdr(session_id="S1")), to=EMSP, method="POST")
    await eventually(lambda: bool(roaming.emsp.heard("sessions")))
    assert roaming.emsp.heard("cdrs") == []

    roaming.emsp.answer("PUT", "sessions", Side.RECEIVER, lambda _: Reply())
    await clock.stroll(minutes=2)
    await eventually(lambda: bool(roaming.emsp.heard("cdrs")))


async def test_a_later_agreement_brings_what_was_told_before(roaming: Roaming) -> None:
    await roaming.push("locations", "FR", "CPO", "LOC1", body=wire(build.location()))
    await eventually(lambda: len(roaming.emsp.heard("locations")) == 1)
    await agree(roaming.hub)
    await eventually(lambda: len(roaming.emsp.heard("locations")) == 2)


@pytest.mark.parametrize(
    ("method", "module", "path", "known"),
    [
        ("DELETE", "locations", ("FR", "CPO", "LOC1"), "GET, PATCH, PUT"),
        ("PATCH", "tariffs", ("FR", "CPO", "T1"), "DELETE, GET, PUT"),
        ("PUT", "cdrs", ("FR", "CPO", "CDR1"), "GET"),
        ("DELETE", "cdrs", ("FR", "CPO", "CDR1"), "GET"),
        ("PUT", "cdrs", (), "POST"),
        ("DELETE", "sessions", ("FR", "CPO", "S1"), "GET, PATCH, PUT"),
    ],
)
async def test_a_module_is_pushed_by_its_own_methods(
    roaming: Roaming, method: str, module: str, path: tuple[str, ...], known: str
) -> None:
    """A bill is never replaced, a Location never deleted; nothing is stored."""
    heard = await roaming.push(module, *path, body=wire(build.cdr()), to=EMSP, method=method)
    assert (heard.http, heard.headers["Allow"]) == (405, known)
    assert await roaming.hub.foundation.mongo.collection("objects").count_documents({}) == 0


async def test_a_part_of_a_location_has_an_address_of_its_own(roaming: Roaming) -> None:
    """C-036: stored in the whole, and the whole is what receivers get."""
    await roaming.push("locations", "FR", "CPO", "LOC1", body=wire(build.location()))
    change = {"status": "CHARGING", "last_updated": "2026-03-01T10:00:00Z"}
    heard = await roaming.push("locations", "FR", "CPO", "LOC1", "E1", body=change, method="PATCH")
    assert heard.status == 1000
    await eventually(
        lambda: bool(roaming.emsp.heard("locations")) and told(roaming)["last_updated"] > "2026-03-01T09"
    )
    assert told(roaming)["evses"][0]["status"] == "CHARGING"
    wrong = await roaming.push(
        "locations", "FR", "CPO", "LOC1", "E1", body={"status": "CHARGING"}, method="PATCH"
    )
    assert (wrong.status, "/last_updated" in wrong.envelope["status_message"]) == (2001, True)
    for rest in (("E9",), ("E1", "9")):
        missing = await roaming.push("locations", "FR", "CPO", "LOC1", *rest, body=change, method="PATCH")
        assert (missing.http, missing.status) == (404, 2001)


def told(roaming: Roaming) -> Any:
    return roaming.emsp.heard("locations")[-1].json()


@pytest.mark.parametrize(
    ("path", "status", "http"),
    [
        (("FR", "XXX", "LOC1"), 2001, 404),  # another's object
        (("FR", "CPO", "LOC2"), 2001, 200),  # C-038, S-17: the body names LOC1
        (("FR", "C|O", "LOC1"), 2001, 404),
        (("FR", "CPO"), 2000, 404),
        (("FR", "CPO", "LOC1", "E1", "1", "more"), 2000, 404),
        (("fr", "cpo", "loc1"), 1000, 201),  # C-042
    ],
)
async def test_an_object_is_pushed_by_its_owner_to_its_own_address(
    roaming: Roaming, path: tuple[str, ...], status: int, http: int
) -> None:
    heard = await roaming.push("locations", *path, body=wire(build.location(id="LOC1")))
    assert (heard.status, heard.http) == (status, http)


async def test_a_party_that_the_platform_does_not_speak_for_is_refused(roaming: Roaming) -> None:
    """C-062: FROM is not one of the caller's parties."""
    routing = Routing(to=HUB, sender=PartyId("FR", "OTH"))
    heard = await roaming.cpo.call(
        "PUT", "locations", Side.RECEIVER, "FR", "OTH", "LOC1", routing=routing, body=wire(build.location())
    )
    assert (heard.http, heard.status) == (200, 2001)


async def test_message_ids_come_back(roaming: Roaming) -> None:
    """C-041."""
    ids = MessageIds("request-1", "correlation-1")
    routing = Routing(to=HUB, sender=CPO)
    heard = await roaming.cpo.call(
        "PUT", "locations", Side.RECEIVER, "FR", "CPO", "LOC1", routing=routing, body=b"{}", ids=ids
    )
    assert heard.headers["X-Request-ID"] == "request-1"
    assert heard.headers["X-Correlation-ID"] == "correlation-1"


async def test_an_invalid_object_is_refused_with_the_pointer(roaming: Roaming) -> None:
    """C-031."""
    heard = await roaming.push(
        "locations", "FR", "CPO", "LOC1", body={**build.location().to_wire(), "city": None}
    )
    assert (heard.http, heard.status) == (200, 2001)
    assert "/city" in heard.envelope["status_message"]


async def test_what_is_no_json_is_http_400(roaming: Roaming) -> None:
    """C-030."""
    heard = await roaming.push("locations", "FR", "CPO", "LOC1", body=b"{")
    assert (heard.http, heard.status) == (400, 2001)
