"""Waiting until a hub has nothing more to do; then what it holds, from its own database."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

from ocpi.objects.store import ObjectStore, Selection
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from schemas.kinds import ObjectKind, PartyId
from tests.faults.invariants import Ending, delivered_once, up_to_date
from tests.faults.oracle import Oracle
from tests.faults.supervisor import HubProcess

_LOOK_EVERY_S: Final = 0.2


async def served(oracle: Oracle, *, but_not: Collection[PartyId] = (), within_s: float = 60) -> None:
    """Return when everybody has all that was acknowledged. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while [*delivered_once(oracle, but_not), *up_to_date(oracle, but_not)]:  # noqa: ASYNC110 - as below
            await asyncio.sleep(_LOOK_EVERY_S)


async def rested(hub: HubProcess, *, kills: int = 0, within_s: float = 60) -> Ending:
    """`waiting` is what is still due after so long."""
    try:
        async with asyncio.timeout(within_s):
            while await waiting(hub):  # noqa: ASYNC110 - another process
                await asyncio.sleep(_LOOK_EVERY_S)
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
