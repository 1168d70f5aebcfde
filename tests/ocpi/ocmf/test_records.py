"""What is a record of OCMF, what it says, and whether its meter said it."""

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ocpi.ocmf import NoKey, NotOcmf, Usability, Verdict, energy_of, key_of, read, readings_of, verify
from tests.fakes.signing_meter import SigningMeter, based, payload_of, told

CURVES = [
    (ec.SECP192R1(), "ECDSA-secp192r1-SHA256"),
    (ec.SECP256K1(), "ECDSA-secp256k1-SHA256"),
    (ec.SECP256R1(), "ECDSA-secp256r1-SHA256"),
    (ec.SECP384R1(), "ECDSA-secp384r1-SHA256"),
    (ec.BrainpoolP256R1(), "ECDSA-brainpool256r1-SHA256"),
    (ec.BrainpoolP256R1(), "ECDSA-brainpoolP256r1-SHA256"),
    (ec.BrainpoolP384R1(), "ECDSA-brainpool384r1-SHA256"),
]
CHARGE = (told(0.0, "B"), told(0.636, "E"))
METER = SigningMeter()


@pytest.mark.parametrize(("curve", "algorithm"), CURVES, ids=[name for _, name in CURVES])
def test_a_signature_on_each_curve_is_checked(curve: ec.EllipticCurve, algorithm: str) -> None:
    meter = SigningMeter(curve, algorithm)
    text = meter.record(*CHARGE)
    forged = text.replace("0.636", "0.536")

    assert verify(read(text), key_of(meter.der.hex())) is Verdict.GOOD
    assert verify(read(forged), key_of(meter.der.hex())) is Verdict.BROKEN
    assert verify(read(text), key_of(SigningMeter(curve, algorithm).der.hex())) is Verdict.BROKEN


def test_a_signature_in_base64_is_checked() -> None:
    text = METER.signed(payload_of(CHARGE), encoding="base64", SM="application/x-der")

    assert verify(read(text), key_of(METER.public_key)) is Verdict.GOOD


def test_without_a_name_the_algorithm_is_the_usual_one() -> None:
    payload, signature = METER.record(*CHARGE).split("|")[1:]
    bare = {"SD": json.loads(signature)["SD"]}

    assert verify(read(f"OCMF|{payload}|{json.dumps(bare)}"), key_of(METER.public_key)) is Verdict.GOOD


@pytest.mark.parametrize(
    "more",
    [{"SA": "ECDSA-secp192k1-SHA256"}, {"SA": "RSA"}, {"SM": "application/octet-stream"}],
    ids=["secp192k1", "no curve", "no DER"],
)
def test_what_cannot_be_checked_is_not_called_broken(more: dict[str, str]) -> None:
    text = METER.signed(payload_of(CHARGE), **more)

    assert verify(read(text), key_of(METER.public_key)) is Verdict.UNSUPPORTED
    assert verify(read(METER.record(*CHARGE)), None) is Verdict.NO_KEY


def test_a_key_on_another_curve_is_another_meters() -> None:
    other = SigningMeter(ec.SECP384R1())

    assert verify(read(METER.record(*CHARGE)), key_of(other.public_key)) is Verdict.OTHER_CURVE


@pytest.mark.parametrize("data", ["", "xyz", 7, "00"])
def test_what_is_no_signature_is_a_broken_one(data: Any) -> None:
    text = f"OCMF|{payload_of(CHARGE)}|{json.dumps({'SD': data})}"

    assert verify(read(text), key_of(METER.public_key)) is Verdict.BROKEN


def _spellings() -> dict[str, str]:
    public, der = METER.private.public_key(), METER.der
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    short = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    grouped = " ".join(der.hex().upper()[at : at + 4] for at in range(0, len(der.hex()), 4))
    return {
        "hex": der.hex(),
        "grouped hex": grouped,
        "base64": base64.b64encode(der).decode(),
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "OCA": METER.public_key,
        "OCA, bare": f"oca:base16:asn1:{der.hex()}",
        "base64 of hex": base64.b64encode(der.hex().encode()).decode(),
        "point": point.hex(),
        "compressed point": short.hex(),
        "two numbers": point[1:].hex(),
    }


SPELLINGS = _spellings()


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
def test_a_key_is_the_same_in_every_spelling(spelled: str) -> None:
    """B-110: keys stand on cabinets, in messages and in certificates."""
    assert key_of(spelled, "ECDSA-secp256r1-SHA256").der == METER.der


@pytest.mark.parametrize(
    "text", ["", "abc", "00" * 40, "A" * 9000, "oca:base16:asn1:zz", "-----BEGIN X-----"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoKey):
        key_of(text, "ECDSA-secp256r1-SHA256")


def test_a_record_is_found_in_base64_and_in_hex() -> None:
    text = METER.record(*CHARGE)

    assert read(based(text)).text == text
    assert read(text.encode().hex()).text == text


def test_the_separator_inside_of_a_text_separates_nothing() -> None:
    text = METER.record(*CHARGE, TT='a|b "\\"} and {c')

    assert verify(read(text), key_of(METER.public_key)) is Verdict.GOOD


def test_white_space_is_signed_too() -> None:
    text = METER.signed(" " + payload_of(CHARGE) + "\n ")

    assert verify(read(text), key_of(METER.public_key)) is Verdict.GOOD
    assert verify(read(text.replace("\n |", "|")), key_of(METER.public_key)) is Verdict.BROKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OCMF",
        "OCMF|",
        "OCMF|{}",
        "OCMF|{}|",
        "OCMF|[]|{}",
        "OCMF|{|{}",
        "OCMF|{}|{}x",
        "OCMF|x{}|{}",
        'OCMF|{"RD":NaN}|{}',
        "EDL|{}|{}",
        "OCMF|" + "[" * 60_000,
        "OCMF|{}|{}" + " " * 70_000 + "|",
    ],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(NotOcmf):
        read(text)


def test_a_reading_has_what_it_leaves_out_from_the_one_before() -> None:
    first = told("2.900", "B", ST="G")
    text = METER.record(first, {"RV": 3.1, "TX": "C"}, {"RV": 3.25}, {"RV": 3.5, "TX": "R"})
    readings = readings_of(read(text))

    assert [reading.wh for reading in readings] == [2900, 3100, 3250, 3500]
    assert [reading.reason for reading in readings] == ["B", "C", "C", "R"]
    assert (readings[0].is_begin, readings[-1].is_end) == (True, True)


def test_the_energy_is_what_lies_between_and_as_fine_as_the_meter() -> None:
    energy = energy_of(readings_of(read(METER.record(told("10.10", "B"), told("21.1", "E")))))

    assert energy is not None
    assert (energy.wh, energy.within_wh) == (Decimal(11_000), Decimal(10))
    assert energy_of(readings_of(read(METER.record(told(5, "E"))))) is None


def test_only_registers_of_imported_energy_count() -> None:
    others = [
        told(1, RI="1-b:2.8.0"),
        told(1, RI="01-00:C2.08.00*FF"),
        told(1, RU="Ohm"),
        told(1) | {"RV": True},
        told("1e30"),
        told("1e-30"),
        {},
    ]
    text = METER.record(*others, told(7, RU="Wh", RI="01-00:B2.08.00*FF"))

    assert [reading.wh for reading in readings_of(read(text))] == [7]
    assert readings_of(read('OCMF|{"RD":7}|{}')) == []


def test_a_meter_that_is_not_well_says_so() -> None:
    text = METER.record(told(1, ST="G"), told(1, ST="M"), told(1, ST="G", EF="Et"))

    found = [reading.usability for reading in readings_of(read(text))]
    assert found == [Usability.FINE, Usability.UNWELL, Usability.UNFIT]
