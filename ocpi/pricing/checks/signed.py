"""Signed meter values: are they there where the law asks for them, and do they say what is billed?

Only what is readable without keys is compared: the first and last reading of OCMF records.
Spec: 2.3.0 mod_cdrs, SignedData and SignedValue; OCMF 1.0, reading (RD, RV, RU).
"""

from collections.abc import Iterator
from typing import Final

from ocpi.ocmf.readings import readings_of
from ocpi.ocmf.record import NotOcmf, read
from ocpi.pricing.subject import KWH, Subject, units
from ocpi.pricing.units import UNITS_PER_KWH, UNITS_PER_WH, NumberRefused, scaled
from ocpi.pricing.wire import WireSignedData
from ocpi.pricing.write_cdr import kwh

_TOLERANCE: Final = UNITS_PER_KWH // 100


def check_signed(subject: Subject) -> None:
    signed = subject.wire.signed_data
    if signed is None:
        if subject.known.needs_signed_data:
            subject.error("signed_data_missing", "/signed_data")
        return
    readings = list(_readings(signed))
    stated = units(subject.wire.total_energy, KWH)
    if len(readings) > 1 and stated is not None and abs(readings[-1] - readings[0] - stated) > _TOLERANCE:
        expected = kwh(readings[-1] - readings[0])
        subject.error("signed_energy_differs", "/total_energy", expected, subject.wire.total_energy)


def _readings(signed: WireSignedData) -> Iterator[int]:
    """Registers in energy units, in the order of the values."""
    for value in signed.signed_values or ():
        for text in (value.plain_data, value.signed_data):
            found = list(_of_ocmf(text or ""))
            if found:
                yield from found
                break


def _of_ocmf(text: str) -> Iterator[int]:
    try:
        readings = readings_of(read(text))
    except NotOcmf:
        return
    for reading in readings:
        try:
            yield scaled(reading.wh, UNITS_PER_WH)
        except NumberRefused:
            continue
