"""The folder of files: `in/` what stations sent, `firmware/` what they may fetch.

A file comes under a name of its own, is synced, and only then has its final name: what lies there is whole.
"""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, ClassVar

from cpo_adapter.files.names import harmless
from cpo_adapter.files.tickets import LONGEST_TRANSFER
from ocpi.process.failures import StartFailed


class FolderUnusable(StartFailed):
    """The folder of files cannot be written to; the text is one line."""

    exit_code: ClassVar[int] = os.EX_IOERR


class FileTooLarge(Exception):
    """More came than may come."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """`path` below the folder."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Firmware:
    path: Path
    size: int
    sha256: str


class Shelf:
    def __init__(self, folder: Path, *, limit: int) -> None:
        """`limit` of what one station may send at once, in bytes."""
        self.folder = folder
        self.limit = limit
        self._in = folder / "in"
        self._firmware = folder / "firmware"

    def prepare(self, now: datetime) -> None:
        """What a process left half written is thrown away once nobody can be at it. Raises FolderUnusable."""
        try:
            for each in (self._in, self._firmware):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
            for half in self._in.glob(".*"):
                if half.stat().st_mtime < (now - LONGEST_TRANSFER).timestamp():
                    half.unlink(missing_ok=True)
        except OSError as error:
            raise FolderUnusable(f"the folder {self.folder} cannot be used: {error.strerror}") from error

    async def take_in(self, job: int, name: str, chunks: AsyncIterator[bytes]) -> Shelved:
        """Raises FileTooLarge, OSError, and whatever ends `chunks`; then nothing is left of it."""
        final = self._in / f"{job}-{harmless(name)}"
        coming = final.with_name(f".{final.name}.{secrets.token_hex(4)}")
        try:
            size, sha256 = await self._written(coming, chunks)
            await asyncio.to_thread(os.replace, coming, final)
        finally:
            await asyncio.to_thread(coming.unlink, missing_ok=True)
        return Shelved(str(final.relative_to(self.folder)), size, sha256)

    async def firmware(self, name: str) -> Firmware:
        """Raises FileNotFoundError: also for a name that is none."""
        return await asyncio.to_thread(_measured, self.firmware_path(name))

    async def md5(self, name: str) -> str:
        """Of firmware: by it OCPP names what a local controller offers. Raises as `firmware`."""
        return await asyncio.to_thread(_md5, self.firmware_path(name))

    def firmware_path(self, name: str) -> Path:
        """Raises FileNotFoundError, as `firmware`."""
        path = self._firmware / name
        if name != harmless(name) or path.is_symlink() or not path.is_file():
            raise FileNotFoundError(f"there is no {name!r} in {self._firmware}")
        return path

    async def _written(self, path: Path, chunks: AsyncIterator[bytes]) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self.limit:
                    raise FileTooLarge
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_synced, file)
        return size, digest.hexdigest()


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _measured(path: Path) -> Firmware:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return Firmware(path, path.stat().st_size, digest.hexdigest())


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()
