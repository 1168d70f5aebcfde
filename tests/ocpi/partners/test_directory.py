import asyncio
from datetime import timedelta
from typing import Any

import pytest

from ocpi.errors import UnknownReceiver, Unreachable
from ocpi.partners.agreements import Agreement, Terms
from ocpi.partners.documents import Scope
from ocpi.partners.model import PartnerState
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId
from tests.ocpi.partners.conftest import Rooms
from tests.platforms import CPO, EMSP, HUB

BEHIND = PartyId("DE", "XYZ")


async def test_an_invitation_is_good_until_its_end(rooms: Rooms) -> None:
    token = CredentialsToken.generate()
    await rooms.invited("p", token)
    admitted = await rooms.directory.admit(token)
    assert admitted is not None
    assert (admitted.partner.name, admitted.scope) == ("p", Scope.HANDSHAKE)
    assert await rooms.directory.admit(CredentialsToken.generate()) is None
    await rooms.clock.advance(hours=24)
    assert await rooms.directory.admit(token) is None


async def test_a_token_that_another_process_has_just_issued_is_known(rooms: Rooms) -> None:
    await rooms.directory.refresh()
    token = CredentialsToken.generate()
    await rooms.invited("p", token)
    assert await rooms.directory.admit(token) is not None


async def test_a_slow_reading_never_replaces_a_newer_one(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who refreshes after a write knows what was written, whatever else is being read."""
    read, go_on = rooms.partners.all_and, asyncio.Event()

    async def held_up(others: Any) -> object:
        found = await read(others)
        await go_on.wait()
        return found

    monkeypatch.setattr(rooms.partners, "all_and", held_up)
    before = asyncio.gather(rooms.directory.refresh())
    await asyncio.sleep(0.05)
    monkeypatch.undo()
    await rooms.invited("p")
    after = asyncio.gather(rooms.directory.refresh())
    await asyncio.sleep(0.05)
    go_on.set()
    await before
    await after
    assert rooms.directory.partner("p") is not None


async def test_one_reading_does_for_all_who_waited_until_it_began(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, readings = rooms.partners.all_and, list[object]()

    async def counted(others: Any) -> object:
        found = await read(others)
        readings.append(found)
        if len(readings) == 1:  # too late for this one, and whoever asks now waits for the next
            await rooms.invited("p")
            waiting.extend(asyncio.gather(rooms.directory.refresh()) for _ in range(5))
            await asyncio.sleep(0)
        return found

    monkeypatch.setattr(rooms.partners, "all_and", counted)
    waiting: list[asyncio.Future[tuple[None]]] = []
    await rooms.directory.refresh()
    await asyncio.gather(*waiting)
    assert len(readings) == 2
    assert rooms.directory.partner("p") is not None


async def test_a_party_is_reached_directly_before_it_is_reached_through_a_hub(rooms: Rooms) -> None:
    await rooms.connected("a-hub", ("OTHER", HUB), ("EMSP", EMSP), ("EMSP", BEHIND), hub_party=HUB)
    await rooms.connected("the-emsp", ("EMSP", EMSP))
    assert rooms.directory.route_to(EMSP, "EMSP").name == "the-emsp"
    assert rooms.directory.route_to(BEHIND, "EMSP").name == "a-hub"
    assert rooms.directory.route_to(PartyId("IT", "NEW"), "EMSP").name == "a-hub"


async def test_of_two_hubs_the_one_is_taken_that_knows_the_party(rooms: Rooms) -> None:
    other = PartyId("BE", "HUB")
    await rooms.connected("a-hub", ("OTHER", HUB), hub_party=HUB)
    await rooms.connected("b-hub", ("OTHER", other), ("EMSP", BEHIND), hub_party=other)
    assert rooms.directory.route_to(BEHIND, "EMSP").name == "b-hub"
    assert rooms.directory.route_to(HUB, "EMSP").name == "a-hub"
    assert rooms.directory.route_to(other, "EMSP").name == "b-hub"
    with pytest.raises(UnknownReceiver):
        rooms.directory.route_to(EMSP, "EMSP")


async def test_nobody_is_reached_past_a_suspension(rooms: Rooms) -> None:
    await rooms.connected("a-hub", ("OTHER", HUB), ("EMSP", EMSP), hub_party=HUB)
    await rooms.connected("the-emsp", ("EMSP", EMSP))
    seen = rooms.directory.partner("the-emsp")
    assert seen is not None
    await rooms.partners.set_state(seen, PartnerState.SUSPENDED)
    await rooms.directory.refresh()
    with pytest.raises(Unreachable):
        rooms.directory.route_to(EMSP, "EMSP")


async def test_an_agreement_holds_from_its_first_day_to_its_last(rooms: Rooms) -> None:
    today = rooms.clock.now().date()
    day = timedelta(days=1)
    for first_day, last_day, holds in (
        (today, None, True),
        (today, today, True),
        (today - day, today - day, False),
        (today + day, None, False),
    ):
        await rooms.agreed(CPO, EMSP, first_day, last_day)
        assert rooms.directory.agreed(CPO, "CPO", EMSP) is holds
        assert rooms.directory.agreed(EMSP, "EMSP", CPO) is holds
        assert rooms.directory.counterparts(CPO, "CPO") == ([EMSP] if holds else [])
        assert rooms.directory.counterparts(EMSP, "EMSP") == ([CPO] if holds else [])
    assert not rooms.directory.agreed(EMSP, "CPO", CPO)
    assert rooms.directory.counterparts(CPO, "EMSP") == []


async def test_an_agreement_that_was_changed_meanwhile_is_announced_again(rooms: Rooms) -> None:
    today = rooms.clock.now().date()
    await rooms.agreed(CPO, EMSP, today)
    (seen,) = rooms.directory.agreements()
    await rooms.agreements.put(Agreement(CPO, EMSP, today))
    await rooms.agreements.announced(seen)
    await rooms.directory.refresh()
    (now,) = rooms.directory.agreements()
    assert not now.is_announced
    await rooms.agreements.announced(now)
    await rooms.directory.refresh()
    assert rooms.directory.agreements()[0].is_announced


async def test_terms_are_kept_with_the_agreement_and_without_any_nothing_is_narrowed(rooms: Rooms) -> None:
    today = rooms.clock.now().date()
    terms = Terms(modules=frozenset({"cdrs"}), tariffs=frozenset(), holds=frozenset({"x"}), is_asked=True)
    await rooms.agreements.put(Agreement(CPO, EMSP, today, terms=terms))
    await rooms.agreements.put(Agreement(CPO, HUB, today))
    kept = {each.emsp: each.terms for each in await rooms.agreements.all()}
    assert kept == {EMSP: terms, HUB: Terms()}
