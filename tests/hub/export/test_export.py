"""Exports for accounts: three formats, read on by number, with nothing missed."""

import asyncio
import csv
import io
import json
from decimal import Decimal

import pytest
from yarl import URL

from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.wire.pagination import next_page
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from schemas.times import parse
from simulators.partner import Heard
from tests import build
from tests.hub.ledger.bills import ENDED, bill, credit, post
from tests.platforms import CPO, EMSP, operate
from tests.roaming import Roaming


@pytest.fixture
async def token(roaming: Roaming) -> str:
    wanted = {"party": str(EMSP), "modules": ["cdrs", "sessions"], "expires": "2027-01-31"}
    return str((await operate(roaming.hub, "/access", wanted))["token"])


async def get(roaming: Roaming, token: str, path: str) -> Heard:
    return await roaming.emsp.plain("GET", f"{roaming.hub.url}/export/{path}", f"Bearer {token}")


async def test_json_holds_each_bill_as_its_owner_sent_it(roaming: Roaming, token: str) -> None:
    body = codec.encode(bill())[:-1] + b', "odd":1.50 }'
    await post(roaming, body)
    heard = await get(roaming, token, "cdrs.json")
    assert heard.headers["Content-Type"].startswith("application/json")
    assert body in heard.body
    told = json.loads(heard.body)
    (line,) = told["cdrs"]
    assert (told["after"], told["more"], told["next"]) == (0, False, line["seq"])
    assert (line["clean"], line["owner"], line["to"]) == (True, str(CPO), str(EMSP))
    assert heard.headers["X-Next-After"] == str(line["seq"])
    assert "Link" not in heard.headers


async def test_each_line_of_ndjson_is_a_document(roaming: Roaming, token: str) -> None:
    await post(roaming, b"{\n " + codec.encode(bill("A"))[1:-1] + b"\r\n}")
    await post(roaming, bill("B"))
    heard = await get(roaming, token, "cdrs.ndjson")
    assert heard.headers["Content-Type"] == "application/x-ndjson"
    lines = heard.body.decode().split("\n")
    assert [json.loads(line)["cdr"]["id"] for line in lines[:-1]] == ["A", "B"]
    assert lines[-1] == ""


async def test_csv_is_read_by_a_spreadsheet_and_runs_nothing_there(roaming: Roaming, token: str) -> None:
    """62."""
    evil = {**bill()["cdr_location"], "name": '=HYPERLINK("http://x";"y")'}
    await post(roaming, bill("A", cdr_location=evil, remark="@x\n=1"))
    await post(roaming, credit("A", "B"))
    heard = await get(roaming, token, "cdrs.csv")
    assert heard.headers["Content-Type"] == "text/csv"
    rows = list(csv.DictReader(io.StringIO(heard.body.decode(), newline="")))
    assert [row["id"] for row in rows] == ["A", "B"]
    assert rows[0]["cdr_location/name"] == "'" + evil["name"]
    assert rows[0]["remark"] == "'@x\n=1"
    assert [(row["total_cost/before_taxes"], row["taxes"]) for row in rows] == [
        ("2.00", "0.40"),
        ("-2.00", "-0.40"),
    ]
    assert (rows[1]["credit"], rows[1]["credit_reference_id"]) == ("true", "A")
    assert rows[0]["state"] == "credited"
    assert Decimal(rows[0]["total_energy"]) == 8


@pytest.mark.parametrize("form", ["json", "ndjson", "csv"])
async def test_links_and_numbers_lead_through_everything_once(
    roaming: Roaming, token: str, form: str
) -> None:
    for n in range(5):
        await post(roaming, bill(f"C{n}"))
    by_link, heard = [], await get(roaming, token, f"cdrs.{form}?limit=2")
    by_link += ids(form, heard)
    while following := next_page(heard.headers, URL(roaming.hub.url)):
        heard = await roaming.emsp.plain("GET", str(following), f"Bearer {token}")
        by_link += ids(form, heard)
    by_number, after = [], "0"
    while page := ids(form, heard := await get(roaming, token, f"cdrs.{form}?limit=2&after={after}")):
        by_number += page
        after = heard.headers["X-Next-After"]
    assert by_link == by_number == [f"C{n}" for n in range(5)]
    assert heard.headers["X-Next-After"] == after


def ids(form: str, heard: Heard) -> list[str]:
    text = heard.body.decode()
    if form == "csv":
        return [row["id"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    if form == "json":
        return [line["cdr"]["id"] for line in json.loads(text)["cdrs"]]
    return [json.loads(line)["cdr"]["id"] for line in text.splitlines()]


async def test_a_partner_reads_its_own_export_with_its_own_token(roaming: Roaming) -> None:
    await post(roaming, bill())
    assert roaming.cpo.their_token is not None
    url = f"{roaming.hub.url}/export/cdrs.json"
    heard = await roaming.cpo.send("GET", url, roaming.cpo.their_token)
    assert [line["id"] for line in json.loads(heard.body)["cdrs"]] == ["CDR1"]


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "limit=0", "date_from=2026-01-01T00:00:00Z", "after=1&after=2"]
)
async def test_what_an_export_does_not_know_is_refused(roaming: Roaming, token: str, query: str) -> None:
    heard = await get(roaming, token, f"cdrs.json?{query}")
    assert (heard.http, heard.status) == (200, 2001)


async def test_a_session_is_exported_as_it_is_now(roaming: Roaming, token: str) -> None:
    await roaming.push("sessions", "FR", "CPO", "S1", body=build.session(), to=EMSP)
    change = {"kwh": 9, "last_updated": "2026-03-01T09:00:00Z"}
    await roaming.push("sessions", "FR", "CPO", "S1", body=change, to=EMSP, method="PATCH")
    heard = await get(roaming, token, "sessions.csv")
    (row,) = csv.DictReader(io.StringIO(heard.body.decode(), newline=""))
    assert (row["id"], row["kwh"]) == ("S1", "9")


class Nightly:
    """A reader that keeps nothing but the number of what it read last."""

    def __init__(self, roaming: Roaming, token: str) -> None:
        self._roaming = roaming
        self._token = token
        self.after = "0"
        self.read: list[str] = []

    async def reads(self) -> list[str]:
        """What is new tonight."""
        heard = await get(self._roaming, self._token, f"cdrs.json?after={self.after}&limit=3")
        new = [line["cdr"]["id"] for line in json.loads(heard.body)["cdrs"]]
        self.after = heard.headers["X-Next-After"]
        self.read += new
        return [*new, *(await self.reads())] if "Link" in heard.headers else new


async def test_a_bill_that_is_two_days_late_is_found_by_whoever_reads_every_night(
    roaming: Roaming, token: str
) -> None:
    """By `last_updated` it would be older than what was read last night, and never be seen."""
    nightly = Nightly(roaming, token)
    await post(roaming, bill("ON-TIME", last_updated="2025-12-31T23:00:00Z"))
    assert await nightly.reads() == ["ON-TIME"]
    await roaming.much_later(hours=24)
    late = bill(
        "LATE",
        last_updated="2025-12-30T08:00:00Z",
        end_date_time="2025-12-30T08:00:00Z",
        start_date_time="2025-12-30T07:00:00Z",
    )
    assert (await post(roaming, late)).status == 1000
    by_time = await roaming.pull("cdrs", date_from="2025-12-31T23:00:00Z")
    assert [each["id"] for each in by_time.data] == ["ON-TIME"]
    assert await nightly.reads() == ["LATE"]
    assert await nightly.reads() == []


async def test_nothing_is_missed_or_read_twice_while_several_processes_write(
    roaming: Roaming, token: str
) -> None:
    """Numbers reach the disk in no order; two processes of the hub take them in turns."""
    foundation = roaming.hub.foundation
    stores = [foundation.store, ObjectStore(foundation.mongo, foundation.clock)]
    nightly, total = Nightly(roaming, token), 60

    async def write(store: ObjectStore, numbers: range) -> None:
        for n in numbers:
            await store.insert(written(f"C{n:03d}"))

    async def keep_reading() -> None:
        while True:
            await nightly.reads()
            await asyncio.sleep(0)

    reading = asyncio.gather(keep_reading())
    await asyncio.gather(*(write(store, range(k, total, 4)) for k, store in enumerate(stores * 2)))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await roaming.later(seconds=2)  # a block of numbers that is not used up is given back after a second
    await nightly.reads()
    assert sorted(nightly.read) == [f"C{n:03d}" for n in range(total)]


def written(bill_id: str) -> Record:
    key = ObjectKey(ObjectKind.CDR, CPO, bill_id)
    return Record(key, parse(ENDED), codec.encode(bill(bill_id)), EMSP)
