"""What comes of what is remarkable."""

from datetime import timedelta

import pytest

from emsp_adapter.authorization.policy import Act, Policy
from emsp_adapter.authorization.velocity import Speed
from emsp_adapter.contracts.verdict import Reason, Verdict

SPEED = Speed(most=3, within=timedelta(minutes=10), kmh=500)
OFTEN, FAR, ENDED = Reason.TOO_OFTEN, Reason.TOO_FAR, Reason.CONTRACT_ENDED


def policy(**acts: Act) -> Policy:
    return Policy({Reason(name): act for name, act in acts.items()}, SPEED)


@pytest.mark.parametrize(
    ("acts", "before", "after"),
    [
        ({"TOO_OFTEN": Act.WARN}, Verdict(), Verdict(None, (OFTEN,))),
        ({"TOO_OFTEN": Act.REFUSE}, Verdict(), Verdict(OFTEN)),
        ({"TOO_OFTEN": Act.IGNORE}, Verdict(), Verdict()),
        ({}, Verdict(), Verdict(None, (OFTEN,))),
        ({"TOO_OFTEN": Act.REFUSE}, Verdict(ENDED), Verdict(ENDED, (OFTEN,))),
        ({"TOO_OFTEN": Act.WARN}, Verdict(None, (FAR,)), Verdict(None, (FAR, OFTEN))),
    ],
)
def test_a_remark_is_ignored_remembered_or_refuses(
    acts: dict[str, Act], before: Verdict, after: Verdict
) -> None:
    assert policy(**acts).weigh(before, [OFTEN]) == after


def test_of_two_refusals_the_second_is_remembered() -> None:
    strict = policy(TOO_OFTEN=Act.REFUSE, TOO_FAR=Act.REFUSE)
    assert strict.weigh(Verdict(), [OFTEN, FAR]) == Verdict(OFTEN, (FAR,))


def test_a_refusal_goes_with_the_warning_beside_it() -> None:
    mixed = policy(TOO_OFTEN=Act.WARN, TOO_FAR=Act.REFUSE)
    assert mixed.weigh(Verdict(), [OFTEN, FAR]) == Verdict(FAR, (OFTEN,))


def test_cards_are_watched_unless_nothing_would_come_of_it() -> None:
    assert policy().watches_cards
    assert policy(TOO_OFTEN=Act.IGNORE).watches_cards
    assert not policy(TOO_OFTEN=Act.IGNORE, TOO_FAR=Act.IGNORE).watches_cards
