"""Who decides on a card: the hub, by the token that its issuer told, or the issuer. C-081 … C-085."""

import pytest

from hub.authorization.decision import Ask, Say, Told, decide
from schemas.v2_3_0.enums import AllowedType, WhitelistType

ALWAYS, ALLOWED = WhitelistType.ALWAYS, WhitelistType.ALLOWED
OFFLINE, NEVER = WhitelistType.ALLOWED_OFFLINE, WhitelistType.NEVER
YES, NO = AllowedType.ALLOWED, AllowedType.BLOCKED


def test_of_a_card_that_nobody_told_of_its_issuer_alone_decides() -> None:
    assert decide(None) == Ask()


@pytest.mark.parametrize(
    ("whitelist", "decision"),
    [
        (ALWAYS, Say(YES)),
        (ALLOWED, Say(YES)),
        (OFFLINE, Ask(otherwise=YES)),
        (NEVER, Ask(otherwise=None)),
    ],
)
def test_of_a_good_card_the_whitelist_type_says_who_decides(
    whitelist: WhitelistType, decision: Say | Ask
) -> None:
    """C-081, C-082, C-083."""
    assert decide(Told(whitelist, valid=True)) == decision


@pytest.mark.parametrize("whitelist", list(WhitelistType))
def test_a_card_that_was_good_and_is_not_any_more_is_refused_whatever_its_type(
    whitelist: WhitelistType,
) -> None:
    assert decide(Told(whitelist, valid=False, was_valid=True)) == Say(NO)


@pytest.mark.parametrize(
    ("whitelist", "decision"),
    [
        (ALWAYS, Say(NO)),
        (ALLOWED, Say(NO)),
        (OFFLINE, Ask(otherwise=NO)),
        (NEVER, Ask(otherwise=NO)),
    ],
)
def test_a_card_that_never_was_good_is_asked_about_where_its_type_wants_that(
    whitelist: WhitelistType, decision: Say | Ask
) -> None:
    """C-084, C-085."""
    assert decide(Told(whitelist, valid=False)) == decision
