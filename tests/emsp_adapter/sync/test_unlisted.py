"""What a CPO lists no more is marked, stays readable, and comes back."""

from typing import Any

import pytest

from ocpi.wire.interfaces import Side
from simulators.partner import Reply
from tests.emsp_adapter.sync.square import SHARED_LOOP, Network
from tests.fakes.eventually import eventually_so

pytestmark = SHARED_LOOP


@pytest.fixture
def five() -> list[dict[str, Any]]:
    return [{"id": f"L{number}"} for number in range(5)]


async def is_absent(cpo: Network, object_id: str, module: str = "locations") -> bool:
    held = await cpo.held(module, object_id)
    assert held is not None
    assert not held.deleted
    return held.absent_since is not None


async def listed_once(cpo: Network, five: list[dict[str, Any]]) -> None:
    cpo.lists("locations", *five)
    assert (await cpo.fetch("locations", all_=True))["last"]["new"] == 5
    await cpo.square.later(minutes=5)


@pytest.mark.parametrize("module", ["locations", "tariffs"])
async def test_what_stands_in_no_page_of_a_whole_list_is_absent_and_stays(cpo: Network, module: str) -> None:
    cpo.lists(module, {"id": "STAYS"}, {"id": "GOES"})
    await cpo.fetch(module, all_=True)
    await cpo.square.later(minutes=5)
    cpo.lists(module, {"id": "STAYS"})
    assert (await cpo.fetch(module, all_=True))["last"]["absent"] == 1
    assert await is_absent(cpo, "GOES", module)
    assert not await is_absent(cpo, "STAYS", module)
    shown = [each for each in await cpo.square.read("/sync/absent") if each["cpo"] == str(cpo.party)]
    assert [(each["module"], each["id"]) for each in shown] == [(module, "GOES")]
    assert shown[0]["absent_since"]


async def test_nothing_is_missed_in_a_list_of_what_has_changed(cpo: Network, five: list[Any]) -> None:
    await listed_once(cpo, five)
    cpo.lists("locations")
    await cpo.fetch("locations")
    assert not await is_absent(cpo, "L0")


@pytest.mark.parametrize("is_pushed", [True, False])
async def test_what_is_told_again_is_absent_no_more(cpo: Network, five: list[Any], is_pushed: bool) -> None:  # noqa: FBT001 - a parameter of the test
    await listed_once(cpo, five)
    cpo.lists("locations", *five[1:])
    await cpo.fetch("locations", all_=True)
    assert await is_absent(cpo, "L0")
    if is_pushed:
        assert (await cpo.push("locations", id="L0")).is_success
    else:
        cpo.lists("locations", *five)
        await cpo.fetch("locations", all_=True)
    assert not await is_absent(cpo, "L0")


async def test_a_list_that_lacks_more_than_half_is_believed_when_it_is_told_twice(
    cpo: Network, five: list[Any]
) -> None:
    await listed_once(cpo, five)
    cpo.lists("locations")
    state = await cpo.fetch("locations", all_=True)
    assert "told once" in state["error"]
    assert not await is_absent(cpo, "L0")
    await cpo.square.later(minutes=11)
    await eventually_so(lambda: is_absent(cpo, "L0"))
    await cpo.settled("locations")
    assert (await cpo.state("locations"))["doubted_at"] is None


async def test_a_doubt_ends_when_the_list_is_whole_again(cpo: Network, five: list[Any]) -> None:
    await listed_once(cpo, five)
    cpo.lists("locations")
    await cpo.fetch("locations", all_=True)
    cpo.lists("locations", *five)
    state = await cpo.fetch("locations", all_=True)
    assert (state["error"], state["doubted_at"], state["last"]["absent"]) == (None, None, 0)


async def test_who_is_in_the_list_but_cannot_be_read_is_not_absent(cpo: Network, five: list[Any]) -> None:
    await listed_once(cpo, five)
    good = [cpo.wire("locations", **each) for each in five[1:]]
    cpo.far.answer("GET", "locations", Side.SENDER, lambda _: Reply([{"id": "L0"}, *good]))
    assert (await cpo.fetch("locations", all_=True))["last"]["absent"] == 0
    cpo.far.answer("GET", "locations", Side.SENDER, lambda _: Reply([{"nameless": True}, *good]))
    await cpo.fetch("locations", all_=True)
    assert not await is_absent(cpo, "L0")


async def test_what_is_pushed_while_the_list_is_read_is_not_absent(cpo: Network, five: list[Any]) -> None:
    await listed_once(cpo, five)
    good = [cpo.wire("locations", **each) for each in five]

    async def push_meanwhile(_: object) -> Reply:
        assert (await cpo.push("locations", id="NEW", last_updated="2026-01-01T00:00:00Z")).is_success
        return Reply(good)

    cpo.far.answer("GET", "locations", Side.SENDER, push_meanwhile)
    await cpo.fetch("locations", all_=True)
    assert not await is_absent(cpo, "NEW")
