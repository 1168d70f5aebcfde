"""Command lines at once: a process that has loaded the command line forks one for each order.

Loading takes most of a second of a processor, a service some seconds, and the tests run two hundred commands.
Each connection to the inherited socket carries one order, with the files that take what the command prints;
its exit status is the answer. What is forked here runs `python -m passerelle` as any process does, to its own
end.
"""

import ctypes
import importlib
import json
import os
import random
import runpy
import signal
import socket
import sys
from typing import Any, Final

import passerelle.cli

LARGEST_ORDER: Final = 1 << 17
_PR_SET_PDEATHSIG: Final = 1
_PRELOADED: Final = passerelle.cli
_SERVICES: Final = {"hub": "hub.bootstrap", "cpo": "cpo_adapter.bootstrap", "emsp": "emsp_adapter.bootstrap"}


def main(descriptor: int) -> None:
    with socket.socket(fileno=descriptor) as orders:
        words = _serve(orders)
    sys.argv = ["passerelle", *words]
    runpy.run_module("passerelle", run_name="__main__", alter_sys=True)


def _serve(orders: socket.socket) -> list[str]:
    """Returns in each process that is to be a command, and nowhere else."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever watched a command is gone at once
    while True:
        connection, _ = orders.accept()
        with connection:
            message, files, _, _ = socket.recv_fds(connection, LARGEST_ORDER, 2)
            order = json.loads(message)
            _load(order["words"])
            if os.fork() == 0:
                _end_with_parent()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _watch_from_another_process(connection)
                return _settled(order, files)
            for file in files:
                os.close(file)


def _load(words: list[str]) -> None:
    """A service is loaded by the first that is one."""
    if words and words[0] in _SERVICES:
        importlib.import_module(_SERVICES[words[0]])


def _watch_from_another_process(connection: socket.socket) -> None:
    """Returns in a child alone; this process waits for its end, and tells it."""
    pid = os.fork()
    if pid == 0:
        _end_with_parent()
        connection.close()
        return
    _, status = os.waitpid(pid, 0)
    connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(os.EX_OK)


def _end_with_parent() -> None:
    """What hangs goes at the end of the tests."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _settled(order: dict[str, Any], files: list[int]) -> list[str]:
    os.environ.clear()
    os.environ.update(order["environ"])
    os.chdir(order["folder"])
    for file, stream in zip(files, (sys.stdout, sys.stderr), strict=True):
        os.dup2(file, stream.fileno())
        os.close(file)
    random.seed()
    return list(order["words"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
