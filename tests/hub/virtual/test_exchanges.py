"""What differs in 2.1.1 beside the objects: addresses, statuses, numbers, lists. Reference §2.12."""

import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from schemas import codec
from schemas.v2_3_0 import commands
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.sessions import Session
from schemas.v2_3_0.tariffs import Tariff
from simulators.partner import Reply
from tests import build
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.callbacks.asking import IDS
from tests.hub.virtual.meeting import (
    BACK,
    OLDEST,
    RECEIVER,
    SENDER,
    THERE,
    Meeting,
    Station,
    enveloped,
    meeting,
)  # fmt: skip
from tests.hub.virtual.several import BE, FR, Several
from tests.platforms import CPO, EMSP, HUB, operate


@pytest.fixture
async def old_cpo(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Meeting]:
    """A CPO of 2.1.1, an eMSP of 2.3.0."""
    async with meeting(mongo, clock, tmp_path, OLDEST, "2.3.0") as met:
        yield met


async def test_two_of_2_1_1_hear_each_other_to_the_byte(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    """C-066."""
    async with meeting(mongo, clock, tmp_path, OLDEST, OLDEST) as met:
        body = met.from_cpo(Tariff, build.tariff())[:-1] + b', "odd" : 1.50}'
        await met.publish("tariffs", "FR", "CPO", "T1", body=body)
        await eventually(lambda: len(met.emsp.heard("tariffs")) == 1)
        assert met.emsp.heard("tariffs")[0].body == body
        raw = b'{ "data":{"result" :"ACCEPTED"}, "odd":1.50, "status_code":1000,"timestamp":"x"}'
        met.cpo.answer("POST", "commands", RECEIVER, lambda _: Reply(raw=raw))
        url = f"{met.emsp.url_of('commands', SENDER)}/1"
        asked = b'{ "session_id":"S1", "response_url" : "%s","odd":1.50}' % url.encode()
        heard = await met.emsp.call("POST", "commands", RECEIVER, "STOP_SESSION", routing=THERE, body=asked)
        assert heard.body == raw
        (arrived,) = met.cpo.heard("commands")
        ours = arrived.json()["response_url"]
        assert arrived.body == asked.replace(url.encode(), ours.encode())
        assert ours.startswith(f"{met.hub.url}/ocpi/as/emsp/NL/MSP/2.1.1/sender/commands/STOP_SESSION/")


async def test_a_request_keeps_its_correlation_through_the_hub(old_cpo: Meeting) -> None:
    """C-049: also where the far side speaks 2.1.1, and no headers name parties to it."""
    answer = Reply(raw=enveloped(b'{"allowed":"BLOCKED"}'))
    old_cpo.emsp.answer("POST", "tokens", SENDER, lambda _: answer)
    await old_cpo.emsp.call("GET", "tariffs", SENDER, routing=THERE, ids=IDS)
    (asked,) = old_cpo.cpo.heard("tariffs")
    assert asked.ids.correlation_id == IDS.correlation_id
    assert asked.ids.request_id != IDS.request_id


@pytest.mark.parametrize(
    ("reply", "http", "status"),
    [(Reply(status_code=2004, http=404), 404, 2001), (Reply(status_code=2003), 200, 2003)],
)
async def test_statuses_that_2_1_1_does_not_know_are_told_in_its_own(
    old_cpo: Meeting, reply: Reply, http: int, status: int
) -> None:
    old_cpo.emsp.answer("POST", "tokens", SENDER, lambda _: reply)
    heard = await old_cpo.cpo.call("POST", "tokens", SENDER, "04AA", "authorize", routing=BACK)
    assert (heard.http, heard.status) == (http, status)


async def test_a_remote_party_that_is_away_is_a_failure_of_the_platform(old_cpo: Meeting) -> None:
    """There is no 4003 in 2.1.1."""
    old_cpo.emsp.is_online = False
    heard = await old_cpo.cpo.call("POST", "tokens", SENDER, "04AA", "authorize", routing=BACK)
    assert (heard.http, heard.status) == (200, 3000)


async def test_after_an_agreement_no_card_is_allowed_and_nothing_flows(old_cpo: Meeting) -> None:
    days = {"cpo": str(CPO), "emsp": str(EMSP), "last_day": "2025-12-31"}
    await operate(old_cpo.hub, "/agreements/end", days)
    heard = await old_cpo.cpo.call("POST", "tokens", SENDER, "04AA", "authorize", routing=BACK)
    assert (heard.http, heard.status, heard.data["allowed"]) == (200, 1000, "NOT_ALLOWED")
    heard = await old_cpo.publish("tariffs", "FR", "CPO", "T1", body=old_cpo.from_cpo(Tariff, build.tariff()))
    assert (heard.http, heard.status) == (200, 3000)
    assert old_cpo.emsp.received == []


async def test_what_is_told_everybody_comes_from_the_party_as_which_the_hub_poses(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with meeting(mongo, clock, tmp_path, "2.3.0", OLDEST) as met:
        await met.publish("tariffs", "FR", "CPO", "T1", body=met.from_cpo(Tariff, build.tariff()))
        await eventually(lambda: met.emsp.heard("tariffs"))
        assert met.emsp.heard("tariffs")[0].routing == BACK


async def test_a_tariff_is_changed_by_patch_in_2_1_1_alone(old_cpo: Meeting) -> None:
    await old_cpo.publish("tariffs", "FR", "CPO", "T1", body=old_cpo.from_cpo(Tariff, build.tariff()))
    change = {"currency": "CHF", "last_updated": "2026-03-01T09:00:00Z"}
    heard = await old_cpo.cpo.call("PATCH", "tariffs", RECEIVER, "FR", "CPO", "T1", routing=BACK, body=change)
    assert (heard.http, heard.status) == (200, 1000)
    await eventually(lambda: any(e.json()["currency"] == "CHF" for e in old_cpo.emsp.heard("tariffs")))
    path = ("NL", "MSP", "T1")
    newer = await old_cpo.emsp.call("PATCH", "tariffs", RECEIVER, *path, routing=THERE, body=change)
    assert newer.http == 405


async def test_a_status_of_one_evse_reaches_whoever_has_the_location(old_cpo: Meeting) -> None:
    """And stands in what the hub lists."""
    change = {"status": "CHARGING", "last_updated": "2026-03-01T09:00:00Z"}
    location = build.location()
    body = old_cpo.from_cpo(type(location), location)
    await old_cpo.publish("locations", "FR", "CPO", "LOC1", body=body)
    heard = await old_cpo.cpo.call(
        "PATCH", "locations", RECEIVER, "FR", "CPO", "LOC1", "E1", routing=BACK, body=change
    )
    assert (heard.http, heard.status) == (200, 1000)
    await eventually(
        lambda: any(e.json()["evses"][0]["status"] == "CHARGING" for e in old_cpo.emsp.heard("locations"))
    )
    again = await old_cpo.emsp.call("GET", "locations", SENDER, routing=Routing(to=HUB, sender=EMSP))
    assert [each["evses"][0]["status"] for each in again.data] == ["CHARGING"]


async def test_what_2_1_1_has_not_is_not_at_its_addresses(old_cpo: Meeting) -> None:
    cpo = old_cpo.cpo
    root = cpo.endpoints["credentials", "SENDER"].removesuffix("/credentials")
    assert cpo.their_token is not None
    for path, http in (
        ("receiver/chargingprofiles/S1", 404),
        ("sender/hubclientinfo", 404),
        ("sender/locations", 404),  # that of a CPO, where the hub poses as an eMSP
        ("sender/tokens", 200),
    ):
        heard = await cpo.send("GET", f"{root}/{path}", cpo.their_token)
        assert heard.http == http, path


async def test_a_bill_is_answered_with_an_address_where_its_owner_can_read_it(old_cpo: Meeting) -> None:
    """C-061: among those of the party that it is for."""
    body = old_cpo.from_cpo(CDR, build.cdr(), location=build.location())
    heard = await old_cpo.cpo.call("POST", "cdrs", RECEIVER, routing=BACK, body=body)
    location = heard.headers["Location"]
    assert location.startswith(f"{old_cpo.hub.url}/ocpi/as/emsp/NL/MSP/2.1.1/receiver/cdrs/FR/CPO/CDR1/")
    assert old_cpo.cpo.their_token is not None
    again = await old_cpo.cpo.send("GET", location, old_cpo.cpo.their_token)
    assert codec.encode(again.data) == codec.encode(json.loads(body))
    await eventually(lambda: len(old_cpo.emsp.heard("cdrs")) == 1)
    (told,) = old_cpo.emsp.heard("cdrs")
    assert told.json()["cdr_token"]["country_code"] == "NL"


async def test_a_reservation_has_a_number_where_ids_are_numbers_and_keeps_it(old_cpo: Meeting) -> None:
    """CPOs of 2.1.1 know no other; one that is a number already is that."""
    station = Station(old_cpo)

    url = f"{old_cpo.emsp.url_of('commands', SENDER)}/RESERVE_NOW/mine"

    async def reserve(reservation_id: str) -> int:
        wanted = {**RESERVE, "response_url": url, "reservation_id": reservation_id}
        body = codec.dump(commands.ReserveNow.model_validate(wanted))
        await old_cpo.emsp.call("POST", "commands", RECEIVER, "RESERVE_NOW", routing=THERE, body=body)
        return int(station.asked[-1].json()["reservation_id"])

    first, second, same = await reserve("R1"), await reserve("R2"), await reserve("r1")
    assert first == same != second
    assert await reserve("17") == 17
    assert await reserve("017") not in (17, first, second)
    gone = {"response_url": url, "reservation_id": "R1"}
    heard = await old_cpo.emsp.call(
        "POST", "commands", RECEIVER, "CANCEL_RESERVATION", routing=THERE, body=gone
    )
    assert heard.data["result"] == "NOT_SUPPORTED"
    assert len(station.asked) == 5


async def test_a_connector_is_named_to_2_1_1_only_where_the_evse_has_no_other(old_cpo: Meeting) -> None:
    """As far as the location was told; else the command is not supported there."""
    station = Station(old_cpo)
    start = {
        "response_url": f"{old_cpo.emsp.url_of('commands', SENDER)}/START_SESSION/mine",
        "token": build.token().to_wire(), "location_id": "LOC1", "evse_uid": "E1", "connector_id": "1",
    }  # fmt: skip

    async def told() -> Any:
        heard = await old_cpo.emsp.call(
            "POST", "commands", RECEIVER, "START_SESSION", routing=THERE, body=codec.encode(start)
        )
        return heard.data["result"]

    assert (await told(), len(station.asked)) == ("NOT_SUPPORTED", 0)
    location = build.location()
    await old_cpo.publish("locations", "FR", "CPO", "LOC1", body=old_cpo.from_cpo(type(location), location))
    assert (await told(), len(station.asked)) == ("ACCEPTED", 1)


async def test_a_list_of_2_1_1_is_what_the_party_told_the_hub_and_the_asker(several: Several) -> None:
    """Page by page, at addresses of that party; what was told the asker alone stands for the general."""
    made = await several.registered()
    for name, to, said in (("T1", HUB, "EUR"), ("T2", HUB, "EUR"), ("T2", EMSP, "CHF"), ("T3", EMSP, "EUR")):
        body = codec.dump(build.tariff(id=name, currency=said))
        heard = await several.publish(several.cpo, "tariffs", "FR", "CPO", name, body=body, to=to)
        assert heard.status == 1000
    pages, found = [await several.pull(made[FR], "tariffs", limit="2")], {}
    while link := pages[-1].headers.get("Link"):
        url = link.split(";")[0].strip("<>")
        assert url.startswith(f"{several.hub.url}/ocpi/as/cpo/FR/CPO/2.1.1/sender/tariffs?")
        assert several.emsp.their_token is not None
        pages.append(await several.emsp.send("GET", url, several.emsp.their_token))
    for page in pages:
        found.update({each["id"]: each["currency"] for each in page.data})
    assert found == {"T1": "EUR", "T2": "CHF", "T3": "EUR"}
    assert sum(len(page.data) for page in pages) == 3
    assert several.cpo.heard("tariffs", "GET") == []


async def test_a_list_of_whoever_told_the_hub_nothing_is_asked_for(several: Several) -> None:
    made = await several.registered()
    several.other.publishes("tariffs", [tariff_of_2_2_1("T1"), tariff_of_2_2_1("T2")], at_most=1)
    first = await several.pull(made[BE], "tariffs")
    assert [each["id"] for each in first.data] == ["T1"]
    link = first.headers["Link"].split(";")[0].strip("<>")
    assert link.startswith(f"{several.hub.url}/ocpi/as/cpo/BE/CPO/2.1.1/sender/tariffs?continue=")
    assert several.emsp.their_token is not None
    second = await several.emsp.send("GET", link, several.emsp.their_token)
    assert [each["id"] for each in second.data] == ["T2"]


async def test_sessions_that_are_pulled_hold_the_location_that_was_told_before(several: Several) -> None:
    made = await several.registered()
    await several.publish(several.cpo, "locations", "FR", "CPO", "LOC1", body=codec.dump(build.location()))
    body = codec.dump(build.session())
    heard = await several.publish(several.cpo, "sessions", "FR", "CPO", "S1", body=body, to=EMSP)
    assert heard.status == 1000
    (session,) = (await several.pull(made[FR], "sessions", date_from="2026-01-01T00:00:00Z")).data
    assert session["location"]["name"] == "Gare du Nord"
    assert session["location"]["evses"][0]["connectors"][0]["voltage"] == 230
    one = await several.pull(made[FR], "locations", "LOC1", "E1", "1")
    assert one.data["amperage"] == 32
    nothing = await several.pull(made[BE], "locations", "LOC1")
    assert several.other.heard("locations", "GET")[0].path == "LOC1"
    assert nothing.status == 1000


async def test_a_location_that_is_not_to_be_shown_is_taken_from_who_would_show_it(several: Several) -> None:
    """S-30: 2.1.1 has no word for it. Whoever never had it is told nothing, and learns nothing of it."""
    await several.registered()
    private = {"publish": False, "publish_allowed_to": [{"uid": "04AA", "type": "RFID"}]}
    hidden = build.location(id="LOC2", **private)
    await several.publish(several.cpo, "locations", "FR", "CPO", "LOC2", body=codec.dump(hidden))
    await several.publish(several.cpo, "locations", "FR", "CPO", "LOC1", body=codec.dump(build.location()))
    await eventually(lambda: several.emsp.heard("locations"))

    later = build.location(**private, last_updated="2026-03-02T00:00:00Z")
    await several.publish(several.cpo, "locations", "FR", "CPO", "LOC1", body=codec.dump(later))
    await eventually(lambda: len(several.emsp.heard("locations")) == 2)
    gone = several.emsp.heard("locations")[-1].json()
    assert (gone["id"], {evse["status"] for evse in gone["evses"]}) == ("LOC1", {"REMOVED"})
    assert not {"publish", "publish_allowed_to"} & gone.keys()
    await eventually_so(partial(only_one_is_parked, several))  # LOC2, with its reason

    again = build.location(last_updated="2026-03-03T00:00:00Z")
    await several.publish(several.cpo, "locations", "FR", "CPO", "LOC1", body=codec.dump(again))
    await eventually(lambda: len(several.emsp.heard("locations")) == 3)
    assert several.emsp.heard("locations")[-1].json()["evses"][0]["status"] == "AVAILABLE"


async def only_one_is_parked(several: Several) -> bool:
    return await several.hub.foundation.outbox.parked() == 1


async def test_a_session_of_2_1_1_is_told_with_the_card_of_its_contract(old_cpo: Meeting) -> None:
    await old_cpo.emsp.call(
        "PUT", "tokens", RECEIVER, "NL", "MSP", "04E2A1B2C3",
        routing=Routing(to=HUB, sender=EMSP), body=codec.dump(build.token()),
    )  # fmt: skip
    body = old_cpo.from_cpo(Session, build.session(), location=build.location())
    await old_cpo.cpo.call("PUT", "sessions", RECEIVER, "FR", "CPO", "S1", routing=BACK, body=body)
    await eventually(lambda: len(old_cpo.emsp.heard("sessions")) == 1)
    (told,) = old_cpo.emsp.heard("sessions")
    assert told.json()["cdr_token"] == build.CDR_TOKEN
    assert told.json()["location_id"] == "LOC1"
    assert told.routing == BACK

    async def delivered() -> bool:
        return await old_cpo.hub.foundation.outbox.waiting() == 0

    await eventually_so(delivered)


def tariff_of_2_2_1(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(codec.dump(build.tariff(id=name, country_code="BE")))
    del told["tax_included"]
    return told


RESERVE: dict[str, Any] = {
    "token": build.token().to_wire(),
    "location_id": "LOC1",
    "expiry_date": "2026-01-01T01:00:00Z",
}
