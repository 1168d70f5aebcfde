"""What the operator sees of deliveries, and how they are tried again."""

import asyncio
from typing import Any

import pytest
from typer.testing import CliRunner

from ocpi.wire.interfaces import Side
from passerelle import cli, outbox_cli
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from schemas.times import datetime_text
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import EMSP, agree, connect, operate
from tests.roaming import Roaming

RECEIVER = Side.RECEIVER
OTHER = PartyId("DE", "XYZ")


async def listed(roaming: Roaming, path: str = "/outbox", **query: str) -> list[dict[str, Any]]:
    found = await asyncio.to_thread(roaming.hub.admin.get, path, **query)
    assert isinstance(found, list)
    return found


async def parked(roaming: Roaming, count: int = 1) -> list[dict[str, Any]]:
    """So many locations that the eMSP did not want."""
    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply(status_code=2001))
    for n in range(count):
        await roaming.push("locations", "FR", "CPO", f"LOC{n}", body=build.location(id=f"LOC{n}"))
    await roaming.until_nothing_due(stride_s=1.5)
    roaming.emsp.answer("PUT", "locations", RECEIVER, lambda _: Reply())
    roaming.emsp.received.clear()
    return await listed(roaming, state="parked")


def names(roaming: Roaming) -> list[str]:
    return sorted(each.path.rpartition("/")[2] for each in roaming.emsp.heard("locations"))


async def test_what_is_lacking_is_listed_by_party_kind_and_state_with_the_hash_and_the_reason(
    roaming: Roaming,
) -> None:
    (mark,) = await parked(roaming)
    assert mark["parked"] == "refused 3 times: HTTP 200"
    held = await roaming.hub.foundation.store.get_by_id(mark["object_id"])
    assert held is not None
    assert mark["digest"] == held.digest
    assert "body" not in mark
    roaming.emsp.is_online = False
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    assert [each["kind"] for each in await listed(roaming, state="waiting")] == ["cdr"]
    assert [each["kind"] for each in await listed(roaming, kind="location")] == ["location"]
    assert len(await listed(roaming, to=str(EMSP))) == 2
    assert await listed(roaming, to="DE*XYZ") == []


async def test_a_wrong_filter_is_a_problem_with_a_pointer(roaming: Roaming) -> None:
    with pytest.raises(AdminRefused, match="/state"):
        await listed(roaming, state="lost")
    with pytest.raises(AdminRefused, match="name a party, a mark, or an instant"):
        await operate(roaming.hub, "/outbox/revive", {})


async def test_one_mark_is_revived_and_no_other(roaming: Roaming) -> None:
    first, _ = await parked(roaming, 2)
    told = await operate(roaming.hub, "/outbox/revive", {"mark": first["mark"]})
    assert told["revived"] == 1
    await eventually(lambda: names(roaming) == [first["object_id"].split("/")[-1].split("|")[0].upper()])


async def test_what_was_parked_since_an_instant_is_revived(roaming: Roaming) -> None:
    marks = await parked(roaming, 2)
    await roaming.much_later(hours=1)
    now = roaming.hub.foundation.clock.now()
    assert (await operate(roaming.hub, "/outbox/revive", {"since": datetime_text(now)}))["revived"] == 0
    began = min(each["parked_at"] for each in marks)
    assert (await operate(roaming.hub, "/outbox/revive", {"since": began}))["revived"] == 2
    await eventually(lambda: names(roaming) == ["LOC0", "LOC1"])


async def test_all_of_a_party_is_revived_and_nothing_of_another(roaming: Roaming) -> None:
    async with SimulatedPartner(("EMSP", OTHER)) as other:
        await connect(roaming.hub, other, "the-other", "EMSP")
        await agree(roaming.hub, emsp=OTHER)
        other.answer("PUT", "locations", RECEIVER, lambda _: Reply(status_code=2001))
        await parked(roaming, 2)
        assert (await operate(roaming.hub, "/outbox/revive", {"to": str(EMSP)}))["revived"] == 2
        await eventually(lambda: names(roaming) == ["LOC0", "LOC1"])
        assert len(await listed(roaming, state="parked", to=str(OTHER))) == 2


async def test_a_receipt_says_when_and_what_was_answered(roaming: Roaming) -> None:
    location = "https://msp.example/cdrs/1"
    answer = Reply(http=201, headers={"Location": location})
    roaming.emsp.answer("POST", "cdrs", RECEIVER, lambda _: answer)
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await eventually_so(roaming.nothing_due)
    (receipt,) = await listed(roaming, "/receipts", to=str(EMSP), kind="cdr")
    assert (receipt["http"], receipt["status"], receipt["location"]) == (201, 1000, location)
    (request,) = roaming.emsp.heard("cdrs")
    assert receipt["correlation_id"] == request.ids.correlation_id
    assert receipt["attempts"] == 1
    kept = await roaming.hub.foundation.mongo.collection("receipts").find_one({"kind": "cdr"})
    assert kept is not None
    assert "expires_at" not in kept


async def test_of_other_things_the_last_receipt_is_kept_for_a_season(roaming: Roaming) -> None:
    for hour in (8, 9):
        body = build.location(last_updated=f"2026-03-01T{hour:02d}:00:00Z")
        await roaming.push("locations", "FR", "CPO", "LOC1", body=body)
        await eventually_so(roaming.nothing_due)
    await roaming.later(seconds=1)
    (receipt,) = await listed(roaming, "/receipts", kind="location")
    assert receipt["correlation_id"] == roaming.emsp.heard("locations")[-1].ids.correlation_id
    kept = await roaming.hub.foundation.mongo.collection("receipts").find_one({"kind": "location"})
    assert kept is not None
    assert (kept["expires_at"] - kept["at"]).days == 90


async def test_a_partner_that_has_lost_everything_since_an_instant_is_told_it_once_more(
    roaming: Roaming,
) -> None:
    """Bills too, and the latest state of everything else."""
    began = datetime_text(roaming.hub.foundation.clock.now())
    await roaming.push("locations", "FR", "CPO", "LOC1", body=build.location())
    await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")
    await eventually_so(roaming.nothing_due)
    await roaming.later(seconds=1)
    roaming.emsp.received.clear()
    told = await operate(roaming.hub, "/outbox/replay", {"to": str(EMSP), "since": began})
    assert told["due"] == 2
    await eventually_so(roaming.nothing_due)
    assert sorted(each.module for each in roaming.emsp.received) == ["cdrs", "locations"]


async def test_the_command_line_lists_revives_and_replays(
    roaming: Roaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mark,) = await parked(roaming)
    monkeypatch.setattr(outbox_cli, "admin_of", lambda _: roaming.hub.admin)

    async def run(*words: str) -> str:
        done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["outbox", *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert mark["mark"] in await run("list", "--state", "parked", "--json")
    assert "1 to be tried again" in await run("revive", "--mark", mark["mark"])
    await eventually_so(roaming.nothing_due)
    await roaming.later(seconds=1)
    assert mark["mark"] in await run("receipts", "--json")
    assert "1 objects" in await run("replay", "--to", str(EMSP), "--since", "2025-01-01T00:00:00Z")
