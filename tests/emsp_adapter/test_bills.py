"""Bills that reach the issuer: by push, by pull, and on to the back office."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx

from ocpi.server.operator_auth import issue
from ocpi.wire import pagination
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from schemas import codec
from simulators.partner import Reply, Request
from tests import build
from tests.emsp_adapter.conftest import Issuing
from tests.platforms import CPO, EMSP, operate


def link_to(issuing: Issuing, cursor: int) -> dict[str, str]:
    return {pagination.LINK: f'<{issuing.cpo.base}/sender/cdrs?cursor={cursor}>; rel="next"'}


def serve(issuing: Issuing, bills: list[Any]) -> None:
    def page(request: Request) -> Reply:
        at = int(request.query.get("cursor", "0"))
        return Reply([bills[at]], headers=link_to(issuing, at + 1) if at + 1 < len(bills) else {})

    issuing.cpo.answer("GET", "cdrs", Side.SENDER, page)


def wire(**changes: Any) -> Any:
    return codec.decode(codec.dump(build.cdr(**changes)))


async def held(issuing: Issuing) -> list[Any]:
    return await asyncio.to_thread(issuing.emsp.admin.get, "/objects/cdrs")


async def test_a_pushed_bill_stays_readable_under_its_location(issuing: Issuing) -> None:
    body = codec.dump(build.cdr())
    heard = await issuing.push("POST", "cdrs", body=body)
    assert heard.http == 201
    suffix = heard.headers["Location"].split("/receiver/cdrs/")[1].split("/")
    again = await issuing.cpo.call(
        "GET", "cdrs", Side.RECEIVER, *suffix, routing=Routing(to=EMSP, sender=CPO)
    )
    assert again.body.startswith(b'{"data":' + body)


async def test_every_page_is_pulled_from_a_cpo_with_an_agreement(issuing: Issuing) -> None:
    """C-028."""
    serve(issuing, [wire(id=f"CDR{number}") for number in range(5)])
    pulled = await operate(issuing.emsp, "/cdrs/pull", {})
    assert pulled == {"FR*CPO": {"seen": 5, "new": 5, "bad": 0}}
    assert {cdr["id"] for cdr in await held(issuing)} == {f"CDR{number}" for number in range(5)}
    first, second = issuing.cpo.heard("cdrs", "GET")[:2]
    assert first.routing == second.routing == Routing(to=CPO, sender=EMSP)


async def test_a_bill_that_was_pushed_is_not_taken_twice(issuing: Issuing) -> None:
    await issuing.push("POST", "cdrs", body=codec.dump(build.cdr()))
    serve(issuing, [wire()])
    assert (await operate(issuing.emsp, "/cdrs/pull", {}))["FR*CPO"] == {"seen": 1, "new": 0, "bad": 0}
    assert len(await held(issuing)) == 1


async def test_one_bad_bill_does_not_cost_the_others(issuing: Issuing) -> None:
    """C-048."""
    serve(issuing, [wire(id="CDR1"), {"id": "broken"}, wire(id="CDR3")])
    assert (await operate(issuing.emsp, "/cdrs/pull", {}))["FR*CPO"] == {"seen": 3, "new": 2, "bad": 1}


async def test_a_bill_of_another_cpo_in_the_list_is_not_taken(issuing: Issuing) -> None:
    serve(issuing, [wire(party_id="OTH")])
    assert (await operate(issuing.emsp, "/cdrs/pull", {}))["FR*CPO"]["bad"] == 1
    assert await held(issuing) == []


async def test_a_link_to_another_host_is_not_followed(issuing: Issuing) -> None:
    stray = {pagination.LINK: '<http://elsewhere.example/cdrs>; rel="next"'}
    issuing.cpo.answer("GET", "cdrs", Side.SENDER, lambda _: Reply([wire()], headers=stray))
    assert "leads away" in (await operate(issuing.emsp, "/cdrs/pull", {}))["FR*CPO"]


async def test_the_next_pull_asks_from_before_the_last(issuing: Issuing) -> None:
    serve(issuing, [wire()])
    await operate(issuing.emsp, "/cdrs/pull", {})
    await operate(issuing.emsp, "/cdrs/pull", {})
    first, second = issuing.cpo.heard("cdrs", "GET")
    assert "date_from" not in first.query
    assert second.query["date_from"] == "2025-12-30T00:00:00Z"  # two days before the clock of the test


async def test_the_back_office_gets_a_table(issuing: Issuing) -> None:
    await issuing.push("POST", "cdrs", body=codec.dump(build.cdr(cdr_location=_place("=HYPERLINK(1)"))))
    text = await asyncio.to_thread(_csv, issuing)
    header, line = text.strip().split("\r\n")
    assert header.startswith("cpo,id,session_id,")
    assert "'=HYPERLINK(1)" in line
    assert line.startswith("FR*CPO,CDR1,")


def _place(name: str) -> Any:
    return {**build.cdr().cdr_location.to_wire(), "name": name}


def _csv(issuing: Issuing) -> str:
    admin = issuing.emsp.admin
    bearer = issue(admin.key, "test", admin.clock.now())
    response = httpx.get(f"{admin.url}/admin/v1/cdrs.csv", headers={"Authorization": f"Bearer {bearer}"})
    assert response.headers["Content-Type"].startswith("text/csv")
    return response.text


async def _verdicts(issuing: Issuing, **query: str) -> list[Any]:
    return await asyncio.to_thread(issuing.emsp.admin.get, "/verdicts", **query)


async def test_every_bill_is_priced_again_and_the_explanation_is_kept(issuing: Issuing) -> None:
    await issuing.push("POST", "cdrs", body=codec.dump(honest()))
    (verdict,) = await _verdicts(issuing)
    assert verdict["clean"], verdict["findings"]
    assert (verdict["cpo"], verdict["cdr"]) == ("FR*CPO", "CDR1")
    assert any("kWh" in sentence for sentence in verdict["explanation"])


async def test_a_total_that_does_not_follow_from_the_tariff_is_doubted_and_taken(issuing: Issuing) -> None:
    dear = {"before_taxes": 99, "taxes": [{"name": "VAT", "percentage": 20, "amount": Decimal("19.8")}]}
    heard = await issuing.push("POST", "cdrs", body=codec.dump(honest(total_cost=dear)))
    assert heard.http == 201
    (verdict,) = await _verdicts(issuing, doubted="true")
    assert "total_cost_differs" in [finding["code"] for finding in verdict["findings"]]
    assert (await held(issuing))[0]["total_cost"]["before_taxes"] == 99


async def test_a_pulled_bill_is_judged_like_a_pushed_one(issuing: Issuing) -> None:
    serve(issuing, [wire()])
    await operate(issuing.emsp, "/cdrs/pull", {})
    assert len(await _verdicts(issuing)) == 1


def honest(**changes: Any) -> Any:
    """10 kWh in an hour at 0.40: 4.00 and 20 % VAT."""
    tariff = build.tariff(
        id="T1",
        elements=[
            {"price_components": [{"type": "ENERGY", "price": Decimal("0.40"), "vat": 20, "step_size": 1}]}
        ],
    )
    period = {
        "start_date_time": "2025-12-31T10:00:00Z",
        "dimensions": [{"type": "ENERGY", "volume": 10}, {"type": "TIME", "volume": 1}],
        "tariff_id": "T1",
    }
    told: dict[str, Any] = {
        "tariffs": [tariff.to_wire()],
        "charging_periods": [period],
        "cdr_token": {**build.CDR_TOKEN, "uid": "04BB", "contract_id": "NL-MSP-C2"},
        "start_date_time": "2025-12-31T10:00:00Z",
        "end_date_time": "2025-12-31T11:00:00Z",
        "last_updated": "2025-12-31T11:00:05Z",
        "total_energy": 10,
        "total_time": 1,
        "total_parking_time": 0,
        "total_energy_cost": None,
        "total_time_cost": None,
        "total_fixed_cost": None,
        "total_parking_cost": None,
        "total_cost": {
            "before_taxes": 4,
            "taxes": [{"name": "VAT", "percentage": 20, "amount": Decimal("0.8")}],
        },
    }
    return build.cdr(**{**told, **changes})
