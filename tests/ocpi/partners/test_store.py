from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import Partner, PartnerState, PartyRole
from ocpi.partners.store import MOST_TOKENS, NameTaken, PartyTaken, Superseded
from ocpi.partners.succession import OFFER_LIFETIME
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import Quirk
from schemas.kinds import PartyId
from schemas.translation.context import Policy
from schemas.v2_3_0.enums import TaxIncluded, VersionNumber
from tests.ocpi.partners.conftest import Rooms, connection
from tests.platforms import CPO, EMSP, HUB


def full() -> Admission:
    return Admission.of(CredentialsToken.generate(), Scope.FULL)


async def test_what_is_kept_comes_back(rooms: Rooms) -> None:
    seen = await rooms.invited("p")
    made = connection(("CPO", CPO), hub_party=None)
    await rooms.partners.connect(seen, made, full(), rooms.clock.now())
    ((partner, _),) = await rooms.partners.all()
    assert partner.connection is not None
    assert partner.connection.token.reveal() == made.token.reveal()
    assert (partner.connection.roles, partner.connection.endpoints) == (made.roles, made.endpoints)
    assert (partner.state, partner.allowed_roles) == (PartnerState.REGISTERED, frozenset({"CPO"}))


async def test_of_two_changes_to_what_was_seen_the_second_finds_out(rooms: Rooms) -> None:
    seen = await rooms.invited("p")
    await rooms.partners.connect(seen, connection(("CPO", CPO)), full(), rooms.clock.now())
    with pytest.raises(Superseded):
        await rooms.partners.connect(seen, connection(("CPO", CPO)), full(), rooms.clock.now())
    with pytest.raises(Superseded):
        await rooms.partners.set_state(seen, PartnerState.SUSPENDED)
    with pytest.raises(Superseded):
        await rooms.partners.admit_also(seen, full())
    await rooms.partners.forget(seen)
    assert len(await rooms.partners.all()) == 1


async def test_who_saw_a_former_bearer_of_a_name_cannot_touch_the_next(rooms: Rooms) -> None:
    former = await rooms.invited("p")
    await rooms.partners.leave("p")
    await rooms.invited("p")
    with pytest.raises(Superseded):
        await rooms.partners.connect(former, connection(("CPO", CPO)), full(), rooms.clock.now())


async def test_a_name_in_use_is_taken(rooms: Rooms) -> None:
    await rooms.invited("p")
    with pytest.raises(NameTaken):
        await rooms.invited("p")


async def test_a_party_in_a_role_belongs_to_one_partner_that_is_no_hub(rooms: Rooms) -> None:
    await rooms.connected("one", ("CPO", CPO))
    await rooms.connected("hub", ("CPO", CPO), ("EMSP", EMSP), hub_party=EMSP)
    with pytest.raises(PartyTaken):
        await rooms.connected("two", ("CPO", CPO))


async def test_replaced_tokens_overlap_and_then_go(rooms: Rooms) -> None:
    """A-7; TOKEN_A does not overlap, and nothing that has ended is kept."""
    now, overlap = rooms.clock.now(), timedelta(minutes=5)
    seen = await rooms.invited("p")
    first, second, third = full(), full(), full()
    for admission, at in ((first, now), (second, now), (third, now + timedelta(minutes=6))):
        await rooms.partners.connect(seen, connection(("CPO", CPO)), admission, at, overlap)
        ((seen, admissions),) = await rooms.partners.all()
        if admission is second:
            ends = [(each.digest, each.expires_at) for each in admissions]
            assert ends == [(second.digest, None), (first.digest, now + overlap)]
    ((_, kept),) = await rooms.partners.all()
    assert [each.digest for each in kept] == [third.digest, second.digest]


async def test_quirks_and_policy_are_kept_through_invitation_and_handshake(rooms: Rooms) -> None:
    seen = await rooms.invited("p")
    await rooms.partners.set_quirks(seen, frozenset({Quirk.TRAILING_SLASH}))
    ((seen, _),) = await rooms.partners.all()
    policy = Policy(untaxed=TaxIncluded.NO, command_timeout=60, ascii_only=True)
    await rooms.partners.set_translation(seen, policy)
    ((seen, _),) = await rooms.partners.all()
    older = replace(connection(("CPO", CPO)), version=VersionNumber.V2_1_1)
    await rooms.partners.connect(seen, older, full(), rooms.clock.now())
    ((partner, _),) = await rooms.partners.all()
    assert (partner.quirks, partner.translation) == (frozenset({Quirk.TRAILING_SLASH}), policy)
    assert partner.connection is not None
    assert partner.connection.quirks == {Quirk.TRAILING_SLASH, Quirk.RAW_TOKEN, Quirk.WHOLE_SECONDS}


async def test_quirks_are_set_on_exactly_the_partner_that_was_seen(rooms: Rooms) -> None:
    seen = await rooms.invited("p")
    await rooms.partners.set_quirks(seen, frozenset({Quirk.RAW_TOKEN}))
    with pytest.raises(Superseded):
        await rooms.partners.set_quirks(seen, frozenset())
    with pytest.raises(Superseded):
        await rooms.partners.set_translation(seen, Policy(ascii_only=True))


async def tokens(rooms: Rooms) -> dict[str, Admission]:
    ((_, admissions),) = await rooms.partners.all()
    return {each.digest: each for each in admissions}


async def test_the_use_of_a_token_ends_those_before_it_and_none_after_it(rooms: Rooms) -> None:
    """A call that was long on its way, with a token of before, must not end what was given since."""
    first, lost, latest = full(), full(), full()
    seen = await rooms.invited("p")
    await rooms.partners.connect(seen, connection(("CPO", CPO)), first, rooms.clock.now())
    ((seen, _),) = await rooms.partners.all()
    await rooms.partners.admit_also(seen, lost)
    ((seen, _),) = await rooms.partners.all()
    hour = timedelta(hours=1)
    await rooms.partners.connect(seen, connection(("CPO", CPO)), latest, rooms.clock.now(), hour)
    assert set(await tokens(rooms)) == {first.digest, lost.digest, latest.digest}

    await rooms.partners.settle("p", (await tokens(rooms))[lost.digest])
    assert set(await tokens(rooms)) == {lost.digest, latest.digest}
    await rooms.partners.settle("p", (await tokens(rooms))[latest.digest])
    assert set(await tokens(rooms)) == {latest.digest}


async def test_a_token_that_was_offered_and_is_used_stays_good(rooms: Rooms) -> None:
    """Two platforms renewed with each other at once: each took the other's offer."""
    first, offered = full(), full()
    seen = await rooms.invited("p")
    await rooms.partners.connect(seen, connection(("CPO", CPO)), first, rooms.clock.now())
    ((seen, _),) = await rooms.partners.all()
    seen = await rooms.partners.admit_also(seen, offered)
    await rooms.partners.connect(seen, connection(("CPO", CPO)), full(), rooms.clock.now(), timedelta(0))
    assert (await tokens(rooms))[offered.digest].expires_at == rooms.clock.now() + OFFER_LIFETIME

    await rooms.partners.settle("p", (await tokens(rooms))[offered.digest])
    assert (await tokens(rooms))[offered.digest].expires_at is None


async def test_the_token_that_ends_a_rotation_is_kept_once_and_for_good(rooms: Rooms) -> None:
    """It was offered before, so it is among those that the exchange finds."""
    first, second = full(), full()
    seen = await rooms.invited("p")
    await rooms.partners.connect(seen, connection(("CPO", CPO)), first, rooms.clock.now())
    seen = await rooms.partners.admit_also(await at(rooms, "p"), second)
    await rooms.partners.connect(
        seen, connection(("CPO", CPO)), second, rooms.clock.now(), timedelta(hours=1)
    )
    ((_, kept),) = await rooms.partners.all()
    ends = [(each.digest, each.expires_at is None, each.is_offered) for each in kept]
    assert ends == [(second.digest, True, False), (first.digest, False, False)]


async def test_a_partner_has_few_tokens_however_often_an_offer_is_lost(rooms: Rooms) -> None:
    """And the one in use is among them."""
    first, *offered = (full() for _ in range(2 * MOST_TOKENS))
    seen = await rooms.invited("p")
    await rooms.partners.connect(seen, connection(("CPO", CPO)), first, rooms.clock.now())
    for each in offered:
        ((seen, _),) = await rooms.partners.all()
        await rooms.partners.admit_also(seen, each)
    kept = await tokens(rooms)
    assert len(kept) == MOST_TOKENS
    assert {first.digest, offered[-1].digest} <= set(kept)


@pytest.mark.parametrize(
    ("hub_party", "then", "greeted"),
    [
        (None, {}, 1),
        (None, {"token": CredentialsToken("new")}, 1),
        (None, {"roles": (PartyRole("EMSP", EMSP, "New"),)}, 0),
        (None, {"version": VersionNumber.V2_2_1}, 0),
        (None, {"endpoints": ()}, 0),
        (HUB, {"roles": (PartyRole("EMSP", EMSP, "New"),)}, 1),
    ],
)
async def test_whoever_is_renewed_is_greeted_again_only_if_it_lacks_something(
    rooms: Rooms, hub_party: PartyId | None, then: dict[str, Any], greeted: int
) -> None:
    """What everybody was told goes again to new parties, not to those that stand behind the same hub."""
    seen, before = await rooms.invited("p"), connection(("CPO", CPO), hub_party=hub_party)
    await rooms.partners.connect(seen, before, full(), rooms.clock.now())
    await rooms.partners.greeted(await at(rooms, "p"))
    await rooms.partners.connect(await at(rooms, "p"), replace(before, **then), full(), rooms.clock.now())
    assert (await at(rooms, "p")).is_greeted == greeted


async def test_an_invitation_that_ended_holds_its_name_no_longer(rooms: Rooms) -> None:
    await rooms.invited("p")
    await rooms.clock.advance(hours=24)
    await rooms.invited("p")


async def at(rooms: Rooms, name: str) -> Partner:
    found = await rooms.partners.by_name(name)
    assert found is not None
    return found
