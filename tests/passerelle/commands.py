"""The command line against a service of a test, as processes of their own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.platforms import Running

Run = Callable[..., Awaitable["subprocess.CompletedProcess[str]"]]


def commands_to(hub: Running, folder: Path) -> Run:
    """`await run("partners", "list")`: this loop goes on meanwhile."""
    environ = {
        **os.environ,
        "COLUMNS": "200",
        "PASSERELLE_DATA_FOLDER": str(folder),
        "HUB_ADMIN_PORT": hub.admin.url.rpartition(":")[2],
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
