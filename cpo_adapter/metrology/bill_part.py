"""Signed readings as they stand on a bill: byte for byte, in order, and whole or not at all. Pure.

OCPI wants what was signed in base64 and the same text plain: a station that sent base64 finds it there
untouched, one that sent the text finds that untouched. What does not fit is left out as a whole, and told.
Spec: 2.3.0 mod_cdrs, SignedData and SignedValue class.
"""

import base64
from collections.abc import Sequence
from typing import Final

from cpo_adapter.metrology.checking import Checked
from cpo_adapter.ocpp.events import SignedReading
from ocpi.ocmf.readings import readings_of
from ocpi.ocmf.record import plain_of
from schemas.strings import CiString
from schemas.v2_3_0.cdrs import SignedData, SignedValue

LONGEST_VALUE: Final = 5000
LONGEST_KEY: Final = 512
LONGEST_METHOD: Final = 36
MOST_CHARACTERS: Final = 256_000
"""Of all values of a bill together: partners read no endless bills."""
_START, _BETWEEN, _END = "Start", "Intermediate", "End"
_CONTEXTS: Final = {"Transaction.Begin": _START, "Transaction.End": _END}


def bill_part(checks: Sequence[Checked], known_key: str) -> tuple[SignedData | None, bool]:
    """And whether something was left out. `known_key` stands in where the station shows none."""
    values = [(_value(check), _method(check.reading)) for check in checks]
    method = values[0][1]
    fitting = [value for value, of in values if _fits(value) and of == method and len(of) <= LONGEST_METHOD]
    kept = _within_bounds(fitting)
    key = next((check.reading.public_key for check in checks if check.reading.public_key), known_key)
    is_whole = len(kept) == len(values) and len(key) <= LONGEST_KEY
    if not kept:
        return None, not is_whole
    data = SignedData(
        encoding_method=CiString(method),
        public_key=key if key and len(key) <= LONGEST_KEY else None,
        signed_values=tuple(kept),
    )
    return data, not is_whole


def _value(check: Checked) -> SignedValue:
    data = check.reading.data
    plain = plain_of(data)
    is_plain = plain is not None and plain == data.strip()
    return SignedValue(
        nature=CiString(_nature(check)),
        plain_data=data if plain is None or is_plain else plain,
        signed_data=base64.b64encode(data.encode()).decode() if is_plain else data,
    )


def _nature(check: Checked) -> str:
    """As the station says, else as the meter says."""
    told = _CONTEXTS.get(check.reading.context)
    readings = readings_of(check.record) if check.record else []
    if told is not None or not readings:
        return told or _BETWEEN
    if readings[-1].is_end:
        return _END
    return _START if readings[-1].is_begin else _BETWEEN


def _method(reading: SignedReading) -> str:
    if reading.encoding:
        return reading.encoding
    return "OCMF" if plain_of(reading.data) is not None else "unknown"


def _fits(value: SignedValue) -> bool:
    return max(len(value.plain_data), len(value.signed_data)) <= LONGEST_VALUE


def _within_bounds(values: list[SignedValue]) -> list[SignedValue]:
    """All, or those of the two ends."""
    if sum(len(each.plain_data) + len(each.signed_data) for each in values) <= MOST_CHARACTERS:
        return values
    return [each for each in values if each.nature != _BETWEEN]
