"""A real MongoDB for trying, developing and testing: mongod as a child of this process.

A one-node replica set (so that majorities, transactions and change streams work) on a free loopback port. It
ends with its parent, even one that is killed, and a folder left by a crash serves again, also under another
port. Production has a MongoDB of its own and says where by PASSERELLE_MONGO_URL.
"""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from ocpi.process.child import spawn_leashed
from ocpi.process.data_folder import DataFolder, FolderInUse
from ocpi.process.failures import StartFailed
from ocpi.process.mongo import CommandRefused, Document, DriverError, commands_to
from ocpi.process.mongod_binary import NoMongod, find_binary

__all__ = ["EmbeddedMongo", "FolderInUse", "MongodFailed", "NoMongod", "database_url", "find_binary"]

REPLICA_SET = "passerelle"
READY_WITHIN_S = 30.0
CLEAN_STOP_WITHIN_S = 10.0
PORT_WAS_TAKEN = 48  # mongod's exit code
_NOT_YET_INITIALIZED = 94  # its error code
_LISTENING = b'"msg":"Waiting for connections"'  # its own log says so; a connection might reach somebody else
_PARAMETERS = (
    "diagnosticDataCollectionEnabled=false",
    "wiredTigerFileHandleCloseIdleTime=15",  # each collection and index is a file: a test run makes thousands
    "wiredTigerFileHandleCloseScanInterval=5",
    "wiredTigerFileHandleCloseMinimum=100",
)
_SMALL_JOURNAL = (  # MongoDB's own settings but for the last two: 9 MB on disk instead of 300
    "log=(enabled=true,remove=true,path=journal,compressor=snappy,file_max=16MB,prealloc=false)"
)


class MongodFailed(StartFailed):
    """mongod runs on this machine but did not come up; the text is one line, naming its log."""


@contextmanager
def database_url(environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Iterator[str]:
    """The URL of the database to use: PASSERELLE_MONGO_URL, or a mongod that runs as long as this context.

    Raises NoMongod, MongodFailed, FolderInUse.
    """
    if url := environ.get("PASSERELLE_MONGO_URL"):
        yield url
        return
    with EmbeddedMongo.start(folder, environ=environ) as embedded:
        yield embedded.url


class EmbeddedMongo:
    """A running mongod; `stop` ends it, or leaving its context, or the end of this process."""

    def __init__(self, folder: DataFolder, process: subprocess.Popen[bytes], port: int) -> None:
        self.folder = folder.path
        self.pid = process.pid
        self.url = f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"
        self._data = folder
        self._process = process

    @classmethod
    def start(
        cls,
        folder: Path | None = None,
        *,
        environ: Mapping[str, str] = os.environ,
        temporary_within: Path | None = None,
    ) -> Self:
        """Start one and return once it takes writes, about 0.7 s later; blocks until then.

        Call it from the main thread. `folder` is kept; without one the data are gone with `stop`, and lie
        `temporary_within` until then.
        Raises NoMongod, MongodFailed, FolderInUse.
        """
        binary = find_binary(environ)
        data = DataFolder.chosen(folder) if folder else DataFolder.temporary(temporary_within)
        try:
            return cls._start(binary, data)
        except BaseException:
            data.release()
            raise

    @classmethod
    def _start(cls, binary: Path, data: DataFolder) -> Self:
        while True:
            port = _free_port()
            process = _spawn(binary, data, port)
            try:
                if _listens(process, data.path):
                    _make_primary(f"127.0.0.1:{port}")
                    return cls(data, process, port)
            except BaseException:
                process.kill()
                process.wait()
                raise

    def stop(self) -> None:
        """End it; calling twice does no harm. A kept folder is closed in order (about a second)."""
        self._process.send_signal(signal.SIGKILL if self._data.is_temporary else signal.SIGTERM)
        try:
            self._process.wait(CLEAN_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._data.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _spawn(binary: Path, data: DataFolder, port: int) -> subprocess.Popen[bytes]:
    options = {
        "--dbpath": str(data.path),
        "--port": str(port),
        "--bind_ip": "127.0.0.1",
        "--replSet": REPLICA_SET,
        "--networkMessageCompressors": "disabled",
        "--wiredTigerCacheSizeGB": "0.25",
        "--wiredTigerEngineConfigString": _SMALL_JOURNAL,
        "--oplogSize": "64",
    }
    switches = ["--quiet", "--nounixsocket", "--noscripting"]
    parameters = (word for parameter in _PARAMETERS for word in ("--setParameter", parameter))
    command = [str(binary), *(word for option in options.items() for word in option), *parameters, *switches]
    with _log_of(data.path).open("wb") as log:
        return spawn_leashed(command, output=log, keep_open=[data.lock.fileno()])


def _log_of(folder: Path) -> Path:
    return folder / "mongod.log"


def _listens(process: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait until it takes connections; False where somebody else was quicker to take the port."""
    gives_up_at = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < gives_up_at:
        if (code := process.poll()) is not None:
            if code == PORT_WAS_TAKEN:
                return False
            raise MongodFailed(
                f"mongod ended with code {code}: {_last_words(folder)} (log: {_log_of(folder)})"
            )
        if _LISTENING in _log_of(folder).read_bytes():
            return True
        time.sleep(0.01)
    raise MongodFailed(f"mongod is not ready after {READY_WITHIN_S:.0f} s (log: {_log_of(folder)})")


def _last_words(folder: Path) -> str:
    """The last error in mongod's log, which has one JSON object a line."""
    for line in reversed(_log_of(folder).read_text(errors="replace").splitlines()):
        try:
            entry = json.loads(line)
        except ValueError:
            return line
        if entry.get("s") in {"E", "F"}:
            return f"{entry.get('msg')} {entry.get('attr', {}).get('error', '')}".strip()
    return "it did not say why"


def _make_primary(address: str) -> None:
    """Have the one node take writes: as a new set, as the set it was, or as that set under a new port."""
    gives_up_at = time.monotonic() + READY_WITHIN_S
    refusal: CommandRefused | None = None
    try:
        with commands_to(address) as command:
            while not command({"hello": 1}).get("isWritablePrimary"):
                if time.monotonic() > gives_up_at:
                    raise MongodFailed(
                        f"mongod does not take writes within {READY_WITHIN_S:.0f} s: {refusal}"
                    )
                refusal = _form_replica_set(command, address)
                time.sleep(0.01)
    except DriverError as error:
        raise MongodFailed(f"mongod at {address} went away while it started: {error}") from error


def _form_replica_set(command: Callable[[Document], Document], address: str) -> CommandRefused | None:
    """Do what is left to do; a refusal may be passing, for mongod answers before it has read its folder."""
    try:
        config = command({"replSetGetConfig": 1})["config"]
        if config["members"][0]["host"] != address:
            config["members"][0]["host"] = address
            config["version"] += 1
            command({"replSetReconfig": config, "force": True})
    except CommandRefused as refusal:
        return _initiate(command, address) if refusal.code == _NOT_YET_INITIALIZED else refusal
    return None


def _initiate(command: Callable[[Document], Document], address: str) -> CommandRefused | None:
    try:
        command({"replSetInitiate": {"_id": REPLICA_SET, "members": [{"_id": 0, "host": address}]}})
    except CommandRefused as refusal:
        return refusal
    return None
