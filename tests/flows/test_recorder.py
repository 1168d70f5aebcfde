"""What the recorder of a hub still has after its process ended, well or in a crash."""

import asyncio
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ocpi.process.mongo import Mongo
from ocpi.recorder.journal import COLLECTION
from ocpi.wire.credentials_token import CredentialsToken
from ocpi.wire.headers import MessageIds
from passerelle.demo.services import Process
from tests.platforms import free_port

pytestmark = pytest.mark.slow
_PATIENCE = 100


@pytest.fixture
def hub(mongo_url: str, tmp_path: Path) -> Iterator[Process]:
    environ = {
        **os.environ,
        "PASSERELLE_MONGO_URL": mongo_url,
        "PASSERELLE_DATA_FOLDER": str(tmp_path),
        "HUB_PORT": str(free_port()),
        "HUB_ADMIN_PORT": str(free_port()),
        "HUB_DATABASE": f"test_{secrets.token_hex(4)}",
    }
    process = Process.start("hub", environ, tmp_path)
    process.wait_ready()
    yield process
    process.stop()
    _asked_of(process, lambda mongo: mongo.drop())


def _asked_of(hub: Process, question: Any) -> Any:
    async def ask() -> Any:
        mongo = await Mongo.connect(hub.environ["PASSERELLE_MONGO_URL"], hub.environ["HUB_DATABASE"])
        try:
            return await question(mongo)
        finally:
            mongo.close()

    return asyncio.run(ask())


def is_soon_recorded(hub: Process, correlation_id: str) -> bool:
    """Whoever writes outlives the hub for a moment."""
    for _ in range(_PATIENCE):
        if correlation_id in recorded(hub):
            return True
        time.sleep(0.2)
    return False


def recorded(hub: Process) -> set[str]:
    """The correlation ids of what is in the database."""
    found: list[str] = _asked_of(hub, lambda mongo: mongo.collection(COLLECTION).distinct("correlation_id"))
    return set(found)


def call(hub: Process, correlation_id: str) -> None:
    invited = hub.admin().post("/partners/invitations", {"name": correlation_id, "roles": ["CPO"]})
    shown = {"Authorization": CredentialsToken(invited["token"]).header()}
    ids = MessageIds.fresh(correlation_id).write()
    url = f"http://127.0.0.1:{hub.environ['HUB_PORT']}/ocpi/versions"
    assert httpx.get(url, headers={**shown, **ids}, trust_env=False).is_success


def test_a_hub_that_is_told_to_stop_has_recorded_everything(hub: Process) -> None:
    call(hub, "the-last")
    hub.stop()
    assert "the-last" in recorded(hub)


def test_a_hub_that_is_killed_has_lost_no_more_than_the_last_second(hub: Process) -> None:
    call(hub, "a-second-ago")
    time.sleep(1)
    call(hub, "right-now")
    hub.kill()
    assert is_soon_recorded(hub, "a-second-ago")
