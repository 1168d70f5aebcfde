"""docs/scaling.md names the shard key of every collection of the hub; no unique index stands against it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hub.bootstrap
from ocpi.process.mongo import Collection, Index, Mongo
from ocpi.service import foundation
from tests.fakes.clock import ManualClock
from tests.platforms import running_hub

DOCUMENT = Path(__file__).parents[2] / "docs" / "scaling.md"
NOT_SHARDED = "not sharded"
UNIQUE = [index for index in (*foundation.INDEXES, *hub.bootstrap.INDEXES) if index.unique]


def rows() -> Iterator[list[str]]:
    _, _, rest = DOCUMENT.read_text().partition("<!-- shard keys")
    table, _, _ = rest.partition("<!-- /shard keys")
    for line in table.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


KEYS = {name.strip("`"): key.strip("`") for name, key, *_ in rows()}
WRITTEN_UNIQUE = {
    (name.strip("`"), key.strip("` ")) for name, _, keys, *_ in rows() for key in keys.split(";")
}


async def test_every_collection_that_the_hub_uses_has_a_shard_key_or_stays_whole(
    mongo: Mongo, clock: ManualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = set()
    collection = Mongo.collection

    def noted(self: Mongo, name: str, **more: Any) -> Collection:
        used.add(name)
        return collection(self, name, **more)

    monkeypatch.setattr(Mongo, "collection", noted)
    async with running_hub(mongo, clock, tmp_path):
        pass
    assert used == KEYS.keys()


@pytest.mark.parametrize("index", UNIQUE, ids=lambda index: f"{index.collection}.{index.name}")
def test_a_unique_index_begins_with_the_shard_key(index: Index) -> None:
    key = KEYS[index.collection]
    fields = re.findall(r"(\w+):", key)
    assert key == NOT_SHARDED or [name for name, _ in index.keys][: len(fields)] == fields
    assert key == NOT_SHARDED or "hashed" not in key, "a unique index cannot be hashed"


def test_every_unique_index_is_written_down() -> None:
    declared = {(index.collection, ", ".join(name for name, _ in index.keys)) for index in UNIQUE}
    assert {each for each in WRITTEN_UNIQUE if each[1]} == declared
    assert declared, "there are unique indexes, so this test looks at something"


def test_the_commands_shard_what_the_table_says() -> None:
    script = DOCUMENT.read_text().partition("```js")[2].partition("```")[0]
    by_id = set(re.findall(r'"(\w+)"', script.partition("byId = [")[2].partition("]")[0]))
    assert by_id == {name for name, key in KEYS.items() if key == '{_id: "hashed"}'}
    others = set(re.findall(r"\{hub\}\.(\w+)`, (\{.*?\})", script))
    assert {(name, key.replace("{ ", "{").replace(" }", "}")) for name, key in others} == {
        (name, key) for name, key in KEYS.items() if key != NOT_SHARDED and name not in by_id
    }
