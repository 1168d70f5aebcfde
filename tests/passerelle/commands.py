"""The command line against a service of a test, as processes of their own."""

import asyncio
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests import command_line
from tests.platforms import Running

Run = Callable[..., Coroutine[Any, Any, "subprocess.CompletedProcess[str]"]]


def commands_to(service: Running, folder: Path, prefix: str = "HUB") -> Run:
    """`await run("partners", "list")`: this loop goes on meanwhile. `prefix` is that of its settings."""
    command_line.loaded()
    environ = {
        "PASSERELLE_DATA_FOLDER": str(folder),
        f"{prefix}_ADMIN_PORT": service.admin.url.rpartition(":")[2],
    }

    async def passerelle(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return await asyncio.to_thread(command_line.passerelle, *words, **{**environ, **more})

    return passerelle
