"""What a running service has recorded, as its operator is told."""

import asyncio
from typing import Any

from tests.platforms import Running


async def listed(platform: Running, **wanted: str) -> list[dict[str, Any]]:
    """The messages that have ended by now, the oldest first."""
    await platform.foundation.recording.writer.write()
    told = await asyncio.to_thread(platform.admin.get, "/messages", **{"limit": "500", **wanted})
    return list(reversed(told["messages"]))


async def traced(platform: Running, path: str = "", **wanted: str) -> dict[str, Any]:
    await platform.foundation.recording.writer.write()
    story: dict[str, Any] = await asyncio.to_thread(platform.admin.get, f"/trace{path}", **wanted)
    return story


def told(message: dict[str, Any]) -> tuple[str, str, str]:
    return message["direction"], message["module"], message["method"]
