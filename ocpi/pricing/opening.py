"""Documents put into their shells, whatever they are.

One that fits is decoded straight into its shell. One that does not is mended: what fits is kept, what does
not is left out and is a finding with its pointer. Only a text that is no JSON is refused.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec

from ocpi.pricing.findings import Finding, Severity, shown
from ocpi.pricing.wire import WireCdr

W = TypeVar("W", bound=msgspec.Struct)


class NotJson(ValueError):
    """The text is no JSON at all; nothing of it can be read."""


_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_CDR: Final = msgspec.json.Decoder(WireCdr)


def decode(body: bytes) -> Any:
    """Any JSON, with Decimals. Raises NotJson."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error


def decode_cdr(body: bytes) -> tuple[WireCdr, list[Finding]]:
    """The CDR in a text. Raises NotJson."""
    try:
        return _CDR.decode(body), []
    except msgspec.ValidationError:
        return convert_cdr(decode(body))
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error


def convert_cdr(raw: object) -> tuple[WireCdr, list[Finding]]:
    """The CDR in a decoded document."""
    if not isinstance(raw, dict):
        return WireCdr(), [Finding("cdr_unreadable", Severity.ERROR, "", "a CDR", shown(raw))]
    rest = {name: value for name, value in raw.items() if name != "tariffs"}
    found, findings = converted(rest, WireCdr, "", "cdr_unreadable")
    if raw.get("tariffs") is not None:
        found.tariffs = msgspec.Raw(_ENCODER.encode(raw["tariffs"]))
    return found, findings


def converted(raw: object, shell: type[W], pointer: str, code: str) -> tuple[W, list[Finding]]:
    """A decoded object in its shell, mended if it does not fit."""
    try:
        return msgspec.convert(raw, shell), []
    except (msgspec.ValidationError, RecursionError):
        findings: list[Finding] = []
        return _mended(raw, shell, pointer, findings, code), findings


def _mended(raw: object, shell: type[W], pointer: str, findings: list[Finding], code: str) -> W:
    if not isinstance(raw, dict):
        findings.append(Finding(code, Severity.ERROR, pointer, "an object", shown(raw)))
        return shell()
    found = shell()
    for field in msgspec.structs.fields(shell):
        given = raw.get(field.encode_name)
        if given is not None:
            value = _fitting(given, field.type, f"{pointer}/{field.encode_name}", findings, code)
            setattr(found, field.name, value)
    return found


def _fitting(given: object, kind: Any, pointer: str, findings: list[Finding], code: str) -> Any:
    try:
        return msgspec.convert(given, kind)
    except (msgspec.ValidationError, RecursionError):
        inner = next(_shells(kind), None)
        if inner is not None and isinstance(given, dict) and not _is_list(kind):
            return _mended(given, inner, pointer, findings, code)
        if inner is not None and isinstance(given, list) and _is_list(kind):
            return [_mended(each, inner, f"{pointer}/{at}", findings, code) for at, each in enumerate(given)]
        findings.append(Finding(code, Severity.ERROR, pointer, _expected(kind), shown(given)))
        return None


def _shells(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """The shells inside an optional, a union or a list."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for part in get_args(kind):
        yield from _shells(part)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list or any(_is_list(part) for part in get_args(kind))


_NAMES: Final = {Decimal: "a number", str: "a string", bool: "true or false"}


def _expected(kind: Any) -> str:
    if _is_list(kind):
        return "a list"
    return next((_NAMES[part] for part in get_args(kind) if part in _NAMES), "an object")
