"""Makes the three services know each other, the way operators do it: over their admin ports.

The hub invites, the adapters register with the token they were given, and the agreement is added on every
side. Nothing is written behind anybody's back.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from ocpi.process.clock import SystemClock
from passerelle.demo.services import Process, ServiceFailed, Services

CPO: Final = "FR*CPO"
EMSP: Final = "NL*MSP"
_WITHIN_S: Final = 20.0


def introduce(services: Services) -> None:
    """Registered, agreed, and the eMSP's cards known to the hub and to the CPO."""
    for process, role in ((services.cpo, "CPO"), (services.emsp, "EMSP")):
        _register(services.hub, process, role)
    for process in services.all():
        process.admin().post("/agreements", {"cpo": CPO, "emsp": EMSP})
    for process in services.all():
        until(partial(_nothing_due, process), f"the {process.name} delivers what it has")


def until(holds: Callable[[], bool], what: str, within_s: float = _WITHIN_S) -> None:
    """Raises ServiceFailed when it does not come true in time."""
    clock = SystemClock()
    deadline = clock.monotonic() + within_s
    while not holds():
        if clock.monotonic() > deadline:
            raise ServiceFailed(f"{what}: not within {within_s:.0f} s")
        time.sleep(0.1)


def _register(hub: Process, process: Process, role: str) -> None:
    invitation = hub.admin().post("/partners/invitations", {"name": process.name, "roles": [role]})
    wanted = {
        "name": "hub",
        "versions_url": invitation["versions_url"],
        "token": invitation["token"],
        "roles": ["HUB"],
    }
    process.admin().post("/partners", wanted)


def _nothing_due(process: Process) -> bool:
    return not process.admin().get("/outbox")
