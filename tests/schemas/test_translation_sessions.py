"""Sessions and CDRs, row by row."""

from decimal import Decimal
from typing import Any

import pytest

from schemas.translation.losses import Withheld
from schemas.translation.registry import form_of, translate
from schemas.v2_3_0.cdrs import CDR
from schemas.v2_3_0.sessions import Session
from tests.build import CDR_TOKEN, LAST_UPDATED, cdr, connector, evse, location, session, tariff, token
from tests.schemas.crossings import (
    CPO,
    EMSP,
    OF_THE_CPO,
    V2_1_1,
    V2_2_1,
    V2_3_0,
    context,
    down,
    gone,
    poorer,
    up,
    why_not,
)

TOKEN_LOST = ["/cdr_token/type", "/cdr_token/uid"]
ENERGY = {"type": "ENERGY", "volume": Decimal(8)}
START = "2026-03-01T07:00:00Z"


def session_2_1_1(**changes: Any) -> dict[str, Any]:
    return down(session(), V2_1_1).value.to_wire() | changes


def cdr_2_1_1(**changes: Any) -> dict[str, Any]:
    return down(cdr(), V2_1_1).value.to_wire() | changes


def refusal(kind: type[Session] | type[CDR], wire: dict[str, Any], facts: Any = OF_THE_CPO) -> str:
    form = form_of(kind, V2_1_1)
    assert form
    result = translate(kind, form.model_validate(wire), V2_1_1, V2_3_0, facts)
    assert isinstance(result, Withheld)
    return result.reason


def test_a_session_that_the_hub_knows_survives_2_1_1() -> None:
    there = down(session(end_date_time=LAST_UPDATED), V2_1_1)

    wire = there.value.to_wire()
    assert {"start_datetime", "end_datetime", "auth_id"} <= wire.keys()
    assert gone(there) == TOKEN_LOST
    assert up(Session, wire, V2_1_1).value == session(end_date_time=LAST_UPDATED)


def test_a_session_of_2_1_1_holds_the_one_connector_that_is_used() -> None:
    known = location(evses=[evse(uid="E0"), evse(connectors=[connector(id="0"), connector()])], publish=False)

    held = down(session(), V2_1_1, context(location=known)).value.to_wire()["location"]

    assert [used["uid"] for used in held["evses"]] == ["E1"]
    assert [used["id"] for used in held["evses"][0]["connectors"]] == ["1"]


@pytest.mark.parametrize(
    "known",
    [
        None,
        location(id="ELSEWHERE"),
        location(evses=[]),
        location(evses=[evse(connectors=[connector(standard="MCS")])]),
    ],
    ids=["nothing", "another", "no EVSE", "a plug that is not listed"],
)
def test_a_session_at_an_unknown_connector_says_as_little_as_it_can(known: Any) -> None:
    there = down(session(), V2_1_1, context(location=known))

    held = there.value.to_wire()["location"]
    assert "evses" not in held
    assert (held["id"], held["country"]) == ("LOC1", "FRA")
    assert gone(there) == [*TOKEN_LOST, "/connector_id", "/evse_uid"]


@pytest.mark.parametrize(
    "evses", [[], [evse(), evse(uid="E2")], [evse(connectors=[connector(), connector(id="2")])]]
)
def test_a_session_must_say_which_connector_it_uses(evses: Any) -> None:
    place = down(location(evses=evses), V2_1_1).value.to_wire()

    assert "exactly the one EVSE" in refusal(Session, session_2_1_1(location=place))
    assert "exactly the one EVSE" in refusal(CDR, cdr_2_1_1(location=place))


def test_an_auth_id_is_the_contract_of_the_token_that_is_remembered() -> None:
    facts = context(token=token(contract_id="C-OLD"))

    there = up(Session, session_2_1_1(auth_id="C-NEW"), V2_1_1, facts).value.to_wire()

    assert there["cdr_token"] == {**CDR_TOKEN, "contract_id": "C-NEW"}


def test_unknown_fields_of_a_token_and_a_price_are_lost_with_them() -> None:
    rich = session(cdr_token={**CDR_TOKEN, "chip": 1}, total_cost={"before_taxes": 1, "mood": None})

    assert gone(down(rich, V2_1_1)) == ["/cdr_token/chip", *TOKEN_LOST, "/total_cost/mood"]


def test_an_unknown_token_is_somebody_s_of_the_emsp() -> None:
    there = up(Session, session_2_1_1(auth_id="C-1"), V2_1_1, context(counterpart=EMSP)).value.to_wire()

    assert there["cdr_token"] == {
        "country_code": "NL",
        "party_id": "MSP",
        "uid": "#NA",
        "type": "OTHER",
        "contract_id": "C-1",
    }


def test_a_session_of_nobody_is_withheld() -> None:
    for kind, wire in ((Session, session_2_1_1()), (CDR, cdr_2_1_1())):
        assert "neither the token nor the eMSP" in refusal(kind, wire, context())


def test_a_token_of_another_emsp_than_the_connection_s_is_lost() -> None:
    there = down(session(), V2_1_1, context(counterpart=CPO, location=location()))

    assert gone(there) == ["/cdr_token/country_code", "/cdr_token/party_id", *TOKEN_LOST]


@pytest.mark.parametrize("kind", [session, cdr])
def test_what_was_remembered_of_the_authorization_is_put_back(kind: Any) -> None:
    """Case C-095."""
    there = down(kind(authorization_reference="A1"), V2_1_1)

    assert "/authorization_reference" in gone(there)
    facts = context(authorization_reference="A1", token=token(), session_id="S1")
    back = up(type(kind()), there.value.to_wire(), V2_1_1, facts).value.to_wire()
    assert back["authorization_reference"] == "A1"


@pytest.mark.parametrize("kind", [session, cdr])
def test_2_1_1_knows_no_commands_as_authorization(kind: Any) -> None:
    there = down(kind(auth_method="COMMAND"), V2_1_1)

    assert there.value.to_wire()["auth_method"] == "AUTH_REQUEST"
    assert poorer(there) == ["/auth_method"]


def test_a_reservation_is_pending_in_2_1_1() -> None:
    there = down(session(status="RESERVATION"), V2_1_1)

    assert there.value.to_wire()["status"] == "PENDING"
    assert poorer(there) == ["/status"]


@pytest.mark.parametrize(
    "dimension",
    ["CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "MAX_POWER", "RESERVATION_TIME", "STATE_OF_CHARGE"],
)
def test_dimensions_that_came_with_2_2_stay_behind(dimension: str) -> None:
    mixed = {"start_date_time": START, "dimensions": [{"type": dimension, "volume": 1}, ENERGY]}
    alone = {"start_date_time": START, "dimensions": [{"type": dimension, "volume": 1}]}

    there = down(session(charging_periods=[mixed, alone]), V2_1_1)

    assert [period["dimensions"] for period in there.value.to_wire()["charging_periods"]] == [[ENERGY]]
    assert gone(there) == [*TOKEN_LOST, "/charging_periods/0/dimensions/0", "/charging_periods/1"]


def test_a_cdr_keeps_a_period_even_if_nothing_of_it_is_known() -> None:
    reserved = {"start_date_time": START, "dimensions": [{"type": "RESERVATION_TIME", "volume": 1}]}

    there = down(cdr(charging_periods=[reserved]), V2_1_1)

    (period,) = there.value.to_wire()["charging_periods"]
    assert period["dimensions"] == [{"type": "TIME", "volume": 0}]
    assert "/charging_periods" in poorer(there)


def test_flat_ended_with_2_1_1() -> None:
    """Case C-105."""
    flat = {"type": "FLAT", "volume": 1}
    periods = [
        {"start_date_time": START, "dimensions": [flat, ENERGY]},
        {"start_date_time": START, "dimensions": [flat]},
    ]

    running = up(Session, session_2_1_1(charging_periods=periods), V2_1_1)
    bill = up(CDR, cdr_2_1_1(charging_periods=periods[1:]), V2_1_1)

    assert [period["dimensions"] for period in running.value.to_wire()["charging_periods"]] == [[ENERGY]]
    assert gone(running) == ["/charging_periods/0/dimensions/0", "/charging_periods/1"]
    assert bill.value.to_wire()["charging_periods"][0]["dimensions"] == [{"type": "TIME", "volume": 0}]
    assert "/charging_periods" in poorer(bill)


def test_periods_of_2_1_1_name_no_tariff() -> None:
    assert "/charging_periods/0/tariff_id" in gone(down(cdr(), V2_1_1))


def test_a_cdr_of_2_1_1_holds_a_location_made_of_its_own_words() -> None:
    there = down(cdr(), V2_1_1, context()).value.to_wire()["location"]

    assert there["type"] == "UNKNOWN"
    (used,) = there["evses"]
    assert (used["uid"], used["evse_id"], used["status"]) == ("E1", "FR*CPO*E1", "UNKNOWN")
    (plug,) = used["connectors"]
    assert (plug["standard"], plug["voltage"], plug["amperage"]) == ("IEC_62196_T2", 0, 0)


def test_a_connector_that_is_known_has_its_voltage() -> None:
    (used,) = down(cdr(), V2_1_1, context(location=location())).value.to_wire()["location"]["evses"]

    assert (used["connectors"][0]["voltage"], used["connectors"][0]["amperage"]) == (230, 32)


@pytest.mark.parametrize(
    "known", [evse(uid="E0"), evse(connectors=[connector(id="0")])], ids=["EVSE", "connector"]
)
def test_another_connector_s_voltage_is_not_taken(known: Any) -> None:
    facts = context(location=location(evses=[known]))

    (used,) = down(cdr(), V2_1_1, facts).value.to_wire()["location"]["evses"]

    assert (used["connectors"][0]["voltage"], used["connectors"][0]["amperage"]) == (0, 0)


def test_a_bill_names_the_connector_that_was_used_whether_listed_or_not() -> None:
    place = cdr().cdr_location.to_wire() | {"connector_standard": "MCS", "state": "Île-de-France"}

    there = down(cdr(cdr_location=place), V2_1_1)

    assert there.value.to_wire()["location"]["evses"][0]["connectors"][0]["standard"] == "MCS"
    assert "/cdr_location/state" in gone(there)
    assert (
        down(cdr(cdr_location=place), V2_2_1).value.to_wire()["cdr_location"]["connector_standard"] == "MCS"
    )


def test_a_reservation_that_never_began_used_no_evse() -> None:
    """Case C-115."""
    nowhere = cdr().cdr_location.to_wire() | {"evse_uid": "#NA", "evse_id": "#NA", "connector_id": "#NA"}

    assert "evses" not in down(cdr(cdr_location=nowhere), V2_1_1).value.to_wire()["location"]


def test_an_evse_without_an_id_for_people_has_none_in_a_cdr() -> None:
    place = cdr_2_1_1()["location"]
    del place["evses"][0]["evse_id"]

    there = up(CDR, cdr_2_1_1(location=place), V2_1_1)

    assert there.value.to_wire()["cdr_location"]["evse_id"] == "#NA"
    assert "evse_id" not in down(there.value, V2_1_1).value.to_wire()["location"]["evses"][0]


def test_a_cdr_of_2_1_1_is_flattened() -> None:
    facts = context(token=token(), session_id="S1")

    there = up(CDR, cdr_2_1_1(), V2_1_1, facts)

    expected = cdr().to_wire()
    assert there.value.to_wire()["cdr_location"] == expected["cdr_location"]
    assert there.value.to_wire()["session_id"] == "S1"
    assert there.value.to_wire()["end_date_time"] == expected["end_date_time"]
    assert poorer(there) == ["/location"]


def test_the_breakdown_of_a_bill_is_not_of_2_1_1() -> None:
    price = {"before_taxes": 1}
    costs = (
        "total_fixed_cost",
        "total_energy_cost",
        "total_time_cost",
        "total_parking_cost",
        "total_reservation_cost",
    )
    signed = {
        "encoding_method": "OCMF",
        "signed_values": [{"nature": "End", "plain_data": "1", "signed_data": "2"}],
    }
    rich = cdr(
        **dict.fromkeys(costs, price),
        signed_data=signed,
        invoice_reference_id="I1",
        home_charging_compensation=True,
    )

    lost = gone(down(rich, V2_1_1))

    others = ("session_id", "signed_data", "invoice_reference_id", "home_charging_compensation")
    assert {f"/{name}" for name in (*costs, *others)} <= set(lost)
    assert down(rich, V2_2_1).losses == ()


CREDIT = {"credit": True, "credit_reference_id": "CDR0", "total_cost": {"before_taxes": Decimal("-2.00")}}


def test_a_credit_is_withheld_from_2_1_1() -> None:
    assert why_not(cdr(**CREDIT), V2_1_1) == "it is a credit, which 2.1.1 would take for a bill"
    assert down(cdr(**CREDIT), V2_2_1).losses == ()
    assert down(cdr(credit=False), V2_1_1).value == down(cdr(), V2_1_1).value


def test_a_partner_may_have_agreed_to_negative_bills() -> None:
    there = down(cdr(**CREDIT), V2_1_1, context(negative_cdrs=True))

    assert there.value.to_wire()["total_cost"] == Decimal("-2.00")
    assert {"/credit", "/credit_reference_id"} <= set(gone(there))


def test_the_id_of_a_credit_is_cut_without_becoming_that_of_the_bill() -> None:
    bill = "b" * 36
    facts = context(negative_cdrs=True)

    credits_ = [down(cdr(**CREDIT, id=f"{bill}-C{n}"), V2_1_1, facts) for n in (1, 2)]

    ids = {there.value.to_wire()["id"] for there in credits_}
    assert len(ids) == 2
    assert bill not in ids
    assert {len(cut) for cut in ids} == {36}
    assert all("/id" in poorer(there) for there in credits_)
    assert down(cdr(id=bill), V2_1_1).value.to_wire()["id"] == bill


def test_a_tariff_that_cannot_be_told_does_not_hold_up_the_bill() -> None:
    special = tariff(id="T2", type="AD_HOC_PAYMENT")

    there = down(cdr(tariffs=[special, tariff()]), V2_1_1)

    assert [held["id"] for held in there.value.to_wire()["tariffs"]] == ["T1"]
    assert "/tariffs/0" in gone(there)
    gross = tariff(
        tax_included="YES", elements=[{"price_components": [{"type": "FLAT", "price": 1, "step_size": 1}]}]
    )
    assert gone(down(cdr(tariffs=[gross]), V2_2_1)) == ["/tariffs/0"]


def test_the_location_in_a_session_or_cdr_has_whole_seconds_too() -> None:
    late = "2026-03-01T08:00:00.500Z"

    for kind in (session, cdr):
        held = down(kind(last_updated=late), V2_1_1, context()).value.to_wire()["location"]
        places = [
            held,
            *held.get("evses", []),
            *(plug for used in held.get("evses", []) for plug in used["connectors"]),
        ]
        assert {place["last_updated"].microsecond for place in places} == {0}
