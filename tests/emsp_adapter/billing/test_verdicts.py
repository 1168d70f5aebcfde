"""A bill comes, of any version, and is priced again, checked and put into its session."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from emsp_adapter.billing import auditor
from emsp_adapter.billing.row import AuditState
from ocpi.objects.record import Record
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind, PartyId
from schemas.v2_3_0.cdrs import CDR
from tests import build
from tests.conformance.far_side import FarSide
from tests.emsp_adapter.billing.office import CARD, SHARED_LOOP, VERSIONS, Office, price
from tests.fakes.eventually import eventually_so

pytestmark = SHARED_LOOP
DEAR = price(Decimal("5.25"), Decimal("1.05"))


def number(told: Any) -> Decimal:
    return Decimal(str(told))


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_honest_bill_of_every_version_is_clean_live_and_explained(
    office: Office, version: str
) -> None:
    cpo = office.cpos[version]
    shown = await office.shown(await office.bill(cpo), cpo)
    assert shown["clean"], shown["verdict"]
    assert (shown["audit"], shown["place"], shown["dispute"]) == ("DONE", "LIVE", None)
    assert number(shown["theirs"]["excl_tax"]) == number(shown["ours"]["excl_tax"]) == 4
    assert number(shown["difference"]["excl_tax"]) == 0
    assert any("kWh" in sentence for sentence in shown["explanation"])
    assert shown["lines"][0]["price"] == "0.4"
    assert shown["cdr"]["cdr_token"]["uid"] == "04BB"


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_wrong_total_of_every_version_is_taken_and_the_difference_told_to_the_digit(
    office: Office, version: str
) -> None:
    cpo = office.cpos[version]
    bill = await office.bill(cpo, total_cost=DEAR, total_energy_cost=None)
    shown = await office.shown(bill, cpo)
    assert "total_cost_differs" in shown["findings"]
    assert (shown["clean"], number(shown["difference"]["excl_tax"])) == (False, Decimal("1.25"))
    assert shown["dispute"]["state"] == "REVIEW"
    assert bill["id"] in await office.listed(cpo, dispute="REVIEW", finding="total_cost_differs")


async def test_a_bill_without_tariffs_is_priced_by_the_one_that_was_valid_then(office: Office) -> None:
    """It was 0.40 when the session began, and is 0.90 now."""
    cpo = office.cpo()
    await _publish(cpo, "0.40", "2026-03-01T00:00:00Z")
    await _publish(cpo, "0.90", "2026-03-20T00:00:00Z")
    shown = await office.shown(await office.bill(cpo, tariffs=[]), cpo)
    assert number(shown["ours"]["excl_tax"]) == 4
    assert shown["clean"], shown["verdict"]


async def test_a_tariff_of_the_connector_prices_a_bill_that_names_none(office: Office) -> None:
    cpo = office.cpo()
    await _publish(cpo, "0.40", "2026-03-01T00:00:00Z")
    place = build.location(country_code=cpo.party.country_code, party_id=cpo.party.party_id)
    assert (await cpo.push("PUT", "locations", "LOC1", body=codec.dump(place))).is_success
    bill = office.honest(cpo, tariffs=[])
    del bill["charging_periods"][0]["tariff_id"]
    bill["cdr_location"]["evse_uid"] = "E1"
    await office.send(cpo, bill)
    assert number((await office.shown(bill, cpo))["ours"]["excl_tax"]) == 4


async def _publish(cpo: Any, energy: str, last_updated: str) -> None:
    component = {"type": "ENERGY", "price": Decimal(energy), "vat": 20, "step_size": 1}
    tariff = build.tariff(
        country_code=cpo.party.country_code,
        party_id=cpo.party.party_id,
        id="T1",
        elements=[{"price_components": [component]}],
        last_updated=last_updated,
    )
    assert (await cpo.push("PUT", "tariffs", "T1", body=codec.dump(tariff))).is_success


@pytest.mark.parametrize("version", ["2.3.0", "2.2.1"])
async def test_the_answer_that_a_bill_refers_to_is_looked_up(office: Office, version: str) -> None:
    cpo = office.cpos[version]
    told = await cpo.sender("POST", "tokens", "04AA", "authorize")
    reference = told.data["authorization_reference"]
    asked = {"auth_method": "AUTH_REQUEST", "authorization_reference": reference}
    ours = {**CARD, "uid": "04AA", "contract_id": "NL-MSP-C1"}
    good = await office.shown(await office.bill(cpo, cdr_token=ours, **asked), cpo)
    other = await office.shown(await office.bill(cpo, **asked), cpo)
    assert {"authorization_unknown", "authorization_of_another_card"}.isdisjoint(good["findings"])
    assert "authorization_of_another_card" in other["findings"]
    strange = await office.bill(cpo, auth_method="AUTH_REQUEST", authorization_reference="nobody-said-so")
    assert "authorization_unknown" in (await office.shown(strange, cpo))["findings"]


async def test_the_card_of_another_issuer_is_not_paid_for(office: Office) -> None:
    cpo = office.cpo()
    bill = await office.bill(cpo, cdr_token={**CARD, "party_id": "OTH"})
    shown = await office.shown(bill, cpo)
    assert "token_unknown" in shown["findings"]
    assert shown["dispute"]["state"] == "REVIEW"


async def test_what_the_session_said_is_held_against_its_bill(office: Office) -> None:
    cpo = office.cpo()
    bill = office.honest(cpo)
    owner = {"country_code": cpo.party.country_code, "party_id": cpo.party.party_id}
    session = build.session(**owner, id=bill["session_id"], cdr_token=CARD, kwh=7, status="COMPLETED")
    assert (await cpo.push("PUT", "sessions", bill["session_id"], body=codec.dump(session))).is_success
    await office.send(cpo, bill)
    shown = await office.shown(bill, cpo)
    assert "session_energy_differs" in shown["findings"]
    assert "session_unknown" not in shown["findings"]


async def test_two_bills_of_a_card_at_one_evse_and_time_overlap(office: Office) -> None:
    cpo = office.cpo()
    first = await office.bill(cpo)
    second = await office.bill(cpo, cdr_location=first["cdr_location"])
    assert "overlaps_other_cdr" in (await office.shown(second, cpo))["findings"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end_date_time": "2026-03-15T09:00:00Z"}, "end_before_start"),
        ({"currency": "XYZ"}, "currency_unknown"),
        ({"last_updated": "2027-03-15T11:00:05Z", "end_date_time": "2027-03-15T11:00:00Z"}, "in_the_future"),
        ({"total_energy": 400}, "energy_above_battery"),
    ],
)
async def test_what_cannot_be_or_hardly_is_taken_and_found(
    office: Office, changes: dict[str, Any], code: str
) -> None:
    cpo = office.cpos["2.3.0"]
    shown = await office.shown(await office.bill(cpo, **changes), cpo)
    assert code in shown["findings"]


async def test_a_bill_that_cannot_be_judged_is_taken_and_judged_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpo = office.cpo()

    def broken(*_: Any) -> None:
        raise ArithmeticError

    with monkeypatch.context() as broken_for_now:
        broken_for_now.setattr(auditor, "examine", broken)
        bill = office.honest(cpo)
        assert (await office.send(cpo, bill)).http == 201
        await office.clock.leap(minutes=1)
        await eventually_so(lambda: _is_judged(office, cpo, bill, "FAILED"))
    await office.clock.leap(minutes=10)
    await eventually_so(lambda: _is_judged(office, cpo, bill))
    assert (await office.shown(bill, cpo))["clean"]


async def test_a_bill_whose_taker_died_before_it_was_judged_is_judged(office: Office) -> None:
    cpo = office.cpo()
    value = office.honest(cpo)
    await _only_kept(office, value)
    await office.clock.leap(minutes=1)
    await eventually_so(lambda: _is_judged(office, cpo, value))


async def test_a_very_large_bill_is_answered_first_and_judged_afterwards(office: Office) -> None:
    cpo = office.cpo()
    one = office.honest(cpo)["charging_periods"][0]
    bill = await office.bill(cpo, charging_periods=[one] * 1500)
    assert await office.listed(cpo) == []
    await office.clock.leap(minutes=1)
    await eventually_so(lambda: _is_judged(office, cpo, bill))
    assert len(codec.encode(bill)) > auditor.AT_ONCE_BYTES


async def _is_judged(office: Office, cpo: FarSide, bill: dict[str, Any], audit: str = "DONE") -> bool:
    found = await office.get("/bills", cpo=str(cpo.party))
    return [(each["id"], each["audit"]) for each in found["bills"]] == [(bill["id"], audit)]


async def _only_kept(office: Office, value: dict[str, Any]) -> None:
    """As a process does that is killed then."""
    bill = CDR.model_validate(value)
    key = ObjectKey(ObjectKind.CDR, PartyId(value["country_code"], value["party_id"]), value["id"])
    await office.emsp.foundation.store.insert(Record(key, bill.last_updated, codec.encode(value)))


async def test_a_bill_is_judged_again_when_the_operator_asks(office: Office) -> None:
    cpo = office.cpo()
    bill = await office.bill(cpo)
    before = (await office.shown(bill, cpo))["judged_at"]
    await office.clock.leap(minutes=1)
    again = await office.post("/bills/audit", {"id": bill["id"]})
    assert again["audit"] == AuditState.DONE
    assert again["judged_at"] > before


async def test_the_same_bill_again_changes_nothing(office: Office) -> None:
    cpo = office.cpo()
    bill = await office.bill(cpo)
    before = await office.shown(bill, cpo)
    await asyncio.gather(*(office.send(cpo, bill) for _ in range(3)))
    assert await office.shown(bill, cpo) == before
