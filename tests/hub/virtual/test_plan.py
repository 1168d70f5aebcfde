"""With whom a partner of 2.1.1 should be registered: facts in, parties out."""

from datetime import date

import pytest

from hub.virtual.plan import is_over, remotes
from ocpi.partners.agreements import Agreement
from schemas.kinds import PartyId
from tests.platforms import CPO, EMSP

TODAY = date(2026, 6, 15)
OTHER = PartyId("BE", "CPO")


def agreement(first: str = "2026-01-01", last: str | None = None, cpo: PartyId = CPO) -> Agreement:
    return Agreement(
        cpo, EMSP, date.fromisoformat(first), last_day=date.fromisoformat(last) if last else None
    )


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (agreement(), [CPO]),
        (agreement(first="2026-07-01"), [CPO]),
        (agreement(last="2026-06-15"), [CPO]),
        (agreement(last="2026-06-14"), []),
    ],
)
def test_an_agreement_is_registered_for_before_it_begins_and_to_its_last_day(
    held: Agreement, wanted: list[PartyId]
) -> None:
    assert remotes(EMSP, "EMSP", [held], TODAY) == wanted


def test_a_party_deals_with_others_in_its_own_role_alone() -> None:
    held = [agreement(), agreement(cpo=OTHER)]
    assert remotes(EMSP, "EMSP", held, TODAY) == [OTHER, CPO]
    assert remotes(CPO, "CPO", held, TODAY) == [EMSP]
    assert remotes(CPO, "EMSP", held, TODAY) == []


@pytest.mark.parametrize(("last", "is_it"), [(None, False), ("2026-06-08", False), ("2026-06-07", True)])
def test_what_ended_is_over_when_no_bill_is_owed_any_more(last: str | None, is_it: bool) -> None:  # noqa: FBT001
    held = [agreement(last=last), agreement(last="2026-01-02", cpo=OTHER)]
    assert is_over(EMSP, "EMSP", CPO, held, TODAY) is is_it
    assert is_over(CPO, "CPO", EMSP, held, TODAY) is is_it
    assert not is_over(EMSP, "EMSP", PartyId("DE", "CPO"), held, TODAY)
