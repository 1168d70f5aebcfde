"""Tokens, authorizations, commands and credentials, row by row."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.base import OcpiModel
from schemas.translation.context import Context
from schemas.translation.losses import Withheld
from schemas.translation.registry import form_of, translate
from schemas.v2_3_0.business import BusinessDetails
from schemas.v2_3_0.commands import (
    CommandResponse,
    CommandResult,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from schemas.v2_3_0.credentials import Credentials
from schemas.v2_3_0.enums import Role, TokenType, VersionNumber
from schemas.v2_3_0.hub_client_info import ClientInfo
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.tokens import AuthorizationInfo, LocationReferences, Token
from tests.build import EMSP as EMSP_WIRE
from tests.build import LAST_UPDATED, connector, evse, location, token
from tests.schemas.crossings import (
    CPO,
    EMSP,
    OF_THE_EMSP,
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


def test_a_contract_is_an_auth_id_in_2_1_1() -> None:
    wire = down(token(), V2_1_1, OF_THE_EMSP).value.to_wire()

    assert wire["auth_id"] == token().contract_id
    assert up(Token, wire, V2_1_1, OF_THE_EMSP).value == token()


@pytest.mark.parametrize(
    ("version", "kinds"),
    [(V2_2_1, ["EMAID", "CHIP_IN_HAND"]), (V2_1_1, ["AD_HOC_USER", "APP_USER", "EMAID", "CHIP_IN_HAND"])],
)
def test_kinds_of_token_that_are_not_listed_are_others(version: VersionNumber, kinds: list[str]) -> None:
    for kind in kinds:
        there = down(token(type=kind), version, OF_THE_EMSP)
        assert there.value.to_wire()["type"] == "OTHER"
        assert poorer(there) == ["/type"]


def test_groups_profiles_and_energy_contracts_came_with_2_2() -> None:
    rich = token(group_id="G1", default_profile_type="GREEN", energy_contract={"supplier_name": "Green & Co"})

    assert gone(down(rich, V2_1_1, OF_THE_EMSP)) == ["/default_profile_type", "/energy_contract", "/group_id"]
    assert down(rich, V2_2_1, OF_THE_EMSP).losses == ()


def answer(**changes: Any) -> AuthorizationInfo:
    return AuthorizationInfo.model_validate({"allowed": "ALLOWED", "token": token(), **changes})


def test_an_answer_in_2_1_1_repeats_no_token() -> None:
    there = down(answer(authorization_reference="A1"), V2_1_1, OF_THE_EMSP)

    assert there.value.to_wire() == {"allowed": "ALLOWED"}
    assert gone(there) == ["/authorization_reference", "/token"]


def test_an_answer_of_2_1_1_is_about_the_token_that_is_known() -> None:
    assert up(AuthorizationInfo, {"allowed": "ALLOWED"}, V2_1_1, OF_THE_EMSP).value == answer()


@pytest.mark.parametrize(("allowed", "valid"), [("ALLOWED", True), ("BLOCKED", False)])
def test_an_answer_about_an_unknown_token_makes_the_least_of_it(allowed: str, *, valid: bool) -> None:
    facts = context(
        EMSP,
        asked_token=("04AA", TokenType.RFID),
        received_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        operator=BusinessDetails(name="MSP Mobility"),
    )

    there = up(AuthorizationInfo, {"allowed": allowed}, V2_1_1, facts).value.to_wire()

    assert there["token"] == {
        **EMSP_WIRE,
        "uid": "04AA",
        "type": "RFID",
        "contract_id": "#NA",
        "issuer": "MSP Mobility",
        "valid": valid,
        "whitelist": "NEVER",
        "last_updated": datetime(2026, 3, 1, 8, tzinfo=UTC),
    }


@pytest.mark.parametrize(
    "facts",
    [
        context(EMSP),
        context(EMSP, asked_token=("04AA", TokenType.RFID)),
        context(EMSP, received_at=datetime(2026, 3, 1, 8, tzinfo=UTC)),
    ],
    ids=["nothing", "no time", "no token"],
)
def test_an_answer_about_nothing_known_is_withheld(facts: Context) -> None:
    form = form_of(AuthorizationInfo, V2_1_1)
    assert form

    result = translate(AuthorizationInfo, form.model_validate({"allowed": "ALLOWED"}), V2_1_1, V2_3_0, facts)

    assert result == Withheld("the answer must repeat the token, which is not known")


def test_a_remembered_reference_is_put_back_into_an_answer() -> None:
    facts = context(EMSP, token=token(), authorization_reference="A1")

    there = up(AuthorizationInfo, {"allowed": "ALLOWED"}, V2_1_1, facts)

    assert there.value == answer(authorization_reference="A1")


def test_connectors_of_a_question_exist_in_2_1_1_alone() -> None:
    wire = {"location_id": "LOC1", "evse_uids": ["E1"], "connector_ids": ["1"]}

    there = up(LocationReferences, wire, V2_1_1)

    assert there.value.to_wire() == {"location_id": "LOC1", "evse_uids": ["E1"]}
    assert gone(there) == ["/connector_ids"]
    assert down(there.value, V2_1_1).value.to_wire() == there.value.to_wire()


URL = "https://msp.example/commands/1"


def start(**changes: Any) -> StartSession:
    wire = {"response_url": URL, "token": token(), "location_id": "LOC1", "evse_uid": "E1", **changes}
    return StartSession.model_validate(wire)


def test_a_start_loses_its_reference() -> None:
    there = down(start(authorization_reference="A1"), V2_1_1, OF_THE_EMSP)

    assert gone(there) == ["/authorization_reference"]
    assert there.value.to_wire()["token"]["auth_id"] == token().contract_id


def test_a_start_at_the_only_connector_need_not_name_it() -> None:
    assert down(start(connector_id="1"), V2_1_1, OF_THE_EMSP).losses == ()


@pytest.mark.parametrize(
    "known",
    [None, location(evses=[]), location(evses=[evse(connectors=[connector(), connector(id="2")])])],
    ids=["nothing", "no EVSE", "two connectors"],
)
def test_a_start_at_one_connector_of_several_is_withheld(known: Location | None) -> None:
    reason = why_not(start(connector_id="1"), V2_1_1, context(EMSP, location=known))

    assert reason == "2.1.1 cannot say which connector of the EVSE is meant"


@pytest.mark.parametrize(
    ("capabilities", "connectors", "told"),
    [
        (["START_SESSION_CONNECTOR_REQUIRED"], [connector()], "1"),
        (["START_SESSION_CONNECTOR_REQUIRED"], [connector(), connector(id="2")], None),
        ([], [connector()], None),
    ],
)
def test_an_evse_that_demands_the_connector_is_told_its_only_one(
    capabilities: list[str], connectors: list[Any], told: str | None
) -> None:
    """Case C-076."""
    known = location(evses=[evse(capabilities=capabilities, connectors=connectors)])
    wire = down(start(), V2_1_1, OF_THE_EMSP).value.to_wire()

    there = up(StartSession, wire, V2_1_1, context(EMSP, location=known))

    assert there.value.to_wire().get("connector_id") == told


def reserve(reservation_id: str) -> ReserveNow:
    return ReserveNow.model_validate(
        {
            "response_url": URL,
            "token": token(),
            "expiry_date": LAST_UPDATED,
            "reservation_id": reservation_id,
            "location_id": "LOC1",
            "evse_uid": "E1",
        }
    )


@pytest.mark.parametrize(
    ("reservation_id", "number", "sent"), [("R-7", 12, 12), ("7", None, 7), ("007", 12, 12)]
)
def test_reservations_have_numbers_in_2_1_1(reservation_id: str, number: int | None, sent: int) -> None:
    there = down(reserve(reservation_id), V2_1_1, context(EMSP, reservation_number=number))

    assert there.value.to_wire()["reservation_id"] == sent
    assert up(ReserveNow, there.value.to_wire(), V2_1_1, OF_THE_EMSP).value.to_wire()[
        "reservation_id"
    ] == str(sent)


@pytest.mark.parametrize("reservation_id", ["R-7", "007", "", "٧"])  # noqa: RUF001 - a digit, but not ours
def test_a_reservation_without_a_number_is_withheld(reservation_id: str) -> None:
    assert (
        why_not(reserve(reservation_id), V2_1_1, OF_THE_EMSP)
        == "no number is allocated for its reservation id"
    )


@pytest.mark.parametrize(
    "command",
    [
        StopSession(response_url=URL, session_id="S1"),
        UnlockConnector(response_url=URL, location_id="LOC1", evse_uid="E1", connector_id="1"),
    ],
    ids=lambda command: type(command).__name__,
)
def test_other_commands_are_the_same(command: OcpiModel) -> None:
    there = down(command, V2_1_1, OF_THE_EMSP)

    assert there.losses == ()
    assert there.value.to_wire() == command.to_wire()
    assert up(type(command), there.value.to_wire(), V2_1_1, OF_THE_EMSP).value == command


def test_commands_use_the_aliases_of_the_cpo() -> None:
    facts = context(EMSP, aliases={"loc-long": "LOC1", "evse-long": "E1"}, location=location())
    unlock = UnlockConnector(response_url=URL, location_id="LOC1", evse_uid="E1", connector_id="1")

    for command in (unlock, start(), reserve("7")):
        wire = down(command, V2_1_1, facts).value.to_wire()
        assert (wire["location_id"], wire["evse_uid"]) == ("loc-long", "evse-long")
        assert up(type(command), wire, V2_1_1, facts).value == command


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("ACCEPTED", "ACCEPTED"),
        ("REJECTED", "REJECTED"),
        ("NOT_SUPPORTED", "NOT_SUPPORTED"),
        ("UNKNOWN_SESSION", "UNKNOWN_SESSION"),
        ("TIMEOUT", "REJECTED"),
    ],
)
def test_an_immediate_answer_of_2_1_1(sent: str, read: str) -> None:
    """Case C-122."""
    there = up(CommandResponse, {"result": sent}, V2_1_1, context(command_timeout=90))

    assert there.value.to_wire() == {"result": read, "timeout": 90}
    assert poorer(there) == ([] if sent == read else ["/result"])


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("ACCEPTED", "ACCEPTED"),
        ("REJECTED", "REJECTED"),
        ("NOT_SUPPORTED", "NOT_SUPPORTED"),
        ("TIMEOUT", "TIMEOUT"),
        ("UNKNOWN_SESSION", "FAILED"),
    ],
)
def test_a_result_of_2_1_1(sent: str, read: str) -> None:
    there = up(CommandResult, {"result": sent}, V2_1_1)

    assert there.value.to_wire() == {"result": read}
    assert poorer(there) == ([] if sent == read else ["/result"])


@pytest.mark.parametrize(
    ("result", "sent"),
    [
        ("ACCEPTED", "ACCEPTED"),
        ("TIMEOUT", "TIMEOUT"),
        ("NOT_SUPPORTED", "NOT_SUPPORTED"),
        ("CANCELED_RESERVATION", "REJECTED"),
        ("EVSE_OCCUPIED", "REJECTED"),
        ("EVSE_INOPERATIVE", "REJECTED"),
        ("FAILED", "REJECTED"),
        ("UNKNOWN_RESERVATION", "REJECTED"),
    ],
)
def test_a_result_for_2_1_1(result: str, sent: str) -> None:
    told = {"result": result, "message": [{"language": "en", "text": "Sorry"}]}

    there = down(CommandResult.model_validate(told), V2_1_1)

    assert there.value.to_wire() == {"result": sent}
    assert gone(there) == ["/message"]
    assert poorer(there) == ([] if result == sent else ["/result"])


def test_an_answer_for_2_1_1_has_no_timeout() -> None:
    there = down(CommandResponse.model_validate({"result": "ACCEPTED", "timeout": 30}), V2_1_1)

    assert there.value.to_wire() == {"result": "ACCEPTED"}
    assert gone(there) == ["/timeout"]


def role(name: str, party_id: str) -> dict[str, Any]:
    return {"role": name, "country_code": "NL", "party_id": party_id, "business_details": {"name": party_id}}


def credentials(*roles: dict[str, Any], **changes: Any) -> Credentials:
    wire = {"token": "t0ken", "url": "https://nl.example/versions", "roles": list(roles), **changes}
    return Credentials.model_validate(wire)


def test_one_role_survives_2_1_1() -> None:
    facts = context(EMSP, role=Role.EMSP)

    wire = down(credentials(role("EMSP", "MSP")), V2_1_1, facts).value.to_wire()

    assert (wire["party_id"], wire["business_details"]) == ("MSP", {"name": "MSP"})
    assert up(Credentials, wire, V2_1_1, facts).value == credentials(role("EMSP", "MSP"))


def test_2_1_1_gets_the_role_that_the_connection_is_for() -> None:
    many = credentials(role("CPO", "MSP"), role("EMSP", "MSP"), role("EMSP", "OTH"))

    assert gone(down(many, V2_1_1, context(EMSP, role=Role.EMSP))) == ["/roles/0", "/roles/2"]
    assert why_not(many, V2_1_1, context(CPO)) == "it has no role CPO of FR*CPO"


def test_a_hub_is_a_role_in_2_2_1_and_a_field_in_2_3_0() -> None:
    """Cases C-019, C-020."""
    older = credentials(role("HUB", "HUB")).to_wire()

    newer = up(Credentials, older, V2_2_1).value

    assert newer.to_wire()["hub_party_id"] == "NLHUB"
    assert down(newer, V2_2_1).value.to_wire() == older


def test_a_hub_of_2_2_1_does_not_list_the_parties_behind_it() -> None:
    hub = credentials(role("CPO", "ONE"), role("EMSP", "TWO"), hub_party_id="NLHUB")

    there = down(hub, V2_2_1, context(operator=BusinessDetails(name="Hub & Co")))

    assert there.value.to_wire()["roles"] == [
        {**role("HUB", "HUB"), "business_details": {"name": "Hub & Co"}}
    ]
    assert poorer(there) == ["/roles"]
    assert why_not(hub, V2_2_1, context()) == "2.2.1 asks for the business details of the hub"


def test_a_role_that_2_2_1_does_not_list_is_another() -> None:
    client = {
        "country_code": "NL",
        "party_id": "PTP",
        "role": "PTP",
        "status": "CONNECTED",
        "last_updated": LAST_UPDATED,
    }

    there = down(ClientInfo.model_validate(client), V2_2_1)

    assert there.value.to_wire()["role"] == "OTHER"
    assert poorer(there) == ["/role"]
    assert down(credentials(role("PTP", "PTP")), V2_2_1).value.to_wire()["roles"][0]["role"] == "OTHER"
