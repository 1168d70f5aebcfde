"""The folder a child mongod keeps its data in: chosen and kept, or temporary and removed.

A lock file says that a folder is in use. Parent and mongod share the lock, so it is free as soon as both are
gone, however they went; a temporary folder whose lock is free was left by a killed parent, and is swept.
"""

import contextlib
import fcntl
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO, Self

from ocpi.process.failures import StartFailed

PREFIX = "passerelle-mongo-"
LOCK = "in-use.lock"
A_KILLED_MONGOD_IS_GONE_WITHIN_S = 5.0
NEWBORN_S = 60.0  # a folder without a lock may just be getting one


class FolderInUse(StartFailed):
    """Another process has its data there; the text is one line."""


class DataFolder:
    """A folder that is ours until `release`."""

    def __init__(self, path: Path, lock: IO[bytes], *, temporary: bool) -> None:
        self.path = path
        self.is_temporary = temporary
        self.lock = lock

    @classmethod
    def chosen(cls, path: Path) -> Self:
        """`path`, made where missing. Raises FolderInUse."""
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (path / LOCK).open("ab")
        gives_up_at = time.monotonic() + A_KILLED_MONGOD_IS_GONE_WITHIN_S
        while not _taken(lock):
            if time.monotonic() > gives_up_at:
                lock.close()
                raise FolderInUse(
                    f"{path} is in use by another mongod: stop that one, or choose another folder"
                )
            time.sleep(0.05)
        return cls(path, lock, temporary=False)

    @classmethod
    def temporary(cls, within: Path | None = None) -> Self:
        """A new one, where temporary files are unless told otherwise."""
        parent = within or Path(tempfile.gettempdir())
        _sweep(parent)
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = (path / LOCK).open("ab")
        _taken(lock)
        return cls(path, lock, temporary=True)

    def release(self) -> None:
        if self.is_temporary:
            shutil.rmtree(self.path, ignore_errors=True)
        self.lock.close()


def _taken(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # somebody else's, or swept by another
            if time.time() - folder.stat().st_mtime > NEWBORN_S:
                _remove_if_left(folder)


def _remove_if_left(folder: Path) -> None:
    with (folder / LOCK).open("ab") as lock:
        if _taken(lock):
            shutil.rmtree(folder, ignore_errors=True)
