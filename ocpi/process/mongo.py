"""The one owner of the database driver: how a service reaches MongoDB, and what stores may use of it.

Every write is acknowledged by a majority and is in the journal before it counts, whatever the URL says,
unless its collection is opened for less; indexes are declared in code. Works on a replica set and on a
sharded cluster, where a unique index has to begin with the shard key. Money and energy are Decimals on both
sides. Stores take their types from here, so that changing the driver (PyMongo's own asyncio API is the
successor of motor) changes this file.
"""

import asyncio
import decimal
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from enum import Enum, auto
from typing import Any, ClassVar, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from bson.errors import InvalidDocument
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import (
    ASCENDING,
    DESCENDING,
    GEOSPHERE,
    DeleteOne,
    IndexModel,
    InsertOne,
    MongoClient,
    UpdateOne,
)
from pymongo.collection import ReturnDocument
from pymongo.errors import BulkWriteError, OperationFailure, PyMongoError, WriteError
from pymongo.errors import DuplicateKeyError as DuplicateKey
from pymongo.write_concern import WriteConcern

from ocpi.process.failures import StartFailed
from ocpi.process.redaction import without_passwords

__all__ = [
    "ASCENDING",
    "DESCENDING",
    "GEOSPHERE",
    "BulkWriteError",
    "Collection",
    "CommandRefused",
    "DatabaseUnavailable",
    "DeleteOne",
    "Document",
    "DriverError",
    "DuplicateKey",
    "Index",
    "IndexConflict",
    "InsertOne",
    "Mongo",
    "ReturnDocument",
    "UpdateOne",
    "Write",
    "Written",
    "commands_to",
    "has_won",
    "write_each",
]

Document = dict[str, Any]
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
DriverError = PyMongoError
CommandRefused = OperationFailure
Write: TypeAlias = "InsertOne[Document] | UpdateOne | DeleteOne"

_DUPLICATE_KEY = 11000
DURABLE = WriteConcern(w="majority", j=True, wtimeout=10_000)
NOT_DURABLE = WriteConcern(w=1)
_UNLESS_THE_URL_SAYS_OTHERWISE = {
    "appname": "passerelle",
    "serverSelectionTimeoutMS": 5_000,  # a request waits no longer than this for a primary
    "connectTimeoutMS": 5_000,
    "socketTimeoutMS": 30_000,
    "maxPoolSize": 64,
}


class DatabaseUnavailable(StartFailed):
    """MongoDB cannot be used; the text is one line for an operator, without the password."""


class IndexConflict(StartFailed):
    """An index cannot stand as declared: another one of that name or key does, or the data break it."""

    exit_code: ClassVar[int] = os.EX_DATAERR


class _DecimalCodec(TypeCodec):
    """Decimal with all its digits (34 of them) and its exponent: 1.10 comes back as 1.10."""

    python_type = decimal.Decimal
    bson_type = Decimal128

    def transform_python(self, value: decimal.Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> decimal.Decimal:
        return value.to_decimal()


_CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True, tzinfo=UTC, type_registry=TypeRegistry([_DecimalCodec()])
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index a store cannot do without.

    `expire_after_s`: a document goes that long after the instant in its (single) key field.
    `partial`: the filter of the documents it covers.
    """

    collection: str
    keys: Sequence[tuple[str, int | str]]
    unique: bool = False
    expire_after_s: int | None = None
    partial: Document | None = None

    @property
    def name(self) -> str:
        """As the driver calls it."""
        return "_".join(f"{key}_{direction}" for key, direction in self.keys)

    def model(self) -> IndexModel:
        options: Document = {"unique": True} if self.unique else {}
        if self.expire_after_s is not None:
            options["expireAfterSeconds"] = self.expire_after_s
        if self.partial is not None:
            options["partialFilterExpression"] = self.partial
        return IndexModel(list(self.keys), **options)


class Mongo:
    """One database of a MongoDB deployment. Made by `connect`, given back by `close`."""

    def __init__(self, client: "AsyncIOMotorClient[Document]", database: str) -> None:
        self.name = database
        self._client = client
        self._database = client.get_database(database, codec_options=_CODEC, write_concern=DURABLE)

    @classmethod
    async def connect(cls, url: str, database: str) -> Self:
        """Reach the deployment at `url`. Raises DatabaseUnavailable: unreachable, refused, a standalone."""
        mongo = cls(_client(url), database)
        try:
            await mongo._check()
        except PyMongoError as error:
            mongo.close()
            raise _unavailable(url, _reason(error)) from None
        except DatabaseUnavailable:
            mongo.close()
            raise
        return mongo

    async def _check(self) -> None:
        hello = await self._client.admin.command("hello")
        if "setName" not in hello and hello.get("msg") != "isdbgrid":
            raise DatabaseUnavailable(
                "MongoDB is a standalone server and cannot acknowledge by majority: "
                "start it with --replSet and run rs.initiate() once"
            )
        await self._database.command({"listCollections": 1, "nameOnly": True, "authorizedCollections": True})

    def collection(self, name: str, *, is_durable: bool = True) -> Collection:
        """Not durable: a write counts as soon as the primary has it. For what may be lost in a crash."""
        return self._database.get_collection(name, write_concern=None if is_durable else NOT_DURABLE)

    async def declare(self, indexes: Iterable[Index]) -> None:
        """Have these indexes, creating what is missing. Raises IndexConflict, which names the index."""
        wanted: dict[str, list[Index]] = {}
        for index in indexes:
            wanted.setdefault(index.collection, []).append(index)
        await asyncio.gather(*(self._have(name, of_one) for name, of_one in wanted.items()))

    async def _have(self, collection: str, indexes: Sequence[Index]) -> None:
        """Those of one collection, in one trip; one after the other only to learn which cannot be had."""
        try:
            await self.collection(collection).create_indexes([each.model() for each in indexes])
        except OperationFailure as error:
            if len(indexes) == 1:
                name = f"{collection}.{indexes[0].name}"
                raise IndexConflict(f"index {name} cannot be had as declared: {_reason(error)}") from error
            for each in indexes:
                await self._have(collection, [each])

    async def ping(self) -> None:
        """Return once the primary has answered. Raises DatabaseUnavailable."""
        try:
            await self._database.command("ping")
        except PyMongoError as error:
            raise DatabaseUnavailable(f"MongoDB does not answer: {_reason(error)}") from error

    async def drop(self) -> None:
        """Delete the whole database."""
        await self._client.drop_database(self.name)

    def close(self) -> None:
        self._client.close()


class Written(Enum):
    """What became of one write that did not fail: it made a document, or found the one that it names."""

    CREATED = auto()
    FOUND = auto()


async def write_each(collection: Collection, writes: Sequence[Write]) -> list[Written | Exception]:
    """Many writes in one trip, durable when this returns, in no particular order.

    One that fails takes nothing along: its place holds its DuplicateKey, or whatever else it failed with.
    Updates are expected to be upserts, so that none finds nothing.
    Raises DriverError when the fate of all of them is unknown.
    """
    try:
        result = await collection.bulk_write(list(writes), ordered=False)
    except BulkWriteError as error:
        return _outcomes(writes, error.details, error)
    except (InvalidDocument, OverflowError, UnicodeError, OperationFailure) as error:  # one cannot be sent
        return [error] if len(writes) == 1 else [(await write_each(collection, [each]))[0] for each in writes]
    return _outcomes(writes, result.bulk_api_result, None)


def _outcomes(
    writes: Sequence[Write], told: Mapping[str, Any], error: BulkWriteError | None
) -> list[Written | Exception]:
    """What is written but not acknowledged by a majority in time has failed: it may be gone tomorrow."""
    if error is not None and told["writeConcernErrors"]:
        outcomes: list[Written | Exception] = [error] * len(writes)
    else:
        made = {each["index"] for each in told["upserted"]}
        outcomes = [
            Written.CREATED if isinstance(write, InsertOne) or index in made else Written.FOUND
            for index, write in enumerate(writes)
        ]
    for each in told["writeErrors"]:
        outcomes[each["index"]] = _write_error(each)
    return outcomes


def has_won(outcome: Written | Exception) -> bool:
    """False where somebody was faster with the same. Raises whatever else a write failed with."""
    if isinstance(outcome, Exception) and not isinstance(outcome, DuplicateKey):
        raise outcome
    return isinstance(outcome, Written)


def _write_error(told: Mapping[str, Any]) -> WriteError:
    kind = DuplicateKey if told["code"] == _DUPLICATE_KEY else WriteError
    return kind(told["errmsg"], told["code"], told)


@contextmanager
def commands_to(address: str) -> Iterator[Callable[[Document], Document]]:
    """Send admin commands to the one server at `address` (host:port), in whatever state it is, and wait.

    For setting up a replica set. Raises CommandRefused and DriverError.
    """
    client: MongoClient[Document] = MongoClient(
        f"mongodb://{address}/?directConnection=true", serverSelectionTimeoutMS=10_000
    )
    try:
        yield client.admin.command
    finally:
        client.close()


def _client(url: str) -> "AsyncIOMotorClient[Document]":
    if _has_raw_credentials(url):  # the driver would repeat a part of the password
        raise _unavailable(url, "user name and password must be percent-encoded")
    try:
        with warnings.catch_warnings(action="error", category=UserWarning):
            return AsyncIOMotorClient(url, **_options(url))
    except (PyMongoError, ValueError, UserWarning) as error:
        # A warning too: the driver ignores options it cannot read, and tls=ture would connect in the clear.
        raise _unavailable(url, _reason(error)) from None


def _has_raw_credentials(url: str) -> bool:
    credentials, _, _ = url.partition("://")[2].partition("?")[0].rpartition("@")
    return "@" in credentials or "/" in credentials or credentials.count(":") > 1


def _options(url: str) -> Document:
    chosen = {name.lower() for name, _ in parse_qsl(urlsplit(url).query)}
    return {
        name: value for name, value in _UNLESS_THE_URL_SAYS_OTHERWISE.items() if name.lower() not in chosen
    }


def _unavailable(url: str, reason: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(f"MongoDB at {without_passwords(url)} cannot be used: {reason}")


def _reason(error: Exception) -> str:
    """The driver's own words, without the dump of its state that it appends."""
    text = str(error)
    for appendix in (" (configured timeouts", ", Timeout: ", ", full error: "):
        text = text.split(appendix, 1)[0]
    return " ".join(text.split())
