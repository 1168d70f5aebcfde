"""The command line against a service of a test, as processes of their own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.platforms import Running

Run = Callable[..., Coroutine[Any, Any, "subprocess.CompletedProcess[str]"]]


def commands_to(service: Running, folder: Path, prefix: str = "HUB") -> Run:
    """`await run("partners", "list")`: this loop goes on meanwhile. `prefix` is that of its settings."""
    environ = {
        **os.environ,
        "COLUMNS": "200",
        "PASSERELLE_DATA_FOLDER": str(folder),
        f"{prefix}_ADMIN_PORT": service.admin.url.rpartition(":")[2],
    }

    def run(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "passerelle", *words],
            env={**environ, **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    async def passerelle(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return await asyncio.to_thread(run, *words, **more)

    return passerelle
