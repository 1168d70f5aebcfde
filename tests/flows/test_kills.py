"""Each service dies once while cars charge, as in a crash; every session still ends in exactly one bill."""

import os
import time

import pytest

from passerelle.demo.background import in_background
from passerelle.demo.introductions import until
from passerelle.demo.run import Demo, Wanted, prepared

pytestmark = pytest.mark.slow


ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))  # `make faults` asks for more


@pytest.mark.parametrize("victim", ["hub", "cpo", "emsp"] * ROUNDS)
def test_a_service_killed_during_a_charge_loses_no_bill(victim: str, mongo_url: str) -> None:
    os.environ.setdefault("PASSERELLE_MONGO_URL", mongo_url)
    with prepared(Wanted(stations=2, sessions=2)) as demo:
        with in_background(demo.play, lambda _: None) as playing:
            until(lambda: _is_charging(demo), "a car charges", 20)
            process = next(each for each in demo.services.all() if each.name == victim)
            process.kill()
            time.sleep(1.5)
            process.restart()
            process.wait_ready()
            outcome = playing.result()
        assert demo.report(outcome).troubles == []


def _is_charging(demo: Demo) -> bool:
    """The eMSP has heard of a session that runs, so its start is on disk everywhere."""
    sessions = demo.services.emsp.admin().get("/objects/sessions")
    return any(session["status"] == "ACTIVE" and session["kwh"] for session in sessions)
