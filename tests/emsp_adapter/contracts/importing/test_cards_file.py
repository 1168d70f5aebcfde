"""The file of cards that is read at every start."""

from pathlib import Path

import pytest

from ocpi.authored.flaws import BrokenFile
from ocpi.process.mongo import Mongo
from tests.fakes.clock import ManualClock
from tests.platforms import running_emsp


async def test_the_file_that_is_read_at_start_may_have_no_mistake(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    cards = tmp_path / "cards.csv"
    cards.write_text("uid,contract_id\n04AA,C1\n04AA,C1\n")
    with pytest.raises(BrokenFile, match=r"cards.csv:3:1: uid: is in an earlier row already"):
        async with running_emsp(mongo, clock, tmp_path, cards):
            pass


async def test_the_file_that_is_read_at_start_takes_contract_ids_as_they_are(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    cards = tmp_path / "cards.csv"
    cards.write_text("uid,contract_id\n04AA,NL-TNM-C00122045-X\n")
    for _ in range(2):
        async with running_emsp(mongo, clock, tmp_path, cards):
            pass
        await clock.advance(seconds=5)
    versions = mongo.collection("object_history")
    assert await versions.count_documents({}) == 1
