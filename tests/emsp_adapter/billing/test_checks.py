"""What is said against a bill beyond its price. Each check is quiet where nothing is known."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from emsp_adapter.billing.checks import Answered, Evidence, check, most_power_kw
from schemas import codec
from schemas.times import parse
from schemas.v2_3_0.enums import AllowedType
from tests import build

START = parse("2026-03-01T07:00:00Z")
CARD = build.token(uid="04E2A1B2C3", contract_id="NL-MSP-C12345678-X", whitelist="ALLOWED", valid=True)
YES = Answered("04e2a1b2c3", "FR*CPO", AllowedType.ALLOWED, START)


def bill(**changes: Any) -> Any:
    """8 kWh within an hour."""
    return codec.decode(codec.dump(build.cdr(**changes)))


def session(**changes: Any) -> Any:
    return codec.decode(codec.dump(build.session(**{"status": "COMPLETED", "kwh": 8, **changes})))


def codes(value: Any, known: Evidence) -> list[str]:
    return [each.code for each in check(value, "FR*CPO", known)]


def test_a_bill_that_fits_all_that_is_known_is_left_alone() -> None:
    known = Evidence(CARD, has_contract=True, answered=YES, session=session(), most_power_kw=Decimal(22))
    assert codes(bill(), known) == []


def test_who_knows_nothing_says_nothing() -> None:
    assert codes(bill(), Evidence()) == []


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (Evidence(has_contract=False), "contract_unknown"),
        (Evidence(CARD.model_copy(update={"contract_id": "NL-MSP-OTHER"})), "contract_of_another_card"),
        (Evidence(CARD.model_copy(update={"valid": False})), "token_blocked"),
        (Evidence(CARD.model_copy(update={"whitelist": "NEVER"})), "whitelist_not_allowed"),
        (Evidence(answered=replace(YES, allowed=AllowedType.BLOCKED)), "authorization_refused"),
        (Evidence(answered=replace(YES, uid="04FFFF")), "authorization_of_another_card"),
        (Evidence(answered=replace(YES, cpo="DE*XYZ")), "authorization_of_another_cpo"),
        (Evidence(answered=replace(YES, at=START + timedelta(hours=2))), "authorization_of_another_time"),
        (Evidence(answered=replace(YES, at=START - timedelta(days=9))), "authorization_of_another_time"),
        (Evidence(session=session(kwh=7)), "session_energy_differs"),
        (Evidence(session=session(status="INVALID")), "session_invalid"),
        (
            Evidence(session=session(cdr_token={**build.CDR_TOKEN, "uid": "04FFFF"})),
            "session_of_another_card",
        ),
        (Evidence(most_power_kw=Decimal("3.7")), "power_implausible"),
    ],
)
def test_what_does_not_fit_is_said(known: Evidence, code: str) -> None:
    assert codes(bill(), known) == [code]


def test_energy_in_no_time_is_doubted() -> None:
    assert codes(bill(end_date_time="2026-03-01T07:00:00Z"), Evidence()) == ["energy_without_time"]


@pytest.mark.parametrize(
    ("connector", "kw"),
    [
        ({"power_type": "AC_3_PHASE", "max_voltage": 230, "max_amperage": 32}, Decimal("22.08")),
        ({"power_type": "AC_1_PHASE", "max_voltage": 230, "max_amperage": 16}, Decimal("3.68")),
        (
            {"power_type": "DC", "max_voltage": 500, "max_amperage": 400, "max_electric_power": 150_000},
            Decimal(150),
        ),
    ],
)
def test_what_a_connector_gives_at_most(connector: dict[str, Any], kw: Decimal) -> None:
    assert most_power_kw(connector) == kw
