"""May this card charge here, now? C-089, C-092, C-093, as far as they are rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emsp_adapter.contracts import rules
from emsp_adapter.contracts.case import Account, Card, Case, Place
from emsp_adapter.contracts.contract import Contract
from emsp_adapter.contracts.verdict import Reason, Verdict
from schemas.kinds import PartyId

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday, ten o'clock in Paris
CARD = Card("04AA", "RFID", "NL-MSP-C1", is_valid=True, language=None, wire=b"{}")
BLOCKED_CARD = replace(CARD, is_valid=False)
FRANCE = Place(country="FRA")
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
OFFICE = {"days": ["MONDAY"], "since": "08:00", "until": "18:00"}
PARIS: dict[str, Any] = {"time_zone": "Europe/Paris"}
TEN_EUROS: dict[str, Any] = {"credit": 10, "currency": "EUR"}


def contract(state: str = "ACTIVE", **limits: Any) -> Contract:
    return Contract.model_validate({"contract_id": "NL-MSP-C1", "state": state, "limits": limits})


def case(agreed: Contract | None = None, **facts: Any) -> Case:
    usual: dict[str, Any] = {"card": CARD, "cpo": PartyId("FR", "CPO"), "place": FRANCE, "now": NOW}
    return Case(**{**usual, "contract": agreed, **facts})


def spent(currency: str = "EUR", **amount: Any) -> Account:
    return Account({currency: Decimal(amount.get("amount", 10))}, amount.get("running", 0))


@pytest.mark.parametrize(
    ("judged", "reason", "said"),
    [
        (case(), None, "ALLOWED"),
        (case(card=BLOCKED_CARD), Reason.CARD_BLOCKED, "BLOCKED"),
        (case(contract()), None, "ALLOWED"),
        (case(contract(), card=BLOCKED_CARD), Reason.CARD_BLOCKED, "BLOCKED"),
        (case(contract("BLOCKED")), Reason.CONTRACT_BLOCKED, "BLOCKED"),
        (case(contract("BLOCKED"), card=BLOCKED_CARD), Reason.CONTRACT_BLOCKED, "BLOCKED"),
        (case(contract("ENDED"), card=BLOCKED_CARD), Reason.CONTRACT_ENDED, "EXPIRED"),
        (case(contract(valid_until=NOW)), Reason.NO_LONGER_VALID, "EXPIRED"),
        (case(contract(valid_until=LATER)), None, "ALLOWED"),
        (case(contract(valid_from=NOW)), None, "ALLOWED"),
        (case(contract(valid_from=LATER)), Reason.NOT_YET_VALID, "NOT_ALLOWED"),
        (case(contract(cpos=["DE*XYZ"])), Reason.CPO_NOT_COVERED, "NOT_ALLOWED"),
        (case(contract(cpos=["DE*XYZ", "FR*CPO"])), None, "ALLOWED"),
        (case(contract(countries=["DEU"])), Reason.COUNTRY_NOT_COVERED, "NOT_ALLOWED"),
        (case(contract(countries=["FRA"])), None, "ALLOWED"),
        (case(contract(countries=["FRA"]), place=Place(country="DEU")), Reason.COUNTRY_NOT_COVERED, None),
        (case(contract(hours=[OFFICE], **PARIS)), None, "ALLOWED"),
        (case(contract(hours=[OFFICE], time_zone="America/New_York")), Reason.OUTSIDE_HOURS, "NOT_ALLOWED"),
        (case(contract(**TEN_EUROS)), None, "ALLOWED"),
        (case(contract(credit=0, currency="EUR")), Reason.NO_CREDIT, "NO_CREDIT"),
        (case(contract(**TEN_EUROS), account=spent(amount=10)), Reason.NO_CREDIT, "NO_CREDIT"),
        (case(contract(**TEN_EUROS), account=spent(amount="9.99")), None, "ALLOWED"),
        (case(contract(**TEN_EUROS), account=spent("GBP", amount=99)), None, "ALLOWED"),
        (case(contract(), account=spent(amount=10_000)), None, "ALLOWED"),
    ],
)
def test_the_reason_and_what_is_said_of_it(judged: Case, reason: Reason | None, said: str | None) -> None:
    found = rules.refusal(judged)
    assert found is reason
    assert said is None or Verdict(found).allowed == said


@pytest.mark.parametrize(
    ("agreed", "reason"),
    [
        (contract("ENDED", valid_until=EARLIER), Reason.CONTRACT_ENDED),
        (contract("BLOCKED", valid_until=EARLIER), Reason.CONTRACT_BLOCKED),
        (contract(valid_until=EARLIER, cpos=["DE*XYZ"]), Reason.NO_LONGER_VALID),
        (contract(cpos=["DE*XYZ"], credit=0, currency="EUR"), Reason.CPO_NOT_COVERED),
    ],
)
def test_what_lasts_goes_before_what_passes(agreed: Contract, reason: Reason) -> None:
    assert rules.refusal(case(agreed)) is reason


@pytest.mark.parametrize(("country", "reason"), [("FRA", None), ("DEU", Reason.COUNTRY_NOT_COVERED)])
def test_a_location_that_nobody_told_of_is_in_the_country_of_its_cpo(
    country: str, reason: Reason | None
) -> None:
    """C-093."""
    assert rules.refusal(case(contract(countries=[country]), place=Place())) is reason


def test_where_countries_count_the_place_has_to_be_told() -> None:
    """C-090."""
    assert rules.needs_place(case(contract(countries=["FRA"]), place=None))
    assert not rules.needs_place(case(contract(countries=["FRA"])))
    assert not rules.needs_place(case(contract(), place=None))
    assert not rules.needs_place(case(place=None))


def test_who_is_refused_anyway_is_not_asked_for_the_place() -> None:
    assert not rules.needs_place(case(contract("BLOCKED", countries=["FRA"]), place=None))


@pytest.mark.parametrize(
    ("asked", "removed", "named"),
    [
        (("E1", "E2"), set(), ("E1", "E2")),
        (("E1", "E2"), {"e1"}, ("E2",)),
        (("E1", "E1"), set(), ("E1",)),
        (("E1",), {"e1", "e2"}, ("E1",)),
        ((), {"e1"}, ()),
    ],
)
def test_an_evse_that_is_gone_is_not_named_unless_somebody_stands_before_it(
    asked: tuple[str, ...], removed: set[str], named: tuple[str, ...]
) -> None:
    """C-086."""
    assert rules.chargeable(asked, frozenset(removed)) == named


@pytest.mark.parametrize(("running", "found"), [(0, []), (1, []), (2, [Reason.TOO_MANY_AT_ONCE])])
def test_a_contract_allows_so_many_charges_at_once(running: int, found: list[Reason]) -> None:
    judged = case(contract(at_once=2), account=Account({}, running))
    assert list(rules.remarks(judged)) == found
    assert list(rules.remarks(case(contract(), account=Account({}, running)))) == []


def test_what_was_charged_for_in_another_currency_is_remarkable_where_there_is_a_credit() -> None:
    pounds = spent("GBP", amount=3)
    assert list(rules.remarks(case(contract(**TEN_EUROS), account=pounds))) == [Reason.OTHER_CURRENCY]
    assert list(rules.remarks(case(contract(), account=pounds))) == []


_INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_AMOUNTS = st.decimals(-100, 100, places=2)
_LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "valid_from": _INSTANTS,
        "valid_until": _INSTANTS,
        "cpos": st.lists(st.sampled_from(["FR*CPO", "DE*XYZ"]), max_size=2),
        "countries": st.lists(st.sampled_from(["FRA", "DEU"]), max_size=2),
        "at_once": st.integers(1, 3),
    },
)
_CASES = st.builds(
    case,
    st.builds(
        lambda state, limits, credit: contract(state, **limits, **credit),
        st.sampled_from(["ACTIVE", "BLOCKED", "ENDED"]),
        _LIMITS,
        st.just({}) | st.fixed_dictionaries({"credit": _AMOUNTS, "currency": st.just("EUR")}),
    ),
    card=st.sampled_from([CARD, BLOCKED_CARD]),
    account=st.builds(lambda amount: spent(amount=amount), _AMOUNTS),
    now=_INSTANTS,
)


@given(_CASES)
def test_whoever_may_charge_breaks_no_rule(judged: Case) -> None:
    if rules.refusal(judged) is not None:
        return
    assert judged.contract is not None
    limits = judged.contract.limits
    left = rules.may_spend(limits, judged.account)
    assert judged.card.is_valid
    assert judged.contract.state == "ACTIVE"
    assert limits.valid_from is None or limits.valid_from <= judged.now
    assert limits.valid_until is None or judged.now < limits.valid_until
    assert not limits.cpos or "FR*CPO" in limits.cpos
    assert not limits.countries or "FRA" in limits.countries
    assert left is None or left > 0


@given(_CASES)
def test_a_blocked_card_never_charges(judged: Case) -> None:
    assert rules.refusal(replace(judged, card=BLOCKED_CARD)) is not None


@given(_CASES)
def test_without_its_limits_only_the_card_and_the_state_of_the_contract_count(judged: Case) -> None:
    assert judged.contract is not None
    bare = replace(judged, contract=contract(judged.contract.state.value))
    may = judged.card.is_valid and judged.contract.state == "ACTIVE"
    assert (rules.refusal(bare) is None) == may
