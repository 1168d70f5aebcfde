"""What a hub tells of its clients, at the CPO and at the eMSP. C-060 and C-063 at the receiving end."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ocpi.presence.store import Presences
from ocpi.process.mongo import Mongo
from ocpi.wire.headers import NOWHERE
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas.kinds import PartyId
from simulators.partner import Reply, SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.fakes.eventually import eventually_so
from tests.ocpi.presence.conftest import BehindAHub
from tests.platforms import CPO, EMSP, HUB, agree, connect, operate, running_emsp

OTHER = PartyId("DE", "OTH")
LATER = "2026-01-01T00:05:00Z"


async def test_what_a_hub_tells_is_kept_and_shown_again(behind: BehindAHub) -> None:
    told = behind.of("PLANNED")
    assert (await behind.tells(told)).http == 201
    heard = await behind.tells(told, method="GET")
    assert (heard.http, heard.data) == (200, told)
    (listed,) = await behind.listed()
    assert (listed["hub"], listed["party"], listed["role"]) == (str(HUB), str(OTHER), behind.role)
    assert listed["status"] == "PLANNED"


async def test_the_newest_status_counts(behind: BehindAHub) -> None:
    assert (await behind.tells(behind.of("CONNECTED"))).http == 201
    later = behind.of("OFFLINE", last_updated="2026-01-01T00:05:00Z")
    assert (await behind.tells(later)).http == 200
    stale = await behind.tells(behind.of("CONNECTED", last_updated="2026-01-01T00:01:00Z"))
    assert (stale.http, stale.status) == (200, 2001)
    assert [each["status"] for each in await behind.listed()] == ["OFFLINE"]


async def test_a_party_in_two_roles_is_two_clients_at_one_address(behind: BehindAHub) -> None:
    other_role = "CPO" if behind.role == "EMSP" else "EMSP"
    await behind.tells(behind.of("SUSPENDED", role=other_role))
    await behind.tells(behind.of("CONNECTED"))
    assert len(await behind.listed()) == 2
    assert (await behind.tells({}, "de", "oth", method="GET")).data["role"] == behind.role


@pytest.mark.parametrize(("status", "away"), [("CONNECTED", False), ("OFFLINE", True), ("PLANNED", True)])
async def test_whoever_is_about_to_send_can_ask(behind: BehindAHub, status: str, away: bool) -> None:  # noqa: FBT001 - a table
    await behind.tells(behind.of(status))
    presences = Presences(behind.platform.foundation.mongo)
    assert await presences.is_away(HUB, OTHER, behind.role) is away
    assert await presences.is_away(OTHER, OTHER, behind.role) is False
    assert await presences.status(HUB, OTHER, "NSP") is None


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"party_id": "XXX"}, "/party_id"), ({"status": "ASLEEP"}, "/status"), ({"role": None}, "/role")],
)
async def test_what_is_no_client_of_that_address_changes_nothing(
    behind: BehindAHub, changes: dict[str, str], pointer: str
) -> None:
    heard = await behind.tells({**behind.of("CONNECTED"), **changes}, "DE", "OTH")
    assert heard.status == 2001
    assert pointer in heard.envelope["status_message"]
    assert await behind.listed() == []


async def test_an_address_of_nobody_is_404(behind: BehindAHub) -> None:
    assert (await behind.tells({}, "DE", "OTH", method="GET")).http == 404
    assert (await behind.tells({}, "D", "OTHER", method="GET")).http == 404


async def test_nobody_but_a_hub_is_heard(behind: BehindAHub) -> None:
    """C-039."""
    async with SimulatedPartner((behind.role, OTHER)) as party:
        await connect(behind.platform, party, "a-party", behind.role)
        alone = BehindAHub(behind.platform, party, behind.role)
        for method in ("PUT", "GET"):
            heard = await alone.tells(behind.of("SUSPENDED"), method=method)
            assert (heard.http, heard.status) == (404, 2001)
    assert await behind.listed() == []


@pytest.mark.parametrize("version", ["2.3.0", "2.2.1"])
async def test_the_list_of_a_hub_is_read_when_it_connects(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, version: str
) -> None:
    """C-060."""
    async with (
        running_emsp(mongo, clock, tmp_path) as emsp,
        SimulatedPartner(("CPO", CPO), hub_party=HUB, versions=(version,)) as hub,
    ):
        behind = BehindAHub(emsp, hub, "CPO")
        hub.publishes(
            "hubclientinfo", [behind.of("OFFLINE"), behind.of("CONNECTED", party_id="TWO")], at_most=1
        )
        await connect(emsp, hub, "the-hub", "HUB", "CPO")
        await eventually_so(lambda: _are_listed(behind, 2))
        first, second = hub.heard("hubclientinfo", "GET")
        assert (first.side, first.routing, second.routing) == (Side.SENDER, NOWHERE, NOWHERE)
        assert first.version == version
        assert (await behind.tells(behind.of("CONNECTED", last_updated=LATER))).http == 200
        assert {each["status"] for each in await behind.listed()} == {"CONNECTED"}


async def _are_listed(behind: BehindAHub, count: int) -> bool:
    return len(await behind.listed()) == count


async def test_one_bad_client_in_the_list_does_not_cost_the_others(behind: BehindAHub) -> None:
    """C-048."""
    clients = [behind.of("OFFLINE"), {"nobody": True}, behind.of("CONNECTED", party_id="TWO")]
    behind.hub.answer("GET", "hubclientinfo", Side.SENDER, lambda _: Reply(clients))
    assert await operate(behind.platform, "/hub_clients/pull", {}) == {"the-hub": {"seen": 3, "bad": 1}}
    assert {each["party"] for each in await behind.listed()} == {"DE*OTH", "DE*TWO"}


async def test_a_list_that_is_read_late_does_not_undo_what_was_told_since(behind: BehindAHub) -> None:
    await behind.tells(behind.of("OFFLINE", last_updated="2026-01-01T00:05:00Z"))
    behind.hub.answer("GET", "hubclientinfo", Side.SENDER, lambda _: Reply([behind.of("CONNECTED")]))
    await operate(behind.platform, "/hub_clients/pull", {})
    assert [each["status"] for each in await behind.listed()] == ["OFFLINE"]


async def test_a_hub_that_cannot_tell_is_named_with_its_trouble(behind: BehindAHub) -> None:
    behind.hub.answer("GET", "hubclientinfo", Side.SENDER, lambda _: Reply(status_code=3000))
    told = await operate(behind.platform, "/hub_clients/pull", {})
    assert list(told) == ["the-hub"]
    assert isinstance(told["the-hub"], str)


async def test_a_party_that_is_offline_behind_its_hub_is_not_commanded(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with (
        running_emsp(mongo, clock, tmp_path) as emsp,
        SimulatedPartner(("CPO", CPO), hub_party=HUB) as hub,
    ):
        await connect(emsp, hub, "the-hub", "HUB", "CPO")
        await agree(emsp)
        hub.answer("POST", "commands", Side.RECEIVER, lambda _: Reply({"result": "ACCEPTED", "timeout": 30}))
        behind = BehindAHub(emsp, hub, "CPO")
        cpo = {"country_code": CPO.country_code, "party_id": CPO.party_id}
        stop = {"command": "STOP_SESSION", "cpo": str(CPO), "session_id": "S1"}
        await behind.tells(behind.of("OFFLINE", **cpo))
        with pytest.raises(AdminRefused, match="not connected"):
            await operate(emsp, "/commands", stop)
        assert hub.heard("commands") == []
        back = datetime(2026, 1, 1, 1, tzinfo=UTC).isoformat()
        await behind.tells(behind.of("CONNECTED", **cpo, last_updated=back))
        await operate(emsp, "/commands", stop)
        (asked,) = hub.heard("commands")
        assert (asked.routing.to, asked.routing.sender) == (CPO, EMSP)
