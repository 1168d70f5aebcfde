"""passerelle stations, as an operator who looks after stations uses it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cpo_adapter.maintenance import bodies
from cpo_adapter.maintenance.routes import SIMPLE
from cpo_adapter.signing.routes import Revocation
from cpo_adapter.stations.security_routes import OfStation
from ocpi.process.mongo import Mongo
from passerelle import (
    stations_calls_cli,
    stations_certificates_cli,
    stations_cli,
    stations_jobs_cli,
    stations_orders_cli,
)
from simulators.servicing import Habits
from tests.cpo_adapter.maintenance.workshop import working
from tests.fakes.clock import ManualClock
from tests.passerelle.commands import commands_to


async def test_an_operator_orders_follows_and_hears_of_what_was_not_done(
    mongo: Mongo, clock: ManualClock, tmp_path: Path
) -> None:
    async with working(mongo, clock, tmp_path) as workshop:
        passerelle = commands_to(workshop.cpo, tmp_path, "CPO")
        habits = Habits(ignores=frozenset({"HeartbeatInterval"}))
        station = await workshop.simulated("CP-1", "1.6", habits)

        sent = await passerelle("stations", "diagnostics", "CP-1", "--follow")
        assert sent.returncode == 0, sent.stderr
        *_, last = lines = sent.stdout.splitlines()
        assert lines[0].startswith("job 1: the station answered Accepted")
        assert [line.split()[1] for line in lines[1:-2]] == ["Uploading", "Uploaded"]
        (checksum,) = station.service.checksums.sent
        assert last == f"in/1-station.log  {len(habits.log)} bytes  sha256 {checksum}"

        change = ("stations", "configuration", "set", "CP-1", "HeartbeatInterval", "60")
        changed = await passerelle(*change)
        assert (changed.returncode, changed.stderr.count("\n")) == (1, 1)
        assert "wanted '60', found '300'" in changed.stderr


ANSWER = {
    "outcome": "Accepted",
    "accepted": True,
    "reason": "",
    "told": {"status": "Accepted"},
    "settings": [],
    "unknown": ["Nonsense"],
    "is_effective": True,
    "job": 7,
    "state": "done",
    "steps": [{"status": "Uploaded", "at": "2026-01-01T00:00:00Z", "detail": ""}],
    "file": None,
    "variables": [],
    "station": "CP-1",
    "revoked": [{"serial_number": "ab"}],
}


@dataclass
class Admin:
    """Takes whatever the routes of the adapter would take, and answers `ANSWER`."""

    said: list[tuple[str, dict[str, Any] | None]] = field(default_factory=list)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        self.said.append((path, body))
        return ANSWER

    def get(self, path: str, **_: str) -> Any:
        self.said.append((path, None))
        return ANSWER if path[-1].isdigit() or path.endswith("report") else []


BODIES: dict[str, type[OfStation]] = {
    **SIMPLE,
    "call": bodies.Call,
    "publish_firmware": bodies.PublishFirmware,
    "configuration/get": bodies.ReadConfiguration,
    "configuration/set": bodies.ChangeConfiguration,
    "diagnostics": bodies.Diagnostics,
    "log": bodies.Log,
    "firmware": bodies.Firmware,
    "report": bodies.Report,
    "customer": bodies.Customer,
    "profiles": OfStation,
    "display/list": OfStation,
    "monitoring/report": OfStation,
    "certificates/renew": OfStation,
    "certificates/revoke": Revocation,
}
ORDERS = [
    ("reset", "reset CP-1 --hard --evse 1"),
    ("availability", "availability CP-1 inoperative --evse 1 --connector 2"),
    ("trigger", "trigger CP-1 StatusNotification --evse 1"),
    ("unlock", "unlock CP-1 1"),
    ("clear_cache", "clear-cache CP-1"),
    ("data_transfer", "data-transfer CP-1 com.example --message Hello --data x"),
    ("cost", "cost CP-1 T1 12.30"),
    ("call", 'call CP-1 GetDERControl {{"isDefault":true}}'),
    ("call", "call CP-1 GetPeriodicEventStream"),
    ("priority", "priority CP-1 T1 on"),
    ("unpublish_firmware", f"unpublish-firmware CP-1 {'0' * 32}"),
    ("configuration/get", "configuration get CP-1 HeartbeatInterval"),
    ("configuration/set", "configuration set CP-1 HeartbeatInterval 60"),
    ("certificates/list", "certificates list CP-1 CSMSRootCertificate"),
    ("certificates/install", "certificates install CP-1 CSMSRootCertificate {file}"),
    ("certificates/delete", "certificates delete CP-1 aa bb 1"),
    ("certificates/renew", "certificates renew CP-1"),
    ("certificates/revoke", "certificates revoke CP-1 ab --reason stolen"),
    ("certificates/revoke", "certificates revoke CP-1"),
    ("display/show", "display show CP-1 1 Hello"),
    ("display/clear", "display clear CP-1 1"),
    ("display/list", "display list CP-1"),
    ("monitoring/base", "monitoring base CP-1 All"),
    ("monitoring/level", "monitoring level CP-1 4"),
    ("monitoring/add", "monitoring add CP-1 C.V Delta 0.5"),
    ("monitoring/clear", "monitoring clear CP-1 1 2"),
    ("monitoring/report", "monitoring report CP-1"),
    ("diagnostics", "diagnostics CP-1 --since 2026-01-01T00:00:00"),
    ("log", "log CP-1 --kind security --follow"),
    ("firmware", "firmware CP-1 fw.bin --at 2026-01-01T00:00:00 --certificate {file} --signature c2ln"),
    ("firmware", "firmware CP-1 https://maker.example/fw.bin"),
    ("publish_firmware", "publish-firmware CP-1 fw.bin"),
    ("report", "report CP-1 --about SummaryInventory"),
    ("report", "report CP-1 C.V D.W"),
    ("customer", "customer CP-1 CARD --erase --no-report"),
    ("profiles", "profiles CP-1"),
]


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Admin:
    admin = Admin()
    for module in (
        stations_cli,
        stations_calls_cli,
        stations_certificates_cli,
        stations_jobs_cli,
        stations_orders_cli,
    ):
        monkeypatch.setattr(module, "admin_of", lambda _: admin)
    return admin


def run(words: Sequence[str]) -> str:
    result = CliRunner().invoke(stations_cli.app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(("path", "command"), ORDERS, ids=[command for _, command in ORDERS])
def test_a_command_says_what_the_adapter_takes(admin: Admin, tmp_path: Path, path: str, command: str) -> None:
    file = tmp_path / "root.pem"
    file.write_text("-----BEGIN CERTIFICATE-----")
    for more in ([], ["--json"]):
        output = run([*command.format(file=file).split(), *more])
        assert more == [] or json.loads(output)["outcome"] == "Accepted"
        said, body = next(each for each in admin.said if each[1] is not None)
        assert (said, BODIES[path].model_validate(body).identity) == (f"/stations/{path}", "CP-1")


def test_every_order_has_a_command() -> None:
    assert {path for path, _ in ORDERS} == BODIES.keys()


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/stations/jobs", "jobs"),
        ("/stations/jobs/7", "job 7 --follow"),
        ("/stations/jobs/7/report", "report-of 7 --json"),
        ("/stations/alarms", "alarms"),
        ("/stations/notices", "notices CP-1 --action NotifyPriorityCharging"),
        ("/stations/certificates/issued", "certificates issued --identity CP-1 --within-days 30"),
        ("/stations/set_aside", "set-aside"),
        ("/stations/set_aside/a1", "set-aside a1"),
        ("/stations/set_aside/a1/retry", "retry a1"),
    ],
)
def test_what_is_shown_is_asked_for_where_it_is(admin: Admin, path: str, command: str) -> None:
    run(command.split())
    assert [said for said, _ in admin.said] == [path]
