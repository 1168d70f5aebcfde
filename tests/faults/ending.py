"""Waiting until a hub has nothing more to do; then what it holds, from its own database."""

import asyncio
from typing import Any

from ocpi.objects.store import ObjectStore, Selection
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from schemas.kinds import ObjectKind
from tests.faults.invariants import Ending
from tests.faults.supervisor import HubProcess


async def rested(hub: HubProcess, *, kills: int = 0, within_s: float = 60) -> Ending:
    """`waiting` is what is still due after so long."""
    try:
        async with asyncio.timeout(within_s):
            while await waiting(hub):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)
    except TimeoutError:
        pass
    return Ending(await ledger(hub), len(await waiting(hub)), kills)


async def waiting(hub: HubProcess) -> list[dict[str, Any]]:
    """What is due, or parked."""
    marks: list[dict[str, Any]] = await hub.operate("/outbox")
    return marks


async def ledger(hub: HubProcess) -> list[dict[str, Any]]:
    """Every bill that it keeps."""
    mongo = await Mongo.connect(hub.mongo_url, hub.database)
    try:
        return await bills_in(mongo)
    finally:
        mongo.close()


async def bills_in(mongo: Mongo) -> list[dict[str, Any]]:
    bills = ObjectStore(mongo, SystemClock()).each(Selection(ObjectKind.CDR))
    return [record.value() async for record in bills]
