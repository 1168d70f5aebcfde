"""Real-time answers to CPOs of every version, within the limits of a contract.

C-086, C-087, C-089, C-090, as far as they are the issuer's part.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from passerelle.admin_client import AdminRefused
from schemas.times import datetime_text
from tests import build
from tests.emsp_adapter.authorization.office import (
    LYON,
    PARIS,
    PARTIES,
    SHARED_LOOP,
    VERSIONS,
    Office,
    running_office,
)
from tests.platforms import operate

pytestmark = SHARED_LOOP
PLACE = "LOC1"
EUROS = {"currency": "EUR"}
A_EURO = {"total_cost": {"before_taxes": 1}}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def office(mongo_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async with running_office(mongo_url, tmp_path_factory.mktemp("office")) as office:
        for version in VERSIONS:
            await office.desk(version).tell(PLACE, coordinates=PARIS)
            await office.desk(version).tell("LYON", coordinates=LYON)
        yield office


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_yes_names_the_card_the_place_and_a_reference_as_the_version_has_them(
    office: Office, version: str
) -> None:
    holder = await office.holder(valid_until="2027-01-01T00:00:00Z", cpos=[str(PARTIES[version])])
    heard = await office.desk(version).ask(holder.uid, PLACE, "E1")
    assert (heard.http, heard.status) == (200, 1000)
    assert (heard.data["allowed"], heard.data["location"]) == (
        "ALLOWED",
        {"location_id": PLACE, "evse_uids": ["E1"]},
    )
    of_later_versions = {"token", "authorization_reference"} & set(heard.data)
    assert of_later_versions == (set() if version == "2.1.1" else {"token", "authorization_reference"})
    assert "info" not in heard.data


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("limits", "allowed", "text"),
    [
        ({"state": "BLOCKED"}, "BLOCKED", "Ihr Vertrag ist gesperrt."),
        ({"state": "ENDED"}, "EXPIRED", "Ihr Vertrag ist beendet."),
        ({"valid_until": "2025-12-31T00:00:00Z"}, "EXPIRED", "Ihr Vertrag ist abgelaufen."),
        ({"valid_from": "2026-12-31T00:00:00Z"}, "NOT_ALLOWED", "noch nicht begonnen"),
        ({"cpos": ["DE*XYZ"]}, "NOT_ALLOWED", "dieses Betreibers"),
        ({"countries": ["DEU"]}, "NOT_ALLOWED", "in diesem Land"),
        ({"credit": 0, **EUROS}, "NO_CREDIT", "aufgebraucht"),
    ],
)
async def test_a_no_says_why_in_the_language_of_the_driver(
    office: Office, version: str, limits: dict[str, Any], allowed: str, text: str
) -> None:
    """C-089."""
    holder = await office.holder(language="de", **limits)
    heard = await office.desk(version).ask(holder.uid, PLACE)
    assert (heard.http, heard.status, heard.data["allowed"]) == (200, 1000, allowed)
    assert heard.data["info"]["language"] == "de"
    assert text in heard.data["info"]["text"]
    assert {"location", "authorization_reference"}.isdisjoint(heard.data)


@pytest.mark.parametrize(("of_card", "spoken"), [("fr", "fr"), (None, "it"), ("pl", "it")])
async def test_the_language_of_the_card_goes_before_that_of_the_contract(
    office: Office, of_card: str | None, spoken: str
) -> None:
    holder = await office.holder("BLOCKED", "it")
    await office.put_card(holder, language=of_card)
    assert (await office.desk().ask(holder.uid)).data["info"]["language"] == spoken


async def test_hours_are_those_of_the_contract_s_time_zone(office: Office) -> None:
    now = office.clock.now()
    an_hour = {"days": ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]}
    an_hour |= {"since": f"{now:%H:00}", "until": f"{now + timedelta(hours=1):%H:00}"}  # type: ignore[dict-item]
    there = await office.holder(hours=[an_hour], time_zone="Europe/London")
    elsewhere = await office.holder(hours=[an_hour], time_zone="Asia/Tokyo")
    assert await office.desk().said(there.uid, PLACE) == "ALLOWED"
    assert await office.desk().said(elsewhere.uid, PLACE) == "NOT_ALLOWED"


async def test_an_evse_that_its_cpo_removed_is_not_among_those_where_one_may_charge(office: Office) -> None:
    """C-086."""
    gone = [build.evse(uid="E1", status="REMOVED"), build.evse(uid="E2", status="CHARGING")]
    await office.desk().tell("PORT", evses=gone)
    holder = await office.holder()
    heard = await office.desk().ask(holder.uid, "PORT", "e1", "E2", "E9")
    assert heard.data["location"] == {"location_id": "PORT", "evse_uids": ["E2", "E9"]}


@pytest.mark.parametrize("version", VERSIONS)
async def test_where_countries_count_a_question_without_a_place_is_2002(office: Office, version: str) -> None:
    """C-090."""
    holder = await office.holder(countries=["FRA"])
    heard = await office.desk(version).ask(holder.uid)
    assert (heard.http, heard.status, heard.data) == (200, 2002, None)
    assert await office.answers(holder) == []
    assert await office.desk(version).said(holder.uid, PLACE) == "ALLOWED"


async def test_a_location_that_nobody_told_of_counts_as_its_cpo_s_country(office: Office) -> None:
    """C-093."""
    french, german = await office.holder(countries=["FRA"]), await office.holder(countries=["DEU"])
    assert await office.desk().said(french.uid, "UNHEARD-OF") == "ALLOWED"
    assert await office.desk().said(german.uid, "UNHEARD-OF") == "NOT_ALLOWED"


async def test_a_card_without_a_contract_is_judged_by_itself(office: Office) -> None:
    holder = await office.holder()
    await office.put_card(holder, contract_id="NL-MSP-UNKNOWN")
    assert await office.desk().said(holder.uid, PLACE) == "ALLOWED"


async def test_a_contract_is_found_however_the_card_spells_it(office: Office) -> None:
    holder = await office.holder("BLOCKED")
    await office.put_card(holder, contract_id=holder.contract_id.lower().replace("-", ""))
    assert await office.desk().said(holder.uid, PLACE) == "BLOCKED"


@pytest.mark.parametrize("what", ["the card", "the contract"])
async def test_what_is_blocked_at_one_process_is_refused_at_once_by_the_other(
    office: Office, what: str
) -> None:
    holder = await office.holder()
    assert await said_by_the_other(office, holder.uid) == "ALLOWED"
    if what == "the card":
        await office.do("/cards/block", uid=holder.uid)
    else:
        await office.do("/contracts/block", contract_id=holder.contract_id)
    assert await said_by_the_other(office, holder.uid) == "BLOCKED"


async def said_by_the_other(office: Office, uid: str) -> str:
    with office.at_the_other():
        return await office.desk().said(uid, PLACE)


@pytest.mark.parametrize("version", VERSIONS)
async def test_credit_is_used_up_by_what_runs_and_what_is_billed(office: Office, version: str) -> None:
    desk, holder = office.desk(version), await office.holder(credit=3, **EUROS)
    began = {"start_date_time": datetime_text(office.clock.now())}
    session, bill = f"S-{version}", f"B-{version}"
    await desk.tell_session(session, holder, **began, total_cost={"before_taxes": 2})
    assert await desk.said(holder.uid, PLACE) == "ALLOWED"
    await desk.tell_session(
        session, holder, **began, total_cost={"before_taxes": 3}, last_updated="2026-03-01T09:00:00Z"
    )
    assert await desk.said(holder.uid, PLACE) == "NO_CREDIT"
    await desk.bill(bill, holder, session_id=session, **began, total_cost={"before_taxes": "2.50"})
    assert await desk.said(holder.uid, PLACE) == "ALLOWED"
    await desk.bill(f"{bill}-2", holder, session_id=None, total_cost={"before_taxes": "0.50"})
    assert await desk.said(holder.uid, PLACE) == "NO_CREDIT"


async def test_credit_comes_back_with_a_credit_cdr(office: Office) -> None:
    desk, holder = office.desk(), await office.holder(credit=1, **EUROS)
    await desk.bill("TOO-MUCH", holder, **A_EURO)
    assert await desk.said(holder.uid, PLACE) == "NO_CREDIT"
    back = {"credit": True, "credit_reference_id": "TOO-MUCH", "total_cost": {"before_taxes": -1}}
    await desk.bill("TAKEN-BACK", holder, **back)
    await desk.bill("TAKEN-BACK", holder, **back)
    assert await desk.said(holder.uid, PLACE) == "ALLOWED"
    await desk.bill("RIGHT", holder, **A_EURO)
    assert await desk.said(holder.uid, PLACE) == "NO_CREDIT"


async def test_what_was_billed_before_credit_was_told_is_no_part_of_it(office: Office) -> None:
    desk, holder = office.desk(), await office.holder(credit=1, **EUROS)
    await desk.bill("OF-BEFORE", holder, **A_EURO)
    await office.clock.advance(seconds=1)
    at = datetime_text(office.clock.now())
    await office.agree_with(holder, credit=1, credit_at=at, **EUROS)
    await office.clock.advance(seconds=1)
    assert await desk.said(holder.uid, PLACE) == "ALLOWED"
    await desk.bill("OF-AFTER", holder, **A_EURO)
    assert await desk.said(holder.uid, PLACE) == "NO_CREDIT"


async def test_a_session_that_is_told_after_its_bill_costs_nothing_more(office: Office) -> None:
    desk, holder = office.desk(), await office.holder(credit=2, **EUROS)
    await desk.bill("FIRST", holder, session_id="SECOND", **A_EURO)
    await desk.tell_session("SECOND", holder, **A_EURO)
    assert await desk.said(holder.uid, PLACE) == "ALLOWED"


async def test_costs_in_another_currency_are_a_warning(office: Office) -> None:
    desk, holder = office.desk(), await office.holder(credit=1, **EUROS)
    await desk.bill("POUNDS", holder, currency="GBP", **A_EURO)
    assert await desk.said(holder.uid, PLACE) == "ALLOWED"
    (answer,) = await office.answers(holder)
    assert answer["warnings"] == ["OTHER_CURRENCY"]


async def test_no_more_charges_at_once_than_the_contract_allows(office: Office) -> None:
    desk, holder = office.desk(), await office.holder(language="nl", at_once=1)
    await desk.tell_session("RUNS", holder)
    heard = await desk.ask(holder.uid, "LYON", "E1")
    assert (heard.data["allowed"], heard.data["info"]["language"]) == ("NOT_ALLOWED", "nl")
    assert await desk.said(holder.uid, PLACE, "E1") == "ALLOWED"  # where it charges already
    later = {"last_updated": "2026-03-01T09:00:00Z"}
    await desk.tell_session("RUNS", holder, status="COMPLETED", **later)
    assert await desk.said(holder.uid, "LYON", "E1") == "ALLOWED"


async def test_the_back_office_s_own_start_is_judged_alike(office: Office) -> None:
    holder = await office.holder(countries=["DEU"])
    start = {"command": "START_SESSION", "location_id": PLACE, "cpo": "FR*C23", "token": {"uid": holder.uid}}
    with pytest.raises(AdminRefused, match="COUNTRY_NOT_COVERED"):
        await operate(office.emsp, "/commands", start)
    assert office.desk().cpo.heard("commands") == []
