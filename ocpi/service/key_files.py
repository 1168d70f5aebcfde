"""Secrets of a service that must not lie in its database: one file each, readable by its owner alone."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from ocpi.process.failures import StartFailed


class KeyFileOpen(StartFailed):
    """The file can be read by others, so its secret may be known; or it holds none."""

    exit_code: ClassVar[int] = os.EX_CONFIG


def secret_in(file: Path, make: Callable[[], str]) -> str:
    """The secret, made on first use. Raises KeyFileOpen."""
    if not file.exists():
        _create(file, make())
    return read_secret(file)


def read_secret(file: Path) -> str:
    """Raises KeyFileOpen, FileNotFoundError."""
    if file.stat().st_mode & 0o077:
        raise KeyFileOpen(
            f"{file} can be read by others: make it mode 600, and a new secret if somebody did read it"
        )
    secret = file.read_text().strip()
    if not secret:
        raise KeyFileOpen(f"{file} is empty: restore it, or remove it to have a new secret made")
    return secret


def _create(file: Path, secret: str) -> None:
    """Whole or not at all, and never over another: two processes may start at once."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        _write(draft, secret)
        file.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _write(file: Path, secret: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(secret)
        out.flush()
        os.fsync(out.fileno())
