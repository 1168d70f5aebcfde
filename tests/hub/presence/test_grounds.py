"""Of one change only what belongs to it is counted anew, and that is all that differs."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from hub.presence.grounds import Grounds, touched
from hub.presence.views import Client, Facts, Scope, View, views
from ocpi.partners.agreements import Agreement
from ocpi.partners.model import Partner, PartnerState
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import ConnectionStatus
from tests.hub.presence.test_views import A_CPO, AN_EMSP, FAR, OLD, partner
from tests.platforms import CPO, EMSP

DAY = date(2026, 1, 1)
THIRD = PartyId("DE", "XYZ")
"""Several parties, a company on two platforms, a hub with somebody behind it, one who sees hubs as a role."""
ALL = (
    A_CPO,
    AN_EMSP,
    partner("third", ("CPO", THIRD), ("EMSP", THIRD)),
    partner("cards", ("EMSP", CPO), version=OLD),
    partner("hub", ("CPO", PartyId("AT", "CPO")), ("EMSP", CPO), hub=FAR),
)
PAIRS = [(CPO, EMSP), (CPO, THIRD), (THIRD, EMSP), (PartyId("AT", "CPO"), EMSP)]
Statuses = dict[View, ConnectionStatus]


def grounds(partners: tuple[Partner, ...] = ALL, away: frozenset[str] = frozenset()) -> Grounds:
    return Grounds.of(partners, [], DAY, away)


def test_who_goes_is_counted_for_everybody_and_nobody_else_is() -> None:
    assert touched(grounds(), grounds(away=frozenset({"cpo"}))) == Scope(
        frozenset(), frozenset({Client("CPO", CPO)})
    )


def test_whoever_has_changed_is_counted_and_what_it_sees() -> None:
    changed = replace(A_CPO, revision=7)
    scope = touched(grounds(), grounds((changed, *ALL[1:])))
    assert scope == Scope(frozenset({"cpo"}), frozenset({Client("CPO", CPO)}))


def test_all_is_counted_at_first_and_each_day() -> None:
    assert touched(None, grounds()) is None
    assert touched(grounds(), replace(grounds(), day=DAY + timedelta(days=1))) is None


@pytest.mark.parametrize("seed", range(40))
def test_what_is_not_counted_anew_is_as_it_was(seed: int) -> None:
    """Whatever changes, one after the other: counting parts comes to the same as counting all."""
    chance = Random(seed)  # noqa: S311 - to be repeated
    partners, agreed, away = dict[str, Partner](), dict[tuple[PartyId, PartyId], int](), set[str]()
    known: Statuses = {}
    before: Grounds | None = None
    for revision in range(30):
        change(chance, revision, partners, agreed, away)
        now = grounds_of(partners, agreed, away)
        told = Facts(list(partners.values()), away, lambda *pair: pair in agreed)
        scope = touched(before, now)
        known = {view: status for view, status in known.items() if not is_within(scope, view)}
        known |= views(told, scope)
        assert known == views(told)
        before = now


def change(
    chance: Random,
    revision: int,
    partners: dict[str, Partner],
    agreed: dict[tuple[PartyId, PartyId], int],
    away: set[str],
) -> None:
    each, pair = chance.choice(ALL), chance.choice(PAIRS)
    match chance.randrange(5):
        case 0:
            partners.pop(each.name, None)
        case 1 | 2:
            state = chance.choice([PartnerState.REGISTERED, PartnerState.SUSPENDED])
            partners[each.name] = replace(each, revision=revision, state=state)
        case 3:
            away ^= {each.name}
        case _:
            agreed[pair] = revision
            if chance.random() < 1 / 2:
                del agreed[pair]


def grounds_of(
    partners: dict[str, Partner], agreed: dict[tuple[PartyId, PartyId], int], away: set[str]
) -> Grounds:
    agreements = [Agreement(*pair, DAY, revision=revision) for pair, revision in agreed.items()]
    return Grounds.of(list(partners.values()), agreements, DAY, away)


def is_within(scope: Scope | None, view: View) -> bool:
    return scope is None or view.viewer in scope.viewers or view.client in scope.clients
