"""passerelle ocmf verify, as a driver or an issuer types it: what it says, and how it exits."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from passerelle.cli import app
from tests.fakes.signing_meter import SigningMeter, based, payload_of, told

METER = SigningMeter()
RECORD = METER.record(told("10.10", "B"), told("21.10", "E"))
OTHER = SigningMeter()


def run(content: str, *words: object) -> Result:
    return CliRunner().invoke(app, ["ocmf", "verify", "-", *map(str, words)], input=content)


def cdr(**signed: Any) -> str:
    values = [{"nature": "End", "plain_data": RECORD, "signed_data": based(RECORD)}]
    data = {"encoding_method": "OCMF", "public_key": METER.public_key, "signed_values": values, **signed}
    return json.dumps({"data": {"id": "CDR-1", "signed_data": data}})


@pytest.mark.parametrize(
    "content",
    [
        cdr(),
        json.dumps(json.loads(cdr())["data"]["signed_data"]),
        json.dumps({"signedMeterData": based(RECORD), "publicKey": METER.public_key}),
    ],
    ids=["a CDR as it was answered", "its signed data", "a signed value of OCPP"],
)
def test_a_good_signature_exits_with_zero(content: str) -> None:
    result = run(content, "--json")

    (row,) = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (row["verdict"], row["energy_wh"]) == ("the signature is good", "11000")
    assert row["readings_wh"] == ["10100", "21100"]


def test_a_record_is_checked_by_the_key_that_is_given(tmp_path: Path) -> None:
    """On the command line, or in a file as manufacturers hand them out."""
    (tmp_path / "key").write_text(METER.der.hex())
    (tmp_path / "record").write_text(RECORD)
    from_file = CliRunner().invoke(
        app, ["ocmf", "verify", str(tmp_path / "record"), "--key", str(tmp_path / "key")]
    )

    assert run(RECORD, "--key", METER.public_key).exit_code == 0
    assert from_file.exit_code == 0
    assert from_file.stdout.startswith("1: the signature is good; key ")
    assert from_file.stdout.endswith("energy 11000 Wh\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (RECORD.replace("21.10", "22.10"), ("--key", METER.public_key)),
        (RECORD, ("--key", OTHER.public_key)),
        (cdr(), ("--key", OTHER.public_key)),
        ("{}", ()),
        ("no record", ()),
        (json.dumps({"signedMeterData": "QUJD", "publicKey": METER.public_key}), ()),
    ],
    ids=["forged", "another key", "another key than the one beside", "nothing", "no JSON", "no record"],
)
def test_what_is_broken_exits_with_one(content: str, words: tuple[str, ...]) -> None:
    assert run(content, *words).exit_code == 1


@pytest.mark.parametrize(
    "content",
    [RECORD, cdr(public_key="abc"), METER.signed(payload_of([told(1)]), SA="ECDSA-secp192k1-SHA256")],
    ids=["no key", "a key that is none", "an algorithm that is not supported"],
)
def test_what_cannot_be_checked_exits_with_three(content: str) -> None:
    assert run(content).exit_code == 3


def test_a_meter_that_was_not_well_is_remarked_on() -> None:
    text = METER.record(told(1, "B", ST="M"), told(2, "E"))
    (row,) = json.loads(run(text, "--key", METER.public_key, "--json").stdout)

    assert row["remark"] == "the meter was not well"


def test_wrong_usage_exits_with_two(tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["ocmf", "verify", str(tmp_path / "missing")])

    assert missing.exit_code == 2
    assert run(RECORD, "--key", "abc").exit_code == 2
