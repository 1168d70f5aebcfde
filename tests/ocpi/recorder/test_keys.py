"""What a message is about, from its address and from the names in its body."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ocpi.recorder.facts import Facts, facts_of
from ocpi.recorder.keys import about, card_key
from ocpi.recorder.slips import Slip
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from tests import build
from tests.platforms import CPO, EMSP

SENDER, RECEIVER = Side.SENDER, Side.RECEIVER
UID = build.CDR_TOKEN["uid"]
CARD = card_key(UID)
PUSHED = Routing(to=EMSP, sender=CPO)
ASKED = Routing(to=CPO, sender=EMSP)


def message(
    module: str,
    side: Side | None,
    *rest: str,
    method: str = "PUT",
    url: str = "https://h.example/x",
    body: bytes = b"",
    data: bytes = b"",
    routing: Routing = PUSHED,
) -> Facts:
    """Its answer is told as the data alone."""
    slip = Slip(
        number=0,
        direction="in",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        seconds=0.1,
        correlation_id="c",
        request_id="r",
        partner="somebody",
        sender=str(routing.sender) if routing.sender else None,
        to=str(routing.to) if routing.to else None,
        version="2.3.0",
        module=module,
        side=side,
        method=method,
        url=url,
        rest=rest,
        http=200,
        status=1000,
        said=None,
        trouble=None,
        is_envelope=False,
        body=body,
        answer=data,
        request_bytes=0,
        answer_bytes=0,
        losses=(),
    )
    return facts_of(slip)


def keys(*facts: Any, **more: Any) -> set[str]:
    """Beside the two that every message has."""
    return set(about(message(*facts, **more)).keys) - {"correlation/c", "request/r"}


def body(model: Any) -> bytes:
    return model if isinstance(model, bytes) else codec.encode(model)


def test_every_message_is_found_by_its_ids() -> None:
    assert about(message("credentials", None)).keys == ("correlation/c", "request/r")


def test_a_session_names_its_card_its_place_and_its_authorization() -> None:
    told = body(build.session(authorization_reference="A1"))
    assert keys("sessions", RECEIVER, "FR", "CPO", "S1", body=told) == {
        "session/s1/FR*CPO",
        "location/loc1/FR*CPO",
        "authorization/a1/NL*MSP",
        CARD,
    }


def test_a_change_of_a_session_is_known_by_its_address() -> None:
    assert keys("sessions", RECEIVER, "FR", "CPO", "S1", method="PATCH", body=b'{"kwh":1}') == {
        "session/s1/FR*CPO"
    }


def test_a_bill_names_its_session_and_a_credit_what_it_takes_back() -> None:
    told = body(build.cdr(credit=True, credit_reference_id="CDR0"))
    assert keys("cdrs", RECEIVER, method="POST", body=told) == {
        "cdr/cdr1/FR*CPO",
        "cdr/cdr0/FR*CPO",
        "session/s1/FR*CPO",
        "location/loc1/FR*CPO",
        CARD,
    }


def test_a_bill_of_2_1_1_belongs_to_whoever_sends_it() -> None:
    told = b'{"id":"C1","auth_id":"NL-MSP-C1","location":{"id":"LOC1"}}'
    assert keys("cdrs", RECEIVER, method="POST", body=told) == {"cdr/c1/FR*CPO", "location/loc1/FR*CPO"}
    assert about(message("cdrs", RECEIVER, method="POST", body=told)).cards == {"NL-MSP-C1"}


def test_a_yes_is_named_by_its_issuer_in_the_answer() -> None:
    told = body({"allowed": "ALLOWED", "token": build.token(), "authorization_reference": "A1"})
    asked = message(
        "tokens",
        SENDER,
        UID,
        "authorize",
        method="POST",
        body=b'{"location_id":"LOC1"}',
        data=told,
        routing=Routing(sender=CPO),
    )
    assert set(about(asked).keys[2:]) == {"location/loc1/FR*CPO", "authorization/a1/NL*MSP", CARD}


def test_the_part_of_a_location_is_not_taken_for_another_location() -> None:
    told = body(build.connector())
    assert keys("locations", RECEIVER, "FR", "CPO", "LOC1", "E1", "1", body=told) == {"location/loc1/FR*CPO"}


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (("commands", RECEIVER, "STOP_SESSION"), {"session/s1/FR*CPO", "callback/xyz"}),
        (("chargingprofiles", RECEIVER, "S1"), {"session/s1/FR*CPO", "callback/xyz"}),
    ],
)
def test_a_command_is_joined_to_its_result_by_where_that_goes(facts: Any, found: set[str]) -> None:
    told = b'{"session_id":"S1","response_url":"https://emsp.example/results/xyz"}'
    assert keys(*facts, method="POST", body=told, routing=ASKED) == found
    for side, rest in ((SENDER, ("STOP_SESSION", "xyz")), (None, ("xyz",))):
        result = message("commands", side, *rest, method="POST", body=b'{"result":"ACCEPTED"}')
        assert "callback/xyz" in about(result).keys


def test_a_response_url_may_stand_in_the_query() -> None:
    url = "https://h.example/S1?response_url=https%3A%2F%2Femsp.example%2Fxyz"
    assert "callback/xyz" in keys("chargingprofiles", RECEIVER, "S1", method="GET", url=url, routing=ASKED)


@pytest.mark.parametrize(
    ("side", "rest"),
    [
        (SENDER, (UID, "authorize")),
        (RECEIVER, ("NL", "MSP", UID)),
        (None, (UID, "authorize")),
        (None, ("NL", "MSP", UID)),
    ],
)
def test_the_card_in_an_address_is_known_on_both_sides(side: Side | None, rest: tuple[str, ...]) -> None:
    told = about(message("tokens", side, *rest, method="GET"))
    assert set(told.keys[2:]) == {CARD}
    assert told.cards == {UID}


def test_a_list_is_about_nothing_in_particular() -> None:
    assert keys("cdrs", SENDER, method="GET", data=b"[" + body(build.cdr()) + b"]") == set()


@pytest.mark.parametrize(
    "odd", [b'{"id":5,"session_id":[]}', b'{"cdr_token":"x","response_url":"//["}', b"{"]
)
def test_what_is_odd_names_nothing(odd: bytes) -> None:
    assert keys("sessions", RECEIVER, method="POST", body=odd) == set()
