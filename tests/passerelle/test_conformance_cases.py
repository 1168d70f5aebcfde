"""Each case sees what it is there to see: a partner with a habit is red where one without is green."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from ocpi.wire.interfaces import Side
from passerelle.conformance import samples
from passerelle.conformance.case import Cases, Stage
from passerelle.conformance.catalogue import catalogue
from passerelle.conformance.exchange import NothingToSee, Wrong
from passerelle.conformance.opening import CannotBegin, discover
from passerelle.conformance.runner import examine, look
from passerelle.conformance.session import Wanted, run
from passerelle.conformance.target import Target
from passerelle.conformance.verdict import Colour, Verdict
from schemas.kinds import PartyId
from simulators.dialect import VERSIONS
from simulators.partner import Quirks, Reply, SimulatedPartner

OWN, THEIRS = PartyId("DE", "CHK"), PartyId("NL", "MSP")
CASES: Final = {case.number: case for case in catalogue()}
SENDER = Side.SENDER


def dated(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "last_updated": f"2026-01-0{day}T00:00:00Z"} for day, each in enumerate(objects, 1)]


@asynccontextmanager
async def platform(role: str, version: str, quirks: Quirks | None = None) -> AsyncIterator[SimulatedPartner]:
    """A platform to look at: it publishes as a CPO, and keeps what is pushed to an eMSP."""
    async with SimulatedPartner((role, THEIRS), versions=(version,), quirks=quirks) as found:
        if role == "CPO":
            locations = [samples.location(version, THEIRS, f"L{number}") for number in range(5)]
            found.publishes("locations", dated(locations), at_most=2)
        else:
            for module in ("locations", "cdrs"):
                found.keeps(module)
        yield found


@asynccontextmanager
async def looking_at(under_test: SimulatedPartner, role: str) -> AsyncIterator[Target]:
    async with SimulatedPartner(("EMSP" if role == "CPO" else "CPO", OWN), versions=VERSIONS) as us:
        us.their_token = under_test.invite()
        target = Target(us, under_test.versions_url, own=OWN, role=role, party=THEIRS)
        await discover(target, None)
        yield target


async def verdict(number: str, role: str, quirks: Quirks | None = None, version: str = "2.3.0") -> Verdict:
    async with platform(role, version, quirks) as under_test, looking_at(under_test, role) as target:
        return await look(CASES[number], target)


HABITS = [
    ("foreign_links", "C-025", "CPO"),
    ("endless_links", "C-025", "CPO"),
    ("page_as_total", "C-026", "CPO"),
    ("no_ids", "C-041", "CPO"),
    ("dates_without_zone", "C-043", "CPO"),
    ("ok_for_created", "C-032", "EMSP"),
    ("list_wrapped_objects", "C-034", "EMSP"),
    ("no_location", "C-114", "EMSP"),
]


@pytest.mark.parametrize(("quirk", "number", "role"), HABITS)
async def test_a_habit_is_seen_by_its_case(quirk: str, number: str, role: str) -> None:
    without, found = await verdict(number, role), await verdict(number, role, Quirks(**{quirk: True}))
    assert without.colour is Colour.GREEN, without.text
    assert found.colour is Colour.RED
    assert found.asks
    assert found.section
    assert found.exchanges


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_platform_of_each_version_is_understood(version: str) -> None:
    for number in ("C-001", "C-004", "C-005", "C-024", "C-025", "C-029"):
        found = await verdict(number, "CPO", version=version)
        assert found.colour is Colour.GREEN, (number, found.text)


async def test_a_list_of_versions_inside_an_object_is_one_clear_line() -> None:
    async with platform("CPO", "2.3.0", Quirks(wrapped_versions=True)) as under_test:
        with pytest.raises(CannotBegin, match="data is no list"):
            await run(Wanted(under_test.versions_url, under_test.invite(), OWN))


BAD_HOURS = {"opening_times": {"twentyfourseven": False}}
BAD_MIX = {"energy_mix": {"is_green_energy": True, "energy_sources": [{"source": "WIND", "percentage": 50}]}}


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("C-069", {"publish_allowed_to": [{"group_id": "G"}]}),
        ("C-070", {"publish": False, "publish_allowed_to": [{"uid": "U"}]}),
        ("C-072", BAD_HOURS),
        ("C-074", BAD_MIX),
    ],
)
async def test_what_is_published_is_read(number: str, wrong: dict[str, Any]) -> None:
    good = samples.location("2.3.0", THEIRS, "L1")
    for changes, colour in (({}, Colour.GREEN), (wrong, Colour.RED)):
        async with platform("CPO", "2.3.0") as under_test, looking_at(under_test, "CPO") as target:
            under_test.publishes("locations", [{**good, **changes}])
            found = await look(CASES[number], target)
            assert found.colour is colour, found.text


@pytest.mark.parametrize(
    "reply",
    [Reply(raw=b"<html>"), Reply(raw=b"[]"), Reply(raw=b'{"status_code": "1000"}'), Reply(data=[5]), Reply()],
)
async def test_whatever_comes_is_at_worst_red(reply: Reply) -> None:
    async with platform("CPO", "2.3.0") as under_test, looking_at(under_test, "CPO") as target:
        for module in ("locations", "tariffs", "tokens", "sessions", "cdrs"):
            under_test.answer("GET", module, SENDER, lambda _: reply)
        for number in ("C-024", "C-025", "C-149", "C-150"):
            assert (await look(CASES[number], target)).colour in (Colour.RED, Colour.GREY)


async def test_a_platform_that_is_gone_is_red_with_what_was_tried() -> None:
    async with platform("CPO", "2.3.0") as under_test, looking_at(under_test, "CPO") as target:
        under_test.is_online = False
        found = await look(CASES["C-024"], target)
        assert found.colour is Colour.RED
        assert "was not answered" in found.text


@pytest.mark.parametrize("may_write", [False, True])
async def test_nothing_is_pushed_unless_it_may_be(*, may_write: bool) -> None:
    async with platform("EMSP", "2.3.0") as under_test:
        wanted = Wanted(under_test.versions_url, under_test.invite(), OWN, role="EMSP", may_write=may_write)
        _, verdicts = await run(wanted)
        asked = [each for each in under_test.received if each.path.endswith("authorize")]
        pushed = [each for each in under_test.received if each.method != "GET" and each not in asked]
        assert bool(pushed) is may_write
        assert any("--write" in each.text for each in verdicts) is not may_write


async def test_no_token_stands_in_any_verdict() -> None:
    async with platform("EMSP", "2.3.0") as under_test:
        token_a = under_test.invite()
        wanted = Wanted(under_test.versions_url, token_a, OWN, role="EMSP", may_write=True, registers=True)
        target, verdicts = await run(wanted)
        secrets = [token_a.reveal(), target.token.reveal(), *target.us._good]  # noqa: SLF001 - every one of them
        told = repr([(each.text, each.exchanges) for each in verdicts])
        assert any(each.exchanges for each in verdicts)
        assert not [secret for secret in secrets if secret in told]


async def test_a_registration_is_taken_back_at_the_end() -> None:
    async with platform("CPO", "2.3.0") as under_test:
        wanted = Wanted(under_test.versions_url, under_test.invite(), OWN, registers=True)
        await run(wanted)
        assert [each.method for each in under_test.handshakes if each.module == "credentials"][-1] == "DELETE"
        assert not under_test.is_registered


async def test_an_offer_that_should_have_been_refused_is_red_and_the_run_goes_on() -> None:
    """C-016: a platform that does not call back."""
    async with platform("CPO", "2.3.0") as under_test:

        def careless(_: object) -> Reply:
            return Reply(under_test.credentials(under_test.invite()))

        under_test.answer("POST", "credentials", SENDER, careless)
        _, verdicts = await run(Wanted(under_test.versions_url, under_test.invite(), OWN, registers=True))
        found = {each.number: each for each in verdicts}
        assert found["C-016"].colour is Colour.RED
        assert found["C-009"].colour is Colour.GREY
        assert found["C-024"].colour is Colour.GREEN


async def test_every_reason_for_grey_is_told() -> None:
    case = Cases()

    @case("C-900", "nowhere", versions=("2.1.1",))
    @case("C-901", "nowhere", roles=frozenset({"HUB"}))
    @case("C-902", "nowhere", stage=Stage.INVITED)
    @case("C-903", "nowhere", writes=True)
    @case("C-904", "nowhere", interfaces=[("bookings", SENDER)])
    @case("C-905", "nowhere", interfaces=[("tokens", SENDER)])
    async def looked_at(_: Target) -> str:
        """It is looked at."""
        return "seen"

    @case("C-906", "nowhere")
    async def nothing(_: Target) -> str:
        """There is something."""
        raise NothingToSee("nothing")

    async with platform("CPO", "2.3.0") as under_test, looking_at(under_test, "CPO") as target:
        found = [each async for each in examine(target, case, may_write=False)]
    assert {each.colour for each in found} == {Colour.GREY}
    texts = {each.number: each.text for each in found}
    assert texts == {
        "C-900": "means nothing in 2.3.0",
        "C-901": "means nothing for a platform in the role CPO",
        "C-902": "needs a fresh TOKEN_A: run with --register",
        "C-903": "pushes or changes something: run with --write",
        "C-904": "the platform has no bookings SENDER",
        "C-905": "the platform serves tokens SENDER in another role",
        "C-906": "nothing",
    }


async def test_an_answer_of_a_shape_that_nobody_thought_of_is_red() -> None:
    case = Cases()

    @case("C-900", "nowhere")
    async def stumbles(_: Target) -> str:
        """It is whole."""
        nothing: dict[str, str] = {}
        return nothing["missing"]

    @case("C-901", "nowhere")
    async def wrong(_: Target) -> str:
        """It is right."""
        raise Wrong("it is wrong")

    async with platform("CPO", "2.3.0") as under_test, looking_at(under_test, "CPO") as target:
        found = [each async for each in examine(target, case, may_write=False)]
    assert [each.colour for each in found] == [Colour.RED, Colour.RED]
    assert found[1].text == "it is wrong"
