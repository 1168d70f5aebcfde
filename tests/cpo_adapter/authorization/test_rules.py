"""C-081 … C-085."""

import pytest

from cpo_adapter.authorization.rules import Decision, decide, status_of
from cpo_adapter.ocpp.rooms import CardStatus
from schemas.v2_3_0.enums import AllowedType
from tests import build


@pytest.mark.parametrize(
    ("whitelist", "valid", "decision"),
    [
        ("ALWAYS", True, Decision.YES),
        ("ALWAYS", False, Decision.NO),
        ("ALLOWED", True, Decision.YES),
        ("ALLOWED", False, Decision.NO),
        ("ALLOWED_OFFLINE", True, Decision.ASK_ELSE_YES),
        ("ALLOWED_OFFLINE", False, Decision.ASK),
        ("NEVER", True, Decision.ASK),
        ("NEVER", False, Decision.ASK),
    ],
)
def test_the_whitelist_type_says_who_decides(whitelist: str, valid: bool, decision: Decision) -> None:  # noqa: FBT001
    assert decide(build.token(whitelist=whitelist, valid=valid)) is decision


def test_only_an_issuer_can_say_of_an_unknown_card() -> None:
    assert decide(None) is Decision.ASK


def test_every_answer_of_an_issuer_has_a_word_for_stations() -> None:
    told = {allowed: status_of(allowed) for allowed in AllowedType}
    assert [allowed for allowed, status in told.items() if status is CardStatus.ACCEPTED] == [
        AllowedType.ALLOWED
    ]
    assert told[AllowedType.BLOCKED] is CardStatus.BLOCKED
    assert told[AllowedType.NO_CREDIT] is CardStatus.NO_CREDIT
