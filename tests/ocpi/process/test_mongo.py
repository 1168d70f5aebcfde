"""The database door: what is written is durable and exact, and trouble is one clear line."""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from pymongo.write_concern import WriteConcern

from ocpi.process.embedded_mongo import find_binary
from ocpi.process.mongo import (
    ASCENDING,
    DESCENDING,
    BulkWriteError,
    DatabaseUnavailable,
    DuplicateKey,
    Index,
    IndexConflict,
    InsertOne,
    Mongo,
    UpdateOne,
    Written,
    commands_to,
    write_each,
)


@pytest.fixture
async def mongo(untouched_mongo: Mongo) -> Mongo:
    return untouched_mongo


async def test_a_decimal_comes_back_with_every_digit_and_its_exponent(mongo: Mongo) -> None:
    prices = [Decimal("1.10"), Decimal("15.3420000000000001"), Decimal("0E-4")]
    await mongo.collection("cdrs").insert_one({"_id": 1, "prices": prices})
    found = await mongo.collection("cdrs").find_one({"_id": 1})
    assert found is not None
    assert [str(price) for price in found["prices"]] == ["1.10", "15.3420000000000001", "0.0000"]


async def test_an_instant_comes_back_aware_and_in_utc(mongo: Mongo) -> None:
    paris = datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    await mongo.collection("sessions").insert_one({"_id": 1, "at": paris})
    found = await mongo.collection("sessions").find_one({"_id": 1})
    assert found is not None
    assert found["at"] == paris
    assert found["at"].tzinfo == UTC


async def test_writes_wait_for_the_majority_and_its_journal_whatever_the_url_says(mongo_url: str) -> None:
    mongo = await Mongo.connect(f"{mongo_url}&w=0&journal=false", "lax")
    concern = mongo.collection("any").write_concern.document
    mongo.close()
    assert concern == {"w": "majority", "j": True, "wtimeout": 10_000}


async def test_declared_indexes_stand_and_declaring_again_changes_nothing(mongo: Mongo) -> None:
    indexes = [
        Index(collection="cdrs", keys=[("owner", ASCENDING), ("id", DESCENDING)], unique=True),
        Index(collection="handshakes", keys=[("ends_at", ASCENDING)], expire_after_s=60),
        Index(collection="marks", keys=[("due", ASCENDING)], partial={"closed": False}),
    ]
    await mongo.declare(indexes)
    await mongo.declare(indexes)

    cdrs = await mongo.collection("cdrs").index_information()
    assert cdrs["owner_1_id_-1"]["unique"]
    assert (await mongo.collection("handshakes").index_information())["ends_at_1"]["expireAfterSeconds"] == 60
    marks = await mongo.collection("marks").index_information()
    assert marks["due_1"]["partialFilterExpression"] == {"closed": False}


async def test_a_unique_index_refuses_the_second(mongo: Mongo) -> None:
    await mongo.declare([Index(collection="cdrs", keys=[("id", ASCENDING)], unique=True)])
    await mongo.collection("cdrs").insert_one({"id": "C1"})
    with pytest.raises(DuplicateKey):
        await mongo.collection("cdrs").insert_one({"id": "C1"})


async def test_an_index_that_stands_otherwise_is_named(mongo: Mongo) -> None:
    await mongo.declare([Index(collection="cdrs", keys=[("id", ASCENDING)])])
    with pytest.raises(IndexConflict, match=r"^index cdrs\.id_1 cannot be had as declared: "):
        await mongo.declare([Index(collection="cdrs", keys=[("id", ASCENDING)], unique=True)])


async def test_an_index_that_the_data_break_is_named(mongo: Mongo) -> None:
    await mongo.collection("cdrs").insert_many([{"id": "C1"}, {"id": "C1"}])
    with pytest.raises(IndexConflict, match=r"^index cdrs\.id_1 cannot be had as declared: .*duplicate key"):
        await mongo.declare([Index(collection="cdrs", keys=[("id", ASCENDING)], unique=True)])


async def test_a_database_that_answers_pings(mongo: Mongo) -> None:
    await mongo.ping()


async def test_nobody_there_is_one_line_without_the_password_after_the_time_that_the_url_gives() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"mongodb://hub:hunter2@127.0.0.1:{port}/?replicaSet=rs0&serverSelectionTimeoutMS=100"
    with pytest.raises(DatabaseUnavailable) as trouble:
        async with asyncio.timeout(10):
            await Mongo.connect(url, "hub")
    assert str(trouble.value) == (
        f"MongoDB at mongodb://hub:***@127.0.0.1:{port}/?replicaSet=rs0&serverSelectionTimeoutMS=100 "
        f"cannot be used: 127.0.0.1:{port}: [Errno 111] Connection refused"
    )


async def test_a_wrong_password_is_one_line(mongo_url: str) -> None:
    url = mongo_url.replace("mongodb://", "mongodb://hub:hunter2@")
    with pytest.raises(DatabaseUnavailable, match="cannot be used: Authentication failed") as trouble:
        await Mongo.connect(url, "hub")
    assert "hunter2" not in str(trouble.value)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://db/", "Invalid URI scheme"),
        ("mongodb://", "Must provide at least one hostname"),
        ("mongodb://db:port/", "Port"),
        ("mongodb://db/?tls=ture", "The value of tls must be 'true' or 'false'"),
        ("mongodb://db/?tlss=true", "Unknown option: tlss"),
    ],
)
async def test_a_url_that_cannot_be_meant_is_one_line(url: str, reason: str) -> None:
    with pytest.raises(DatabaseUnavailable) as trouble:
        await Mongo.connect(url, "hub")
    assert str(trouble.value).startswith(f"MongoDB at {url} cannot be used: {reason}")
    assert "\n" not in str(trouble.value)


@pytest.mark.parametrize("password", ["hun@ter2", "hun/ter2", "hun:ter2"])
async def test_a_password_that_is_not_percent_encoded_is_told_without_any_part_of_it(password: str) -> None:
    with pytest.raises(DatabaseUnavailable) as trouble:
        await Mongo.connect(f"mongodb://hub:{password}@db/", "hub")
    assert str(trouble.value) == (
        "MongoDB at mongodb://hub:***@db/ cannot be used: user name and password must be percent-encoded"
    )


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(find_binary()), "--dbpath", str(tmp_path), "--port", str(port), "--nounixsocket"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - the mongod of the tests
        try:
            with commands_to(f"127.0.0.1:{port}") as command_it:
                command_it({"ping": 1})
            yield f"mongodb://127.0.0.1:{port}/"
        finally:
            process.kill()


async def test_a_standalone_is_refused_with_the_remedy(standalone: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"standalone.*--replSet.*rs\.initiate"):
        await Mongo.connect(standalone, "hub")


async def test_a_database_that_went_away_fails_its_ping_in_one_line(mongo_url: str) -> None:
    mongo = await Mongo.connect(mongo_url, "hub")
    mongo.close()
    with pytest.raises(DatabaseUnavailable, match=r"^MongoDB does not answer: .+$"):
        await mongo.ping()


async def test_many_writes_at_once_are_all_kept(mongo: Mongo) -> None:
    things = mongo.collection("things")
    await asyncio.gather(*(things.insert_one({"_id": n}) for n in range(100)))
    assert await things.count_documents({}) == 100


async def test_of_writes_in_one_trip_each_is_told_its_own_outcome(mongo: Mongo) -> None:
    things = mongo.collection("things")
    await things.insert_one({"_id": 1, "age": 5})

    def newer(name: int, age: int) -> UpdateOne:
        return UpdateOne({"_id": name, "age": {"$lt": age}}, {"$set": {"age": age}}, upsert=True)

    outcomes = await write_each(
        things, [newer(1, 4), newer(2, 1), InsertOne({"_id": 3}), InsertOne({"_id": 1}), newer(1, 6)]
    )
    assert [each for each in outcomes if isinstance(each, Written)] == [
        Written.CREATED,
        Written.CREATED,
        Written.FOUND,
    ]
    assert isinstance(outcomes[0], DuplicateKey)
    assert isinstance(outcomes[3], DuplicateKey)
    kept = {each["_id"]: each.get("age") async for each in things.find({})}
    assert kept == {1: 6, 2: 1, 3: None}


@pytest.mark.parametrize("poison", [2**70, object(), "\ud800", "x" * 17_000_000])
async def test_a_write_that_cannot_be_sent_takes_nothing_along(mongo: Mongo, poison: object) -> None:
    things = mongo.collection("things")
    outcomes = await write_each(
        things, [InsertOne({"_id": 1}), InsertOne({"_id": 2, "poison": poison}), InsertOne({"_id": 3})]
    )
    assert [outcomes[0], outcomes[2]] == [Written.CREATED, Written.CREATED]
    assert isinstance(outcomes[1], Exception)
    assert {each["_id"] async for each in things.find({})} == {1, 3}


async def test_what_no_majority_acknowledged_has_failed(mongo: Mongo) -> None:
    """It is on this disk, and may be gone when another server takes over."""
    alone = mongo.collection("things").with_options(write_concern=WriteConcern(w=3, wtimeout=1))
    (outcome,) = await write_each(alone, [InsertOne({"_id": 1})])
    assert isinstance(outcome, BulkWriteError)
