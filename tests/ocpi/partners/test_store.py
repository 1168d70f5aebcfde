from dataclasses import replace
from datetime import timedelta

import pytest

from ocpi.partners.documents import Admission, Scope
from ocpi.partners.model import PartnerState
from ocpi.partners.store import NameTaken, PartyTaken, Superseded
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.quirks import Quirk
from schemas.translation.context import Policy
from schemas.v2_3_0.enums import TaxIncluded, VersionNumber
from tests.ocpi.partners.conftest import Rooms, connection
from tests.platforms import CPO, EMSP


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
            assert admissions == [second, Admission(first.digest, Scope.FULL, now + overlap)]
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
