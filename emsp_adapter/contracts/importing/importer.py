"""A file on its way into the database: checked as a whole first, then written batch by batch.

A file with a mistake changes nothing, unless its good rows were asked for. What is broken off half way is
finished by importing the same file again: rows that are there already write nothing and tell nobody.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Generic, TypeVar

from emsp_adapter.contracts.importing.card_ledger import CardLedger
from emsp_adapter.contracts.importing.comparing import NOTHING, Counts, Ledger
from emsp_adapter.contracts.importing.reading import Entry, Reading, RowKind
from ocpi.authored.flaws import Flaw

BATCH: Final = 500
AT_ONCE: Final = 3
"""So many batches: while the database writes some, others are made."""

Item = TypeVar("Item")
_Group = list[list[Entry[Item]]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """`block_missing`: cards that earlier files brought and this one, which has no mistake, does not have."""

    dry_run: bool = False
    good_rows: bool = False
    block_missing: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """`rows` of `total` are done with; `missing` is not known before the end."""

    total: int
    rows: int = 0
    counts: Counts = NOTHING
    refused: int = 0
    missing: int = 0
    blocked: int = 0
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    rows: int
    flaws: list[Flaw]
    refused: int


class Importer(Generic[Item]):
    """`cards` finds what is missing, in a file of cards."""

    def __init__(self, kind: RowKind[Item], ledger: Ledger[Item], cards: CardLedger | None = None) -> None:
        self._kind = kind
        self._ledger = ledger
        self._cards = cards

    async def check(self, file: Path, called: Path) -> Checked:
        """Every mistake of the file. Raises BrokenFile if it cannot be read at all."""
        reading = Reading(file, called, self._kind)
        for _ in reading.batches(BATCH):
            await asyncio.sleep(0)  # a card that is held against a station is answered meanwhile
        return Checked(reading.rows, reading.flaws.first, reading.flaws.rows)

    async def run(self, file: Path, called: Path, wanted: Wanted, total: int) -> AsyncIterator[Progress]:
        """Of a file that was checked and has `total` rows; how far it is, up to the end."""
        reading = Reading(file, called, self._kind)
        counts = NOTHING
        for group in _groups(reading.batches(BATCH)):
            counts += await self._group(group, wanted)
            yield Progress(total, reading.rows, counts, reading.flaws.rows)
        blocks = wanted.block_missing and not wanted.dry_run and _is_whole(reading)
        missing = await self._missing(reading.names, blocks=blocks)
        yield Progress(
            total, reading.rows, counts, reading.flaws.rows, missing, missing if blocks else 0, is_done=True
        )

    async def _group(self, group: "_Group[Item]", wanted: Wanted) -> Counts:
        act = self._ledger.compare if wanted.dry_run else self._ledger.write
        return sum(await asyncio.gather(*map(act, group)), NOTHING)

    async def _missing(self, names: set[str], *, blocks: bool) -> int:
        found = 0
        if self._cards is not None:
            async for batch in self._cards.missing(names, size=BATCH):
                found += len(batch)
                if blocks:
                    await self._cards.block(batch)
        return found


def _is_whole(reading: Reading[Item]) -> bool:
    """A row that cannot be read may be that of a card, and an empty file is nobody's list of cards."""
    return reading.rows > 0 and reading.flaws.rows == 0


def _groups(batches: "Iterator[list[Entry[Item]]]") -> "Iterator[_Group[Item]]":
    while group := list(islice(batches, AT_ONCE)):
        yield group
