"""`passerelle` as an operator types it: a process of its own each time, forked where all is loaded."""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import IO, Final

from ocpi.process.child import spawn_leashed

_WITHIN_S: Final = 120.0


def passerelle(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run to its end, with these variables beside those of this process."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        code = _status(words, {**os.environ, "COLUMNS": "200", **environ}, out, errors)
        return subprocess.CompletedProcess(words, code, _told(out), _told(errors))


def _status(words: tuple[str, ...], environ: dict[str, str], out: IO[str], errors: IO[str]) -> int:
    order = {"words": words, "environ": environ, "folder": str(Path.cwd())}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(_WITHIN_S)
        connection.connect(loaded())
        socket.send_fds(connection, [json.dumps(order).encode()], [out.fileno(), errors.fileno()])
        return int(connection.recv(16))


def _told(file: IO[str]) -> str:
    """Read from its beginning, whoever has written it."""
    file.seek(0)
    return file.read()


@cache
def loaded() -> str:
    """The socket of the process that has loaded everything; it is begun once, by the main thread."""
    folder = tempfile.TemporaryDirectory()
    path = f"{folder.name}/orders"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as orders:
        orders.bind(path)
        orders.listen()
        command = [sys.executable, "-m", "tests.loaded", str(orders.fileno())]
        with Path(folder.name, "log").open("wb") as log:
            process = spawn_leashed(command, output=log, keep_open=[orders.fileno()])
    atexit.register(folder.cleanup)
    atexit.register(process.wait)
    atexit.register(process.kill)
    return path
