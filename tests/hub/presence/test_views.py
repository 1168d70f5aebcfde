"""What each platform may see of everybody else: facts in, statuses out."""

from datetime import UTC, datetime

import pytest

from hub.presence.views import Client, Facts, View, clients, views
from ocpi.partners.model import Connection, Partner, PartnerState, PartyRole
from ocpi.wire.credentials_token import CredentialsToken
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import ConnectionStatus, VersionNumber
from tests.platforms import CPO, EMSP

OLD, NEW = VersionNumber.V2_2_1, VersionNumber.V2_3_0
FAR, BEHIND = PartyId("AT", "HUB"), PartyId("AT", "CPO")
CONNECTED, OFFLINE = ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE
PLANNED, SUSPENDED = ConnectionStatus.PLANNED, ConnectionStatus.SUSPENDED


def partner(
    name: str,
    *roles: tuple[str, PartyId],
    version: VersionNumber = NEW,
    hub: PartyId | None = None,
    state: PartnerState = PartnerState.REGISTERED,
) -> Partner:
    connection = Connection(
        version=version,
        versions_url="http://partner.example/versions",
        roles=tuple(PartyRole(role, party, name) for role, party in roles),
        hub_party=hub,
        endpoints=(),
        token=CredentialsToken("secret"),
    )
    return Partner(name, state, frozenset(), connection, datetime(2026, 1, 1, tzinfo=UTC))


A_CPO = partner("cpo", ("CPO", CPO))
AN_EMSP = partner("emsp", ("EMSP", EMSP))


def facts(*partners: Partner, offline: tuple[str, ...] = (), agreed: bool = True) -> Facts:
    return Facts(partners, offline, lambda *pair: agreed and pair == (CPO, EMSP))


def seen(viewer: str, told: Facts) -> dict[str, ConnectionStatus]:
    return {
        f"{view.client.role} {view.client.party}": status
        for view, status in views(told).items()
        if view.viewer == viewer
    }


def test_an_agreement_counts_from_both_ends_and_for_nobody_else() -> None:
    told = facts(A_CPO, AN_EMSP, partner("nsp", ("NSP", PartyId("FR", "NSP"))))
    assert seen("cpo", told) == {"EMSP NL*MSP": CONNECTED, "NSP FR*NSP": PLANNED}
    assert seen("emsp", told) == {"CPO FR*CPO": CONNECTED, "NSP FR*NSP": PLANNED}
    assert seen("nsp", told) == {"CPO FR*CPO": PLANNED, "EMSP NL*MSP": PLANNED}


def test_one_of_several_parties_with_an_agreement_is_enough_for_its_platform() -> None:
    both = partner("both", ("EMSP", PartyId("FR", "ONE")), ("EMSP", EMSP), ("CPO", PartyId("FR", "TWO")))
    assert seen("both", facts(A_CPO, both)) == {"CPO FR*CPO": CONNECTED}
    assert seen("cpo", facts(A_CPO, both)) == {
        "EMSP FR*ONE": PLANNED,
        "EMSP NL*MSP": CONNECTED,
        "CPO FR*TWO": PLANNED,
    }


def test_a_party_on_two_platforms_is_one_client_in_each_role_and_shown_to_neither() -> None:
    other = partner("other", ("EMSP", CPO))
    assert clients(facts(A_CPO, other)) == {Client("CPO", CPO): CONNECTED, Client("EMSP", CPO): CONNECTED}
    assert views(facts(A_CPO, other)) == {}


@pytest.mark.parametrize(
    ("one", "status"),
    [
        (A_CPO, OFFLINE),
        (partner("cpo", ("CPO", CPO), state=PartnerState.SUSPENDED), SUSPENDED),
    ],
)
def test_who_is_away_and_who_is_suspended_is_told(one: Partner, status: ConnectionStatus) -> None:
    """Without an agreement nobody learns that somebody is away; that it is gone for good all may know."""
    assert seen("emsp", facts(one, AN_EMSP, offline=("cpo",))) == {"CPO FR*CPO": status}
    stranger = seen("emsp", facts(one, AN_EMSP, offline=("cpo",), agreed=False))
    assert stranger == {"CPO FR*CPO": PLANNED if status is OFFLINE else SUSPENDED}


def test_nothing_is_shown_to_whoever_is_suspended() -> None:
    gone = partner("emsp", ("EMSP", EMSP), state=PartnerState.SUSPENDED)
    assert seen("emsp", facts(A_CPO, gone)) == {}


def test_a_platform_of_its_own_counts_before_that_of_a_hub() -> None:
    far = partner("far", ("CPO", CPO), ("CPO", BEHIND), hub=FAR)
    assert seen("emsp", facts(A_CPO, far, AN_EMSP, offline=("far",))) == {
        "CPO FR*CPO": CONNECTED,
        "CPO AT*CPO": PLANNED,
    }
    near = partner("near", ("CPO", BEHIND), hub=PartyId("BE", "HUB"))
    told = facts(far, near, AN_EMSP, offline=("far",))
    assert clients(told)[Client("CPO", BEHIND)] is CONNECTED
    assert clients(told)[Client("CPO", CPO)] is OFFLINE


def test_a_hub_is_a_client_for_those_whose_version_has_that_role() -> None:
    far = partner("far", ("CPO", BEHIND), hub=FAR)
    old = partner("old", ("EMSP", EMSP), version=OLD)
    assert seen("old", facts(far, old)) == {"CPO AT*CPO": PLANNED, "HUB AT*HUB": CONNECTED}
    assert View("far", Client("HUB", FAR)) not in views(facts(far, old))


def test_a_hub_that_names_nobody_behind_it_sees_everybody_as_they_are() -> None:
    far = partner("far", ("HUB", FAR), version=OLD, hub=FAR)
    assert seen("far", facts(far, A_CPO, AN_EMSP, offline=("cpo",))) == {
        "CPO FR*CPO": OFFLINE,
        "EMSP NL*MSP": CONNECTED,
    }
