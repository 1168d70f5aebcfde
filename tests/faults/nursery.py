"""Service processes at once: a process that has loaded everything forks one for each order.

Loading takes seconds, and a hub that is killed two hundred times begins two hundred times. Each order is a
line of JSON on the socket that is named on the command line, answered with the pid. No child outlives this
process, and this process does not outlive whoever spawned it.
"""

import ctypes
import json
import os
import random
import signal
import socket
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NoReturn

import cpo_adapter.bootstrap
import hub.bootstrap
from ocpi.process.clock import SystemClock
from tests.faults import doom
from tests.faults.doom import Doom

_PR_SET_PDEATHSIG: Final = 1
_MAINS: Final = {"hub": hub.bootstrap.main, "cpo": cpo_adapter.bootstrap.main}


def main(descriptor: int) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once
    with socket.socket(fileno=descriptor) as orders, orders.makefile("rw") as lines:
        for line in lines:
            pid = os.fork()
            if pid == 0:
                _live(json.loads(line))
            lines.write(f"{pid}\n")
            lines.flush()


def _live(order: dict[str, Any]) -> NoReturn:
    try:
        _settle(order)
        if order["doom"] is not None:
            doom.lay(Doom(**order["doom"]))
        _set_clock(Path(order["clock"]))
        os._exit(_MAINS[order["service"]]())
    finally:
        os._exit(os.EX_SOFTWARE)


def _set_clock(file: Path) -> None:
    """As far ahead as the file says, whenever it is there; what measures durations goes on as it does."""
    real_now = SystemClock.now

    def now(clock: SystemClock) -> datetime:
        try:
            ahead_s = float(file.read_text())
        except FileNotFoundError:
            return real_now(clock)
        return real_now(clock) + timedelta(seconds=ahead_s)

    SystemClock.now = now  # type: ignore[assignment, method-assign]


def _settle(order: dict[str, Any]) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["environ"])
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(log, sys.stdout.fileno())
    os.dup2(log, sys.stderr.fileno())
    random.seed()


if __name__ == "__main__":
    main(int(sys.argv[1]))
