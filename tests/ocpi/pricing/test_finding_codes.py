"""Whoever names a finding is understood: the list is complete."""

import re
from pathlib import Path

import ocpi.pricing
from ocpi.pricing.finding_codes import CODES

FOLDER = Path(ocpi.pricing.__file__).parent
REPORTED = re.compile(r'(?:subject\.(?:error|warn|inform)|Finding)\(\s*"(\w+)"|CODE: Final = "(\w+)"')


def test_every_code_that_a_check_of_a_bill_reports_is_listed() -> None:
    files = (
        *FOLDER.glob("checks/*.py"),
        *FOLDER.glob("read_*.py"),
        FOLDER / "opening.py",
        FOLDER / "audit.py",
    )
    found = {one or other for file in files for one, other in REPORTED.findall(file.read_text())}
    assert len(found) > 40
    assert found <= CODES
