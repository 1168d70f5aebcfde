"""The demo from start to end: database, services, introductions, charges, bills, and nothing left behind."""

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ocpi.process.clock import SystemClock
from ocpi.process.embedded_mongo import database_url
from passerelle.demo.files import write_files
from passerelle.demo.introductions import introduce, until
from passerelle.demo.play import Outcome, Played, Stage, play
from passerelle.demo.report import Report, report
from passerelle.demo.scenario import Plan, Scenario, read_scenario, spread
from passerelle.demo.services import Services, running_services

BILLED_WITHIN_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Wanted:
    stations: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is up: the services know each other, the stations have not begun."""

    services: Services
    scenario: Scenario
    plans: list[Plan]
    keys: dict[str, str]
    began_s: float

    def play(self, told: Callable[[Played], None]) -> Outcome:
        url = f"ws://127.0.0.1:{self.services.ports.stations}/ocpp"
        return asyncio.run(play(self.scenario, self.plans, Stage(url, self.keys, told)))

    def bills(self) -> list[dict[str, Any]]:
        """Every CDR that the eMSP has, in pages."""
        found: list[dict[str, Any]] = []
        while page := self.services.emsp.admin().get("/objects/cdrs", limit="200", offset=str(len(found))):
            found += page
        return found

    def report(self, outcome: Outcome) -> Report:
        """Waits for the bills first, for a while."""
        wanted = len(outcome.played)
        until(lambda: len(self.bills()) >= wanted, f"{wanted} bills reach the eMSP", BILLED_WITHIN_S)
        counted = self.services.emsp.admin().get("/authorizations")
        took_s = SystemClock().monotonic() - self.began_s
        found = report(outcome, self.bills(), sum(counted.values()), took_s)
        return Report(found.content, [*found.troubles, *self._doubts()])

    def _doubts(self) -> list[str]:
        """What the audits of the hub and of the eMSP say against the bills."""
        return [
            f"the {process.name} doubts {verdict['cdr']}: {finding['code']}"
            for process in (self.services.hub, self.services.emsp)
            for verdict in process.admin().get("/verdicts", doubted="true")
            for finding in verdict["findings"]
        ]


@contextmanager
def prepared(wanted: Wanted) -> Iterator[Demo]:
    """Raises StartFailed when something is not to be had."""
    began_s = SystemClock().monotonic()
    scenario = read_scenario()
    plans = spread(scenario, wanted.stations, wanted.sessions)
    keys = {plan.identity: secrets.token_hex(20) for plan in plans}
    with tempfile.TemporaryDirectory(prefix="passerelle-demo-") as name:
        folder = Path(name)
        files = write_files(folder, scenario, keys)
        with database_url() as mongo_url, running_services(folder, mongo_url, files) as services:
            introduce(services)
            yield Demo(services, scenario, plans, keys, began_s)
