"""A real mongod as a child: it comes up quickly, ends with its parent, and loses nothing to a crash."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ocpi.process import data_folder, embedded_mongo
from ocpi.process.embedded_mongo import (
    EmbeddedMongo,
    FolderInUse,
    MongodFailed,
    database_url,
)
from ocpi.process.mongo import Mongo
from tests.fakes.eventually import eventually

PARENT = """
import asyncio, sys, time
from pathlib import Path
from ocpi.process.embedded_mongo import EmbeddedMongo

async def main():
    embedded = EmbeddedMongo.start(Path(sys.argv[1]))
    print(embedded.pid, flush=True)
    await asyncio.to_thread(time.sleep, 60)

asyncio.run(main())
"""


def start_parent(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A Python process whose asyncio code runs a mongod: its handle, and mongod's process id."""
    command = [sys.executable, "-c", PARENT, str(folder)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0)  # noqa: S603
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


def end(parent: subprocess.Popen[str], number: signal.Signals) -> None:
    parent.send_signal(number)
    parent.wait(10)
    assert parent.stdout is not None
    parent.stdout.close()


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def port_of(url: str) -> int:
    return urlsplit(url).port or 0


async def put(url: str, name: str) -> None:
    mongo = await Mongo.connect(url, "kept")
    await mongo.collection("things").insert_one({"_id": name})
    mongo.close()


async def names(url: str) -> list[str]:
    mongo = await Mongo.connect(url, "kept")
    found = [thing["_id"] async for thing in mongo.collection("things").find().sort("_id")]
    mongo.close()
    return found


async def test_mongod_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent, pid = start_parent(tmp_path)
    assert lives(pid)
    end(parent, signal.SIGKILL)
    await eventually(lambda: not lives(pid))


def test_a_ctrl_c_in_the_parents_group_does_not_reach_mongod(tmp_path: Path) -> None:
    parent, pid = start_parent(tmp_path)
    assert os.getpgid(pid) == pid != os.getpgid(parent.pid)
    end(parent, signal.SIGKILL)


async def test_a_folder_left_by_a_crash_serves_again_under_another_port(tmp_path: Path) -> None:
    with EmbeddedMongo.start(tmp_path) as first:
        await put(first.url, "before the crash")
        os.kill(first.pid, signal.SIGKILL)

    with EmbeddedMongo.start(tmp_path) as second:
        assert second.url != first.url
        await put(second.url, "after it")
        assert await names(second.url) == ["after it", "before the crash"]


async def test_a_folder_serves_again_at_once_after_its_parent_was_killed(tmp_path: Path) -> None:
    parent, _ = start_parent(tmp_path)
    end(parent, signal.SIGKILL)
    with EmbeddedMongo.start(tmp_path) as again:
        await put(again.url, "alive")


async def test_two_at_once_are_two_databases() -> None:
    with EmbeddedMongo.start() as one, EmbeddedMongo.start() as two:
        await put(one.url, "one")
        await put(two.url, "two")
        assert (await names(one.url), await names(two.url)) == (["one"], ["two"])


def test_a_folder_in_use_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "A_KILLED_MONGOD_IS_GONE_WITHIN_S", 0.1)
    with EmbeddedMongo.start(tmp_path), pytest.raises(FolderInUse, match=f"{tmp_path} is in use by another"):
        EmbeddedMongo.start(tmp_path)


def test_a_temporary_folder_is_removed_and_small_while_it_lasts() -> None:
    with EmbeddedMongo.start() as embedded:
        size = sum(file.stat().st_blocks * 512 for file in embedded.folder.rglob("*") if file.is_file())
        assert size < 25_000_000
    assert not embedded.folder.exists()
    assert not lives(embedded.pid)


def test_what_a_killed_parent_left_in_the_temporary_folder_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, busy, newborn = (tmp_path / f"passerelle-mongo-{name}" for name in ("left", "busy", "newborn"))
    for folder in (left, busy, newborn):
        folder.mkdir()
    with (busy / data_folder.LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        long_ago = newborn.stat().st_mtime - 3600
        for folder in (left, busy):
            os.utime(folder, (long_ago, long_ago))
        data_folder.DataFolder.temporary().release()
    assert (left.exists(), busy.exists(), newborn.exists()) == (False, True, True)


async def test_change_streams_and_transactions_work() -> None:
    with EmbeddedMongo.start() as embedded:
        mongo = await Mongo.connect(embedded.url, "features")
        things = mongo.collection("things")
        async with things.watch() as changes:
            async with await things.database.client.start_session() as session, session.start_transaction():
                await things.insert_one({"_id": 1}, session=session)
                await things.insert_one({"_id": 2}, session=session)
            seen = [(await changes.next())["documentKey"]["_id"] for _ in range(2)]
        mongo.close()
    assert seen == [1, 2]


def test_mongod_listens_on_loopback_only() -> None:
    with EmbeddedMongo.start() as embedded:
        port = port_of(embedded.url)
        listening = [
            line.split()[1]
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(table).read_text().splitlines()
            if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
        ]
    assert listening == [f"0100007F:{port:04X}"]


def test_a_port_taken_in_between_is_swapped_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports = iter([taken.getsockname()[1], free.getsockname()[1]])
        monkeypatch.setattr(embedded_mongo, "_free_port", lambda: next(ports))
        with EmbeddedMongo.start() as embedded:
            assert str(taken.getsockname()[1]) not in embedded.url


def test_starting_from_another_thread_is_refused() -> None:
    refusals: list[str] = []

    def start() -> None:
        try:
            EmbeddedMongo.start().stop()
        except RuntimeError as refusal:
            refusals.append(str(refusal))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert refusals == ["start child processes from the main thread: they end with the thread they are from"]


def test_a_mongod_that_does_not_come_up_is_told_in_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "storage.bson").write_bytes(b"nonsense")
    (tmp_path / "WiredTiger").write_text("nonsense")
    with pytest.raises(MongodFailed, match=r"^mongod ended with code \d+: .+mongod\.log\)$") as failure:
        EmbeddedMongo.start(tmp_path)
    assert "\n" not in str(failure.value)


def test_a_url_in_the_environment_is_used_and_nothing_started() -> None:
    environ = {"PASSERELLE_MONGO_URL": "mongodb://db.example/?replicaSet=rs0", "PATH": ""}
    with database_url(environ) as url:
        assert url == "mongodb://db.example/?replicaSet=rs0"


async def test_without_a_url_a_mongod_runs_as_long_as_the_context(tmp_path: Path) -> None:
    with database_url({"PATH": os.environ["PATH"]}, tmp_path) as url:
        await put(url, "x")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port_of(url)))
