"""Bills as files for accounts: exact, in a stable order, and without gaps while more come."""

import asyncio
import csv
import io
from decimal import Decimal
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from emsp_adapter.billing import export
from schemas import codec
from tests.conformance.far_side import FarSide
from tests.emsp_adapter.billing.office import CARD, SHARED_LOOP, VERSIONS, Office, ended, price

pytestmark = SHARED_LOOP
NEXT = "X-Next-After"


async def exported(office: Office, kind: str, cpo: FarSide, **query: str) -> list[dict[str, Any]]:
    response = await office.download(f"/cdrs.{kind}", cpo=str(cpo.party), **query)
    assert response.status_code == 200, response.text
    return lines_of(response, kind)


def lines_of(response: httpx.Response, kind: str) -> list[dict[str, Any]]:
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(response.text)))
    if kind == "ndjson":
        return [codec.decode(line) for line in response.content.splitlines()]  # type: ignore[misc]
    rows: list[dict[str, Any]] = parquet.read_table(pa.BufferReader(response.content)).to_pylist()
    return rows


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("version", VERSIONS)
async def test_bills_of_every_version_are_exported_with_their_verdict(
    office: Office, version: str, kind: str
) -> None:
    cpo = office.cpos[version]
    bill = await office.bill(cpo)
    (line,) = [each for each in await exported(office, kind, cpo) if each["id"] == bill["id"]]
    net = line["theirs"]["excl_tax"] if kind == "ndjson" else line["total_excl_tax"]
    assert Decimal(str(net)) == 4
    assert (line["place"], line["audit"]) == ("LIVE", "DONE")
    if kind == "ndjson":
        assert line["cdr"]["id"] == bill["id"]
    else:
        assert line["token_uid"] == "04BB"


async def test_amounts_keep_every_digit_in_parquet(office: Office) -> None:
    cpo = office.cpo()
    exact = Decimal("4.000000000000000001")
    await office.bill(cpo, total_cost=price(exact, Decimal("0.8")))
    response = await office.download("/cdrs.parquet", cpo=str(cpo.party))
    table = parquet.read_table(pa.BufferReader(response.content))
    assert table.schema.field("total_excl_tax").type == pa.decimal128(38, 18)
    assert table["total_excl_tax"].to_pylist() == [exact]
    assert table["difference_excl_tax"].to_pylist() == [Decimal("0.000000000000000001")]
    assert str(table.schema.field("end_date_time").type) == "timestamp[ms, tz=UTC]"


async def test_what_a_spreadsheet_would_take_for_a_formula_is_text(office: Office) -> None:
    cpo = office.cpo()
    first = office.honest(cpo)
    await office.send(cpo, {**first, "cdr_location": {**first["cdr_location"], "name": "=HYPERLINK(1)"}})
    credit = await office.credit(cpo, first)
    lines = {each["id"]: each for each in await exported(office, "csv", cpo)}
    assert lines[first["id"]]["location"] == "'=HYPERLINK(1)"
    assert lines[credit["id"]]["total_excl_tax"] == "-4"


async def test_filters_tell_bills_apart(office: Office) -> None:
    cpo = office.cpo()
    plain = await office.bill(cpo)
    credit = await office.credit(cpo, plain)
    early = await office.bill(cpo, **ended("2026-02-10"))
    other = await office.bill(cpo, cdr_token={**CARD, "uid": "04AA", "contract_id": "NL-MSP-C1"})
    dear = await office.bill(cpo, total_cost=price(9, Decimal("1.8")))
    swiss = await office.bill(cpo, currency="CHF")
    every = [plain, credit, early, other, dear, swiss]
    for query, wanted in (
        ({}, every),
        ({"until": "2026-03-01"}, [early]),
        ({"since": "2026-03-01", "credit": "true"}, [credit]),
        ({"contract": "nl-msp-c1"}, [other]),
        ({"token": "04aa"}, [other]),
        ({"finding": "total_cost_differs"}, [dear]),
        ({"dispute": "REVIEW", "currency": "EUR"}, [dear]),
        ({"currency": "CHF"}, [swiss]),
        ({"dispute": "none", "place": "LIVE", "since": "2026-03-01", "contract": "NL-MSP-C2"}, []),
    ):
        found = [each["id"] for each in await exported(office, "csv", cpo, **query)]
        assert found == [each["id"] for each in wanted], query


async def test_an_unknown_filter_is_a_problem(office: Office) -> None:
    response = await office.download("/cdrs.csv", colour="red")
    assert (response.status_code, response.headers["Content-Type"]) == (
        422,
        "application/problem+json",
    )


async def test_who_goes_on_behind_the_last_number_misses_nothing_and_gets_nothing_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While bills come, in batches of three."""
    monkeypatch.setattr(export, "AT_ONCE", 3)
    cpo = office.cpo()
    bills = [office.honest(cpo) for _ in range(12)]
    seen: list[str] = []

    async def come() -> None:
        for bill in bills:
            await office.send(cpo, bill)

    async def go() -> None:
        after = "0"
        while len(seen) < len(bills):
            response = await office.download("/cdrs.csv", cpo=str(cpo.party), after=after)
            seen.extend(each["id"] for each in lines_of(response, "csv"))
            after = response.headers[NEXT]

    await asyncio.gather(come(), go())
    assert seen == [each["id"] for each in bills]


async def test_an_export_shows_bills_that_nobody_could_judge_yet(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ArithmeticError

    monkeypatch.setattr("emsp_adapter.billing.auditor.examine", broken)
    cpo = office.cpo()
    bill = await office.bill(cpo)
    (line,) = await exported(office, "csv", cpo)
    assert (line["id"], line["audit"], line["total_incl_tax"]) == (bill["id"], "WAITING", "4.8")
