"""The pricing commands as a user types them: what they print and the code they exit with."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from passerelle.cli import app
from passerelle.pricing_audit import stretches
from tests.ocpi.pricing.documents import cdr, component, element, tariff

CASES = Path(__file__).parent.parent / "tariffs" / "cases"
_ENCODER = msgspec.json.Encoder(decimal_format="number")


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def written(folder: Path, name: str, *documents: Any) -> Path:
    file = folder / name
    file.write_bytes(b"\n".join(_ENCODER.encode(document) for document in documents))
    return file


def wrong_total() -> dict[str, Any]:
    return cdr(id="CDR2", session_id="S2", total_cost={"excl_vat": 5, "incl_vat": 6})


def test_cases_print_a_verdict_each_and_exit_with_zero() -> None:
    files = sorted(CASES.glob("spec_0*.json"))

    result = run("price", "--case", *files, "--json")

    verdicts = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [verdict["name"] for verdict in verdicts] == [file.stem for file in files]
    assert all(verdict["ok"] is True and verdict["differences"] == [] for verdict in verdicts)
    assert verdicts[0]["result"]["total_cost"] == {"excl_vat": "5", "incl_vat": "5.5"}


def test_a_case_that_differs_says_where_and_exits_with_one(tmp_path: Path) -> None:
    case = json.loads((CASES / "spec_01_energy_025.json").read_text())
    case["expected"] = {"total_cost": {"excl_vat": "5.1", "incl_vat": "5.5"}}

    result = run("price", "--case", written(tmp_path, "case.json", case), "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "name": "spec_01_energy_025",
        "result": {"total_cost": {"excl_vat": "5", "incl_vat": "5.5"}},
        "ok": False,
        "differences": [{"path": "total_cost.excl_vat", "expected": "5.1", "actual": "5"}],
    }


def test_a_case_without_expectations_gets_all_of_its_result(tmp_path: Path) -> None:
    case = json.loads((CASES / "own_37_idle_fee_after_4h.json").read_text())
    expected = case.pop("expected")

    result = run("price", "--case", written(tmp_path, "case.json", case), "--json")

    verdict = json.loads(result.stdout)
    assert result.exit_code == 0
    assert set(verdict) == {"name", "result"}
    assert expected.items() <= verdict["result"].items()


def test_a_broken_case_is_reported_and_the_others_still_run(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")

    result = run("price", "--case", broken, CASES / "spec_01_energy_025.json")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].startswith("unreadable")
    assert result.stdout.splitlines()[1] == "as expected spec_01_energy_025"


def test_a_right_cdr_is_priced_line_by_line(tmp_path: Path) -> None:
    result = run("price", written(tmp_path, "cdr.json", cdr()), "--json")

    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["breakdown"]["total_cost"] == {"before_taxes": "4", "after_taxes": "4.8"}
    assert document["breakdown"]["time_zone_source"] == "COUNTRY"
    assert [line["cost"] for line in document["breakdown"]["lines"] if "cost" in line] == ["1", "3"]


def test_a_tariff_and_a_zone_can_be_given(tmp_path: Path) -> None:
    bare = written(tmp_path, "cdr.json", cdr(tariffs=None, total_cost={"excl_vat": 5, "incl_vat": 6}))
    late, other = component("ENERGY", "0.50"), component("ENERGY", "0.10")
    file = written(tmp_path, "tariff.json", tariff(element(late, start_time="21:00"), element(other)))

    def in_zone(zone: str) -> int:
        return run("price", bare, "--tariff", file, "--zone", zone).exit_code

    assert in_zone("Pacific/Noumea") == 0, "10:00Z is 21:00 there: 10 x 0.50"
    assert in_zone("Europe/Paris") == 1


def test_sentences_come_in_french(tmp_path: Path) -> None:
    result = run("price", written(tmp_path, "cdr.json", cdr()), "--explain", "--language", "fr")

    assert "En tout : 4,00 EUR hors taxe, 4,80 EUR taxes comprises." in result.stdout


def test_an_unknown_zone_is_wrong_usage(tmp_path: Path) -> None:
    assert run("price", written(tmp_path, "cdr.json", cdr()), "--zone", "Mars/Olympus").exit_code == 2


@pytest.mark.parametrize("processes", [1, 2])
def test_an_audit_counts_findings_and_repetitions(tmp_path: Path, processes: int) -> None:
    same_session = cdr(id="CDR3")
    file = written(tmp_path, "cdrs.jsonl", cdr(), wrong_total(), cdr(), same_session)

    result = run("audit", file, "--processes", processes)

    assert result.exit_code == 1
    assert "4 CDRs, 1 with errors" in result.stdout
    assert "cdr_repeated: FR*ABC*CDR1" in result.stdout
    assert "session_billed_twice: FR*ABC*S1" in result.stdout


def test_an_audit_writes_a_verdict_a_line(tmp_path: Path) -> None:
    file = written(tmp_path, "cdrs.jsonl", cdr(), wrong_total())

    result = run("audit", file, "--json", "--processes", 1)

    verdicts = [json.loads(line) for line in result.stdout.splitlines()]
    assert [verdict["clean"] for verdict in verdicts] == [True, False]
    assert {finding["code"] for finding in verdicts[1]["findings"]} == {"total_cost_differs"}


def test_a_clean_file_exits_with_zero(tmp_path: Path) -> None:
    assert run("audit", written(tmp_path, "cdrs.jsonl", cdr())).exit_code == 0


def test_lines_that_are_no_cdrs_are_findings(tmp_path: Path) -> None:
    file = tmp_path / "cdrs.jsonl"
    file.write_text("nonsense\n\n[1, 2]\n")

    result = run("audit", file, "--processes", 1)

    assert result.exit_code == 1
    assert "2 CDRs, 2 with errors" in result.stdout
    assert "not_json" in result.stdout


def test_stretches_cover_the_file_and_end_with_lines(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    text = b"".join(b"x" * (number % 70) + b"\n" for number in range(300))
    file.write_bytes(text)

    parts = [text[begin:end] for _, begin, end in stretches(file, 256)]

    assert b"".join(parts) == text
    assert len(parts) > 10
    assert all(part.endswith(b"\n") for part in parts)


def test_lint_fails_on_errors_only(tmp_path: Path) -> None:
    good = written(tmp_path, "good.json", tariff())
    bad = written(tmp_path, "bad.json", tariff(max_price={"excl_vat": 10, "incl_vat": 9}))

    assert run("tariff", "lint", good, "--version", "2.2.1").exit_code == 0
    result = run("tariff", "lint", bad, "--version", "2.2.1", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)[str(bad)][0]["code"] == "incl_below_excl"


def test_a_preview_says_what_a_charge_would_cost(tmp_path: Path) -> None:
    file = written(tmp_path, "tariff.json", tariff())
    asked = ["--at", "2024-06-01T18:00:00+02:00", "--energy", "30", "--minutes", 60, "--zone", "Europe/Paris"]

    result = run("tariff", "preview", file, *asked, "--version", "2.2.1", "--json")

    assert result.exit_code == 0
    assert Decimal(json.loads(result.stdout)["total_cost"]["after_taxes"]) == Decimal("12.00")
    assert run("tariff", "preview", file, *asked[:3], "much", *asked[4:]).exit_code == 2
