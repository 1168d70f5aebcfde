"""Readings that a meter signed, in the Open Charge Metering Format: what they say, and if it is true. Pure.

record = read(text)                       OCMF as it stands, or in base64 or hex, as stations wrap it
verdict = verify(record, key_of(text))    GOOD, BROKEN, or why it cannot be said

A signature is over the bytes of the record, so nothing here ever writes a record anew.
Spec: OCMF 1.4 (SAFE); Open Charge Alliance, Signed Meter Values in OCPP 1.0.
"""

from ocpi.ocmf.found import Signed, found_in
from ocpi.ocmf.keys import MeterKey, NoKey, key_of
from ocpi.ocmf.readings import Energy, Reading, Usability, energy_of, readings_of
from ocpi.ocmf.record import NotOcmf, Record, read
from ocpi.ocmf.signature import Verdict, algorithm_of, verify

__all__ = [
    "Energy",
    "MeterKey",
    "NoKey",
    "NotOcmf",
    "Reading",
    "Record",
    "Signed",
    "Usability",
    "Verdict",
    "algorithm_of",
    "energy_of",
    "found_in",
    "key_of",
    "read",
    "readings_of",
    "verify",
]
