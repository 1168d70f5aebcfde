"""A child process that cannot outlive this one.

Linux tells a process of its parent's death by a signal of its choice (prctl PR_SET_PDEATHSIG). The "parent"
is the thread that started it, so only the main thread may start one here: a pool's thread ends long before
the process. The child asks for the signal itself, in a few lines of Python that then become the program:
running Python between fork and exec (`preexec_fn`) may deadlock in a process with threads. It may open as
many files as it is allowed to: a database keeps each collection in some of its own.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO

_BECOME_A_LEASHED_PROGRAM = """
import ctypes, os, resource, sys
PR_SET_PDEATHSIG = 1
allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, allowed))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(sys.argv[2]))
if int(sys.argv[2]) and os.getppid() != int(sys.argv[1]):
    sys.exit("the parent is gone already")
os.execv(sys.argv[3], sys.argv[3:])
"""


def spawn_leashed(
    command: Sequence[str],
    *,
    output: IO[bytes],
    keep_open: Sequence[int] = (),
    environ: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` (absolute path first); the kernel kills it when this process ends, however it ends.

    It gets a process group of its own: a Ctrl-C at the terminal does not reach it. `output` takes what it
    prints, `keep_open` are file descriptors it inherits. Raises RuntimeError outside the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError(
            "start child processes from the main thread: they end with the thread they are from"
        )
    return _spawn(command, signal.SIGKILL, output, keep_open, environ)


def spawn_finishing(
    command: Sequence[str], *, output: IO[bytes], keep_open: Sequence[int]
) -> subprocess.Popen[bytes]:
    """As `spawn_leashed`, for what has work left when this process ends: it must notice that by itself."""
    return _spawn(command, 0, output, keep_open, None)


def _spawn(
    command: Sequence[str],
    at_our_end: int,
    output: IO[bytes],
    keep_open: Sequence[int],
    environ: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    own = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        _BECOME_A_LEASHED_PROGRAM,
        str(os.getpid()),
        str(int(at_our_end)),
    ]
    return subprocess.Popen(  # noqa: S603 - our own command, no shell
        [*own, *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
        pass_fds=keep_open,
        env=environ,
    )
