"""What the terms of an agreement let through, at every door: pushed, listed, asked for, and sent later."""

import json
from typing import Any

import pytest

from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.base import OcpiModel
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests import build
from tests.fakes.eventually import eventually, eventually_so
from tests.hub.agreements.telling import (
    PAIR,
    UID,
    change,
    forget,
    group,
    heard,
    settled,
    tell_everything,
    tell_location,
    tell_tariff,
    tell_token,
    told,
)
from tests.hub.callbacks.asking import Asking
from tests.hub.presence.test_presence import hears
from tests.platforms import CPO, EMSP, connect, operate
from tests.roaming import Roaming

SENDER, RECEIVER = Side.SENDER, Side.RECEIVER


async def listed(roaming: Roaming, module: str = "locations") -> list[str]:
    return [each["id"] for each in (await roaming.pull(module)).data]


async def test_a_module_outside_of_the_terms_is_as_if_there_were_no_agreement(roaming: Roaming) -> None:
    """What is in them goes on; and to each other the two are as reachable as before."""
    await change(roaming, modules=["locations", "tokens"])
    await tell_tariff(roaming)
    await tell_location(roaming)
    await eventually(lambda: heard(roaming.emsp, "locations"))
    for module, path, body in (
        ("tariffs", ("FR", "CPO", "T1"), build.tariff()),
        ("sessions", ("FR", "CPO", "S1"), build.session()),
    ):
        assert (await roaming.push(module, *path, body=body, to=EMSP)).status == 4001
    assert (await roaming.push("cdrs", body=build.cdr(), to=EMSP, method="POST")).status == 4001
    assert (await Asking(roaming).command()).status == 4001
    assert (await roaming.pull("tariffs", to=CPO)).status == 4001
    assert await listed(roaming, "tariffs") == []
    assert await listed(roaming) == ["LOC1"]
    await eventually_so(roaming.nothing_due)
    assert heard(roaming.emsp, "tariffs") == []
    await hears(roaming.emsp, "CPO FR*CPO", "CONNECTED")


async def test_without_tokens_in_the_terms_no_card_is_asked_for_or_told(roaming: Roaming) -> None:
    await change(roaming, modules=["locations"])
    await tell_token(roaming.emsp)
    assert (await roaming.authorize(UID, to=EMSP)).data["allowed"] == "NOT_ALLOWED"
    await eventually_so(roaming.nothing_due)
    assert heard(roaming.cpo, "tokens") == []


async def test_a_charge_that_began_with_a_module_in_the_terms_is_told_to_its_end(roaming: Roaming) -> None:
    then = {"start_date_time": "2026-01-01T00:00:00Z"}
    await roaming.later(seconds=10)
    await change(roaming, modules=["locations"])
    assert (await roaming.push("cdrs", body=build.cdr(**then), to=EMSP, method="POST")).status == 1000
    later = {"id": "CDR2", "start_date_time": "2026-01-01T00:00:11Z"}
    await roaming.later(seconds=10)
    assert (await roaming.push("cdrs", body=build.cdr(**later), to=EMSP, method="POST")).status == 4001


async def test_only_the_tariffs_of_the_terms_are_told_listed_and_asked(roaming: Roaming) -> None:
    """Ids without regard to case; what locations say of others stays the CPO's word."""
    await change(roaming, tariffs=["t1"])
    for tariff_id in ("T1", "T2"):
        await tell_tariff(roaming, tariff_id)
    await tell_location(roaming, evses=[build.evse(connectors=[build.connector(tariff_ids=["T1", "T2"])])])
    await eventually(lambda: heard(roaming.emsp, "locations"))
    await eventually_so(roaming.nothing_due)
    assert told(roaming.emsp, "tariffs") == [("PUT", "T1", None)]
    assert heard(roaming.emsp, "locations")[0].json()["evses"][0]["connectors"][0]["tariff_ids"] == [
        "T1",
        "T2",
    ]
    assert await listed(roaming, "tariffs") == ["T1"]
    refused = await roaming.push("tariffs", "FR", "CPO", "T2", body=build.tariff(id="T2"), to=EMSP)
    assert (refused.status, "tariff" in refused.envelope["status_message"]) == (4001, True)
    roaming.cpo.publishes("tariffs", [wire(build.tariff(id=each)) for each in ("T1", "T2", "T3")])
    assert [each["id"] for each in (await roaming.pull("tariffs", to=CPO)).data] == ["T1"]


async def test_a_tariff_that_is_no_more_in_the_terms_is_deleted_there(roaming: Roaming) -> None:
    await tell_tariff(roaming, "T1")
    await tell_tariff(roaming, "T2")
    await eventually(lambda: len(heard(roaming.emsp, "tariffs")) == 2)
    forget(roaming.emsp)
    await change(roaming, tariffs=["T2"])
    await settled(roaming)
    await eventually(lambda: told(roaming.emsp, "tariffs") == [("DELETE", "T1", None)])


async def test_a_module_that_leaves_the_terms_is_taken_back_and_comes_again_with_them(
    roaming: Roaming,
) -> None:
    await tell_everything(roaming)
    forget(roaming.emsp, roaming.cpo)
    await change(roaming, modules=["tariffs"])
    await settled(roaming)
    await eventually(lambda: told(roaming.emsp) == [("PUT", "LOC1", {"REMOVED"})])
    await eventually(lambda: told(roaming.cpo, "tokens") == [("PUT", UID, False)])
    assert heard(roaming.emsp, "tariffs") == []
    await change(roaming, modules=None)
    await eventually(lambda: told(roaming.emsp)[-1] == ("PUT", "LOC1", {"AVAILABLE"}))
    await eventually(lambda: told(roaming.cpo, "tokens")[-1] == ("PUT", UID, True))


async def test_terms_that_show_no_more_than_before_tell_nothing_again(roaming: Roaming) -> None:
    """A network is not told anew because a bill may be held."""
    await tell_everything(roaming)
    forget(roaming.emsp, roaming.cpo)
    await change(roaming, holds=["total_cost_differs"], is_asked=True)
    await change(roaming, modules=["locations", "tariffs", "tokens"])
    await settled(roaming)
    await eventually_so(roaming.nothing_due)
    assert heard(roaming.emsp, "locations") + heard(roaming.cpo, "tokens") == []


async def test_what_was_marked_under_wider_terms_is_not_told_under_narrower_ones(roaming: Roaming) -> None:
    """What is told is decided when it is sent."""
    roaming.emsp.is_online = False
    await tell_location(roaming)
    await tell_tariff(roaming)
    await change(roaming, modules=["tariffs"])
    roaming.emsp.is_online = True
    await roaming.much_later(minutes=10)
    await settled(roaming)
    await eventually(lambda: heard(roaming.emsp, "tariffs"))
    await eventually_so(roaming.nothing_due)
    assert {state for _, _, states in told(roaming.emsp) for state in states} <= {"REMOVED"}


def wire(model: OcpiModel) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(codec.dump(model))
    return written


class TestGroups:
    """LOC1 is in the group that the terms name, LOC2 is not; both came after there was no other agreement."""

    @pytest.fixture
    async def grouped(self, roaming: Roaming) -> Roaming:
        await group(roaming, "loc1")
        await change(roaming, location_groups=["night"])
        await roaming.later(seconds=1)
        for location_id in ("LOC1", "LOC2"):
            await tell_location(roaming, location_id)
        await eventually(lambda: heard(roaming.emsp, "locations"))
        await eventually_so(roaming.nothing_due)
        return roaming

    async def test_only_its_locations_are_told_and_listed(self, grouped: Roaming) -> None:
        assert told(grouped.emsp) == [("PUT", "LOC1", {"AVAILABLE"})]
        page = await grouped.pull("locations", limit="1")
        assert ([each["id"] for each in page.data], page.headers["X-Total-Count"]) == (["LOC1"], "1")
        assert "Link" not in page.headers

    async def test_others_are_not_there_for_whoever_asks_for_one(self, grouped: Roaming) -> None:
        """The CPO itself is not asked, named or not."""
        published = [wire(build.location(id=each)) for each in ("LOC1", "LOC2", "LOC3")]
        grouped.cpo.publishes("locations", published)
        one = await grouped.pull("locations", "LOC1", to=CPO)
        assert (one.status, one.data["id"]) == (1000, "LOC1")
        hidden = await grouped.pull("locations", "loc2", to=CPO)
        assert (hidden.http, hidden.data) == (404, None)
        assert (await grouped.pull("locations", "LOC2", to=None)).status == 2003
        every = await grouped.pull("locations", to=CPO)
        assert [each["id"] for each in every.data] == ["LOC1"]

    async def test_nobody_charges_at_others(self, grouped: Roaming) -> None:
        asking = Asking(grouped)
        for to in (CPO, None):
            assert (await asking.command(to=to, location_id="LOC2")).status == 2003
            assert (await asking.command(to=to, location_id="LOC1")).status == 1000
        await tell_token(grouped.emsp)
        grouped.emsp.answer("POST", "tokens", SENDER, lambda _: Reply({"allowed": "ALLOWED"}))
        for to in (EMSP, None):
            for location_id, allowed in (("LOC1", "ALLOWED"), ("LOC2", "NOT_ALLOWED")):
                answer = await grouped.cpo.call(
                    "POST", "tokens", SENDER, UID, "authorize",
                    routing=Routing(to=to, sender=CPO), body={"location_id": location_id},
                )  # fmt: skip
                assert answer.data["allowed"] == allowed

    async def test_one_that_is_pushed_to_the_emsp_alone_is_refused(self, grouped: Roaming) -> None:
        refused = await grouped.push(
            "locations", "FR", "CPO", "LOC2", body=build.location(id="LOC2"), to=EMSP
        )
        assert (refused.status, "location" in refused.envelope["status_message"]) == (4001, True)

    async def test_what_joins_is_told_and_what_leaves_is_removed(self, grouped: Roaming) -> None:
        """To this eMSP alone; another with every location hears nothing of it."""
        forget(grouped.emsp)
        await group(grouped, "LOC2")
        await settled(grouped)
        await eventually(lambda: len(told(grouped.emsp)) == 2)
        assert sorted(told(grouped.emsp)) == [("PUT", "LOC1", {"REMOVED"}), ("PUT", "LOC2", {"AVAILABLE"})]
        assert await listed(grouped) == ["LOC2"]
        await eventually_so(grouped.nothing_due)
        await settled(grouped)
        assert len(told(grouped.emsp)) == 2

    async def test_what_left_and_came_back_is_as_it_was(self, grouped: Roaming) -> None:
        await group(grouped, "LOC2")
        await group(grouped, "LOC1", "LOC2")
        await settled(grouped)
        await eventually(lambda: len(told(grouped.emsp)) >= 2)
        await eventually_so(grouped.nothing_due)
        assert not [state for _, _, state in told(grouped.emsp) if state == {"REMOVED"}]

    async def test_what_is_in_another_group_of_the_terms_stays(self, grouped: Roaming) -> None:
        await group(grouped, "LOC1", "LOC2", path=f"/location-groups/{CPO}/day")
        await change(grouped, location_groups=["day", "night"])
        await eventually(lambda: ("PUT", "LOC2", {"AVAILABLE"}) in told(grouped.emsp))
        forget(grouped.emsp)
        await group(grouped, "LOC3")
        await settled(grouped)
        await eventually_so(grouped.nothing_due)
        assert {state for _, _, states in told(grouped.emsp) for state in states} <= {"AVAILABLE"}

    async def test_what_leaves_is_no_news_for_whoever_never_saw_it(self, grouped: Roaming) -> None:
        """I4: an eMSP whose agreement has not begun, or is long over, has nothing to take back."""
        other = PartyId("DE", "XYZ")
        async with SimulatedPartner(("EMSP", other)) as later:
            await connect(grouped.hub, later, "later", "EMSP")
            pair = {"cpo": str(CPO), "emsp": str(other), "first_day": "2026-02-01"}
            await operate(grouped.hub, "/agreements", {**pair, "terms": {"location_groups": ["night"]}})
            await group(grouped, "LOC2")
            await settled(grouped)
            await eventually(lambda: len(told(grouped.emsp)) == 3)
            await eventually_so(grouped.nothing_due)
            assert heard(later, "locations") == []

    async def test_at_the_end_what_was_shown_is_taken_back_and_nothing_else(self, grouped: Roaming) -> None:
        """Also what left the group at the last moment; and I4: no word of what was never shown."""
        forget(grouped.emsp)
        await group(grouped, "LOC3")
        await operate(grouped.hub, "/agreements/end", {**PAIR, "last_day": "2025-12-31"})
        await settled(grouped)
        await eventually(lambda: told(grouped.emsp))
        await eventually_so(grouped.nothing_due)
        assert all(each == ("PUT", "LOC1", {"REMOVED"}) for each in told(grouped.emsp))


async def test_a_group_of_another_cpo_shows_nothing_of_this_one(roaming: Roaming) -> None:
    other = PartyId("BE", "CPO")
    await group(roaming, "LOC1", path=f"/location-groups/{other}/night")
    await group(roaming, "LOC9")
    await change(roaming, location_groups=["night"])
    await tell_location(roaming)
    await eventually_so(roaming.nothing_due)
    assert heard(roaming.emsp, "locations") == []
