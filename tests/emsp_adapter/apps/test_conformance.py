"""The running API keeps what its OpenAPI document says, also when it is asked for nonsense.

Examples are the same in every run; `make faults` searches with many more.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from ocpi.wire.interfaces import Side
from simulators.partner import Reply, Request
from tests import build
from tests.emsp_adapter.apps.counter import OFFICE_SCOPES, SHARED_LOOP, Counter

pytestmark = SHARED_LOOP

_SEARCHING: Final = os.environ.get("EXAMPLES") == "searching"
_PHASES: Final = "examples,coverage,fuzzing,stateful"
_MANNER: Final = ["--max-examples=100"] if _SEARCHING else ["--max-examples=1", "--generation-deterministic"]
MUST_SUCCEED: Final = (
    "getKey", "startSession", "stopSession", "listSessions", "getSession", "followSession", "listCdrs",
    "getCdr", "getReceipt", "listReceipts", "getCommand", "followCommand", "setChargingPreferences",
    "reserve", "unlockConnector",
)  # fmt: skip


async def test_schemathesis_finds_nothing(counter: Counter, tmp_path: Path) -> None:
    await a_day_of_charging(counter)
    made = await counter.made(kind="BACK_OFFICE", scopes=list(OFFICE_SCOPES))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", f"{counter.emsp.urls['api']}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {made['key']}", "--checks=all", f"--phases={_PHASES}", *_MANNER,
        "--continue-on-failure", "--request-timeout=30", "--no-color", "--warnings=off",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path,
    )  # fmt: skip
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    assert not [name for name in MUST_SUCCEED if not succeeded(counter, name)], told.decode()


def succeeded(counter: Counter, operation: str) -> bool:
    """Refusing all that comes would be no merit."""
    counted = counter.emsp.foundation.metrics.families()
    requests = next(each for each in counted if each.name == "passerelle_api_requests")
    labels = [each.labels for each in requests.samples if each.name.endswith("_total")]
    return any(each["operation"] == operation and each["status"][0] == "2" for each in labels)


async def a_day_of_charging(counter: Counter) -> None:
    """What the examples of the document name: a place, a session that has ended, its bill. Every stream ends
    at once.
    """
    obeying = counter.obeying

    async def at_once(request: Request) -> Reply:
        if request.path == "START_SESSION":
            return Reply({"result": "REJECTED", "timeout": 0})
        await obeying.tell(request, "ACCEPTED")
        return Reply({"result": "ACCEPTED", "timeout": 60})

    obeying.cpo.answer("POST", "commands", Side.RECEIVER, at_once)
    obeying.cpo.answer("PUT", "sessions", Side.SENDER, lambda _: Reply("ACCEPTED"))
    path = ("FR", "CPO", "LOC1")
    await obeying.issuing.push("PUT", "locations", *path, body=build.location().to_wire())
    await obeying.pushes_session(status="COMPLETED")
    assert (await obeying.issuing.push("POST", "cdrs", body=build.cdr().to_wire())).is_success
