"""A database that tests have one after the other: its collections and indexes, which take long to make, stay.

Whoever has it finds it empty, and may declare its indexes as on any other.
"""

import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Final

import pytest

from ocpi.process.mongo import Index, Mongo

SHARED_LOOP: Final = pytest.mark.asyncio(loop_scope="session")
"""Of every file whose tests share what runs: it lives longer than a test."""

_emptied: list[str] = []
"""Databases of this process that are nobody's now."""


@asynccontextmanager
async def lent(url: str) -> AsyncIterator["LentMongo"]:
    """An empty database, of this context alone; what fails in it is the last that anybody does there."""
    database = await LentMongo.connect(url, _emptied.pop() if _emptied else f"test_{uuid.uuid4().hex}")
    try:
        yield database
        await database.empty()
        _emptied.append(database.name)
    finally:
        database.close()


class LentMongo(Mongo):
    _standing: ClassVar[dict[str, set[str]]] = {}
    """Indexes by database; only this process knows of these databases."""

    async def declare(self, indexes: Iterable[Index]) -> None:
        standing = self._standing.setdefault(self.name, set())
        missing = [each for each in indexes if repr(each) not in standing]
        await super().declare(missing)
        standing.update(map(repr, missing))

    async def empty(self) -> None:
        """Delete every document; most collections of a service have none, and are not asked one by one."""
        for name in await self._with_documents():
            await self.collection(name, is_durable=False).delete_many({})

    async def _with_documents(self) -> list[str]:
        names = await self._database.list_collection_names()
        if not names:
            return []
        first, *others = names
        unions = [{"$unionWith": {"coll": name, "pipeline": _named(name)}} for name in others]
        found = self.collection(first).aggregate([*_named(first), *unions])
        return [each["name"] async for each in found]

    async def drop(self) -> None:
        self._standing.pop(self.name, None)
        await super().drop()


def _named(name: str) -> list[dict[str, Any]]:
    """The name of the collection if it has a document."""
    return [{"$limit": 1}, {"$project": {"_id": 0, "name": {"$literal": name}}}]
