"""What an object has been, for an audit."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ocpi.process.mongo import Mongo
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side
from passerelle.admin_client import AdminRefused
from schemas import codec
from tests import build
from tests.fakes.clock import ManualClock
from tests.platforms import CPO, EMSP, HUB
from tests.roaming import Roaming, roaming_on


@pytest.fixture
async def roaming(mongo: Mongo, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Roaming]:
    async with roaming_on(mongo, clock, tmp_path) as service:
        yield service


async def versions(roaming: Roaming, **query: str) -> list[Any]:
    return list(await asyncio.to_thread(roaming.hub.admin.get, "/objects/history", **query))


async def test_every_version_of_a_session_is_there_without_the_card(roaming: Roaming) -> None:
    bodies = [codec.dump(build.session(kwh=n, last_updated=f"2026-03-01T0{n}:00:00Z")) for n in (1, 2, 3)]
    for body in bodies:
        await roaming.push("sessions", "FR", "CPO", "S1", body=body, to=EMSP)
    found = await versions(roaming, module="sessions", owner=str(CPO), id="S1", to=str(EMSP))
    assert [each["object"]["kwh"] for each in found] == ["1", "2", "3"]
    assert [each["hash"] for each in found] == [hashlib.sha256(body).hexdigest() for body in bodies]
    told = json.dumps(found)
    assert build.CDR_TOKEN["uid"] not in told
    assert build.CDR_TOKEN["contract_id"] not in told
    assert len({each["object"]["cdr_token"]["uid"] for each in found}) == 1  # it can be followed


async def test_a_token_is_found_by_its_uid_and_shown_without_it(roaming: Roaming) -> None:
    uid = build.CDR_TOKEN["uid"]
    for valid in (True, False):
        body = build.token(valid=valid, last_updated=f"2026-03-01T0{2 - valid}:00:00Z")
        await roaming.emsp.call(
            "PUT",
            "tokens",
            Side.RECEIVER,
            "NL",
            "MSP",
            uid,
            routing=Routing(HUB, EMSP),
            body=codec.dump(body),
        )
    found = await versions(roaming, module="tokens", owner=str(EMSP), id=uid)
    assert [each["object"]["valid"] for each in found] == [True, False]
    assert uid not in json.dumps(found)


@pytest.mark.parametrize("query", [{"module": "cdrs"}, {"module": "sessions", "owner": "x"}, {}])
async def test_a_mistake_in_a_question_is_told(roaming: Roaming, query: dict[str, str]) -> None:
    with pytest.raises(AdminRefused):
        await versions(roaming, **query)
