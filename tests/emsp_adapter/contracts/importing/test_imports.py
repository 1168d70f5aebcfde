"""Files of cards and contracts, as the back office sends them and as CPOs hear of them."""

import asyncio
import io
from typing import Any

import pytest

from emsp_adapter.contracts.importing.card_ledger import CardLedger
from emsp_adapter.contracts.importing.importer import AT_ONCE, BATCH
from ocpi.errors import PlatformFailed
from passerelle.admin_client import AdminRefused
from tests.emsp_adapter.contracts.issuing import SHARED_LOOP, Issuer

pytestmark = SHARED_LOOP

HEADER = "uid,contract_id,visual_number\n"
COUNTS = ("created", "changed", "unchanged", "refused")


def counts(told: Any) -> tuple[int, ...]:
    return tuple(told[name] for name in COUNTS)


async def objects(issuer: Issuer) -> list[Any]:
    """Everything that an import could have written."""
    found = []
    for name in ("objects", "object_history", "cards", "contracts", "outbox"):
        found += [row async for row in issuer.mongo.collection(name).find({}).sort("_id", 1)]
    return found


async def test_cards_of_a_file_reach_every_cpo(issuer: Issuer) -> None:
    (one, contract), (two, _) = issuer.fresh(), issuer.fresh()
    told = await issuer.send("/cards/import", f"{HEADER}{one},{contract},0001\n{two},{contract},\n")
    assert counts(told) == (2, 0, 0, 0)
    assert (told["rows"], told["total"], told["is_done"]) == (2, 2, True)
    await issuer.all_heard(one, valid=True, visual_number="0001")
    await issuer.all_heard(two, valid=True)


async def test_a_dry_run_tells_what_would_be_and_changes_nothing(issuer: Issuer) -> None:
    (one, contract), (two, _) = issuer.fresh(), issuer.fresh()
    await issuer.send("/cards/import", f"{HEADER}{one},{contract},0001\n")
    await issuer.all_heard(one, valid=True)
    await issuer.settled()
    before = await objects(issuer)
    text = f"{HEADER}{one},{contract},0002\n{two},{contract},\n,{contract},\n"
    told = await issuer.send("/cards/import", text, dry_run=True, block_missing=True)
    assert counts(told) == (1, 1, 0, 1)
    assert told["flaws"] == [{"line": 4, "column": 1, "text": "uid: is missing"}]
    assert told["blocked"] == 0
    assert await objects(issuer) == before


async def test_the_same_file_again_writes_nothing_and_tells_nobody(issuer: Issuer) -> None:
    uids = [issuer.fresh() for _ in range(3)]
    text = HEADER + "".join(f"{uid},{contract},\n" for uid, contract in uids)
    await issuer.send("/cards/import", text)
    await issuer.all_heard(uids[-1][0], valid=True)
    await issuer.settled()
    before, told_before = await objects(issuer), issuer.told_in_all()
    again = await issuer.send("/cards/import", text)
    assert counts(again) == (0, 0, 3, 0)
    assert await objects(issuer) == before
    await issuer.card()
    assert issuer.told_in_all() == told_before + len(issuer.cpos)


async def test_only_the_row_that_changed_is_written_and_told(issuer: Issuer) -> None:
    (one, contract), (two, _) = issuer.fresh(), issuer.fresh()
    await issuer.send("/cards/import", f"{HEADER}{one},{contract},1\n{two},{contract},1\n")
    await issuer.all_heard(one, valid=True)
    await issuer.all_heard(two, valid=True)
    told = await issuer.send("/cards/import", f"{HEADER}{one},{contract},2\n{two},{contract},1\n")
    assert counts(told) == (0, 1, 1, 0)
    await issuer.all_heard(one, visual_number="2")
    assert [len(issuer.told(cpo, two)) for cpo in issuer.cpos] == [1, 1, 1]


async def test_a_file_with_a_mistake_is_refused_and_changes_nothing(issuer: Issuer) -> None:
    uid, contract = issuer.fresh()
    before = await objects(issuer)
    text = f"{HEADER}{uid},{contract},\n,{contract},\n{uid},{contract},\n"
    with pytest.raises(AdminRefused, match="2 of 3 rows cannot be taken") as refused:
        await issuer.send("/cards/import", text)
    assert [(each["line"], each["column"]) for each in refused.value.flaws] == [(3, 1), (4, 1)]
    assert await objects(issuer) == before


async def test_the_good_rows_are_taken_where_that_is_wanted(issuer: Issuer) -> None:
    uid, contract = issuer.fresh()
    text = f"{HEADER}{uid},{contract},\n,{contract},\n"
    told = await issuer.send("/cards/import", text, good_rows=True)
    assert counts(told) == (1, 0, 0, 1)
    assert told["flaws"] == [{"line": 3, "column": 1, "text": "uid: is missing"}]
    await issuer.all_heard(uid, valid=True)


@pytest.mark.parametrize("text", ["", "uid\n04\n", "uid,contract_id,colour\n04,C1,red\n"])
async def test_a_file_that_is_none_is_refused(issuer: Issuer, text: str) -> None:
    with pytest.raises(AdminRefused, match="cannot be read as it is"):
        await issuer.send("/cards/import", text, good_rows=True)


async def test_progress_is_told_while_it_goes_on(issuer: Issuer) -> None:
    _, contract = issuer.fresh()
    rows = "".join(f"A{number:08X},{contract},\n" for number in range(4 * BATCH))

    def posted() -> list[Any]:
        body = io.BytesIO((HEADER + rows).encode())
        return list(issuer.emsp.admin.upload("/cards/import", body, dry_run="true"))

    steps = await asyncio.to_thread(posted)
    assert [(each["rows"], each["total"], each["is_done"]) for each in steps] == [
        (3 * BATCH, 4 * BATCH, False),
        (4 * BATCH, 4 * BATCH, False),
        (4 * BATCH, 4 * BATCH, True),
    ]


async def test_a_block_by_the_operator_holds_whatever_a_file_says(issuer: Issuer) -> None:
    uid, contract = issuer.fresh()
    await issuer.send("/cards/import", f"{HEADER}{uid},{contract},1\n")
    await issuer.ask("/cards/block", uid=uid)
    await issuer.all_heard(uid, valid=False)
    await issuer.send("/cards/import", f"{HEADER}{uid},{contract},2\n")
    await issuer.all_heard(uid, valid=False, visual_number="2")


async def test_cards_that_are_gone_from_the_file_are_counted_and_blocked_only_if_that_is_wanted(
    issuer: Issuer,
) -> None:
    (stays, contract), (goes, _) = issuer.fresh(), issuer.fresh()
    singly, _ = await issuer.card()
    both, one = f"{HEADER}{stays},{contract},\n{goes},{contract},\n", f"{HEADER}{stays},{contract},\n"
    await issuer.send("/cards/import", both)
    await issuer.send("/cards/import", both, block_missing=True)  # whatever other tests have imported
    told = await issuer.send("/cards/import", one)
    assert (told["missing"], told["blocked"]) == (1, 0)
    told = await issuer.send("/cards/import", one, block_missing=True)
    assert (told["missing"], told["blocked"]) == (1, 1)
    await issuer.all_heard(goes, valid=False)
    assert (await issuer.get("/cards", uid=singly))[0]["token"]["valid"]  # no file ever had it
    await issuer.send("/cards/import", both)
    await issuer.all_heard(goes, valid=True)


@pytest.mark.parametrize("text", [HEADER, f"{HEADER},C1,\n"])
async def test_a_file_that_may_not_be_whole_blocks_nobody(issuer: Issuer, text: str) -> None:
    """The row that cannot be read may be the card's."""
    uid, contract = issuer.fresh()
    await issuer.send("/cards/import", f"{HEADER}{uid},{contract},\n")
    told = await issuer.send("/cards/import", text, good_rows=True, block_missing=True)
    assert told["missing"] > 0
    assert told["blocked"] == 0
    assert (await issuer.get("/cards", uid=uid))[0]["token"]["valid"]


async def test_contracts_of_a_file_are_opened_and_their_cards_follow(issuer: Issuer) -> None:
    uid, contract = await issuer.card()
    text = f"contract_id,driver,whitelist\n{contract},D1,ALLOWED\n"
    assert counts(await issuer.send("/contracts/import", text)) == (1, 0, 0, 0)
    await issuer.all_heard(uid, whitelist="ALLOWED")
    assert counts(await issuer.send("/contracts/import", text)) == (0, 0, 1, 0)
    await issuer.ask("/contracts/block", contract_id=contract)
    await issuer.all_heard(uid, valid=False)
    changed = text.replace("D1", "D2")
    assert counts(await issuer.send("/contracts/import", changed)) == (0, 1, 0, 0)
    (shown,) = await issuer.get("/contracts", contract_id=contract)
    assert (shown["driver"], shown["state"]) == ("D2", "BLOCKED")


async def test_two_imports_of_the_same_cards_at_once_leave_them_whole(issuer: Issuer) -> None:
    _, contract = issuer.fresh()
    rows = [f"B{number:08X},{contract}" for number in range(40)]
    texts = [HEADER + "".join(f"{row},{word}\n" for row in rows) for word in ("one", "two")]
    await asyncio.gather(*(issuer.send("/cards/import", text) for text in texts))
    cards = issuer.mongo.collection("cards")
    objects = issuer.mongo.collection("objects")
    assert await cards.count_documents({"_id": {"$regex": "^rfid/b0"}, "unsettled": {"$exists": True}}) == 0
    async for card in cards.find({"_id": {"$regex": "^rfid/b0"}}):
        token = await objects.find_one({"_id": f"token/NL*MSP/{card['_id']}|*"})
        assert token is not None
        assert card["card"]["visual_number"].encode() in token["body"]


async def test_an_import_that_breaks_off_is_finished_by_the_same_file(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, contract = issuer.fresh()
    text = HEADER + "".join(f"D{number:08X},{contract},\n" for number in range(4 * BATCH))
    usual, batches = CardLedger.write, 0

    async def breaking(ledger: CardLedger, entries: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches > AT_ONCE:
            raise PlatformFailed("the power is off")
        return await usual(ledger, entries)

    monkeypatch.setattr(CardLedger, "write", breaking)
    told = await issuer.send("/cards/import", text)
    assert (told["is_done"], told["rows"]) == (False, AT_ONCE * BATCH)
    monkeypatch.undo()
    told = await issuer.send("/cards/import", text)
    assert counts(told) == (BATCH, 0, AT_ONCE * BATCH, 0)
