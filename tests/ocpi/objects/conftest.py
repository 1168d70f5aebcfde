from dataclasses import dataclass
from typing import Any

import pytest

from ocpi.objects.address import Address
from ocpi.objects.intake import Intake
from ocpi.objects.store import INDEXES, ObjectStore
from ocpi.objects.verdicts import Verdicts
from ocpi.process.mongo import Mongo
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from tests import build
from tests.fakes.clock import ManualClock
from tests.platforms import CPO

LOCATION = ObjectKey(ObjectKind.LOCATION, CPO, "LOC1")


@dataclass(frozen=True, slots=True)
class Keeping:
    store: ObjectStore
    intake: Intake

    async def put(self, value: dict[str, Any], address: Address | None = None) -> Any:
        return await self.intake.put(address or Address(LOCATION), codec.encode(value), value)

    async def held(self) -> dict[str, Any]:
        record = await self.store.get(LOCATION)
        assert record is not None
        return record.value()


def location(**changes: Any) -> dict[str, Any]:
    """As it is when it was decoded from the wire."""
    decoded = codec.decode(codec.dump(build.location(**changes)))
    assert isinstance(decoded, dict)
    return decoded


def at(hour: int) -> str:
    return f"2026-03-01T{hour:02d}:00:00Z"


@pytest.fixture
async def keeping(mongo: Mongo, clock: ManualClock) -> Keeping:
    await mongo.declare(INDEXES)
    store = ObjectStore(mongo, clock)
    return Keeping(store, Intake(store, Verdicts(store=store, mongo=mongo, clock=clock), clock))
