"""What a task still writes when it is told to stop: a little while, and no longer where the database hangs.

A process has ten seconds to end. What is left unsaid here ends by itself, or was never promised.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from ocpi.process.logs import logger
from ocpi.process.mongo import DriverError

WITHIN_S: Final = 2.0

log = logger(__name__)


@asynccontextmanager
async def last_words(about: str) -> AsyncIterator[None]:
    """`about` says of what, in the log."""
    try:
        async with asyncio.timeout(WITHIN_S):
            yield
    except (TimeoutError, DriverError) as error:
        log.warning("not written before the end", about=about, error=f"{type(error).__name__}: {error}")
