"""passerelle ocmf: whether readings are as a meter signed them. Nobody is asked anything: it works offline.

Exit codes: 0 every signature is good · 1 one is broken, or there is nothing signed · 2 wrong usage ·
3 none is broken, and one cannot be checked (no key, an algorithm that is not supported).
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ocpi.ocmf import (
    MeterKey,
    NoKey,
    NotOcmf,
    Record,
    Signed,
    Usability,
    Verdict,
    algorithm_of,
    energy_of,
    found_in,
    key_of,
    read,
    readings_of,
    verify,
)
from passerelle.options import Json
from passerelle.output import EXIT_USAGE, fail, print_json

EXIT_NOT_CHECKED: Final = 3
_LONGEST_BYTES: Final = 16 << 20

app = typer.Typer(no_args_is_help=True, help="Check readings that meters signed (OCMF).")


@app.callback()
def ocmf() -> None:
    """Check readings that meters signed (OCMF)."""


@app.command("verify")
def verify_file(
    file: Annotated[
        str, typer.Argument(help="A record, a CDR or a signed value of OCPP; - for standard input.")
    ],
    key: Annotated[
        str | None,
        typer.Option(
            "--key", help="The meter's public key, or a file with it; else the one beside the data."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say of every signed reading in a file whether its signature is good."""
    signed = found_in(_content(file))
    if not signed:
        fail(f"{file}: there is nothing in it that a meter signed by OCMF")
    checked = [_checked(each, key if key is None else _key_text(key)) for each in signed]
    rows = [each.row(number) for number, each in enumerate(checked, 1)]
    if as_json:
        print_json(rows)
    else:
        typer.echo("\n".join(map(_line, rows)))
    raise typer.Exit(_exit_code(each.verdict for each in checked))


@dataclass(frozen=True, slots=True)
class _Checked:
    """No record: the text is none, for `trouble`."""

    verdict: Verdict | None
    record: Record | None = None
    key: MeterKey | None = None
    trouble: str = ""

    def row(self, number: int) -> dict[str, Any]:
        readings = readings_of(self.record) if self.record else []
        energy = energy_of(readings)
        unwell = {each.usability.value for each in readings if each.usability is not Usability.FINE}
        return {
            "number": number,
            "verdict": self.verdict.value if self.verdict else self.trouble,
            "algorithm": algorithm_of(self.record) if self.record else None,
            "key": self.key.fingerprint if self.key else None,
            "energy_wh": f"{energy.wh.normalize():f}" if energy else None,
            "readings_wh": [f"{each.wh.normalize():f}" for each in readings],
            "remark": ", ".join(sorted(unwell)) or None,
        }


def _line(row: dict[str, Any]) -> str:
    more = {"key": row["key"], "energy": row["energy_wh"] and f"{row['energy_wh']} Wh", "": row["remark"]}
    told = [f"{name} {value}".strip() for name, value in more.items() if value]
    return "; ".join([f"{row['number']}: {row['verdict']}", *told])


def _checked(signed: Signed, given: str | None) -> _Checked:
    try:
        record = read(signed.text)
    except NotOcmf as error:
        return _Checked(None, trouble=str(error))
    key = _key(given or signed.public_key, record, is_given=given is not None)
    return _Checked(verify(record, key), record, key)


def _key(text: str, record: Record, *, is_given: bool) -> MeterKey | None:
    """A key beside the data that is none is as good as none; one that the user gave is a mistake."""
    try:
        return key_of(text, algorithm_of(record)) if text else None
    except NoKey as error:
        if is_given:
            fail(f"--key {error}", EXIT_USAGE)
        return None


def _exit_code(verdicts: Iterable[Verdict | None]) -> int:
    told = set(verdicts)
    if told & {None, Verdict.BROKEN, Verdict.OTHER_CURVE}:
        return 1
    return 0 if told == {Verdict.GOOD} else EXIT_NOT_CHECKED


def _content(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read(_LONGEST_BYTES) if file == "-" else Path(file).read_bytes()
        return raw.decode()
    except OSError as error:
        fail(f"{file}: {error.strerror}", EXIT_USAGE)
    except UnicodeDecodeError:
        fail(f"{file}: is no text")


def _key_text(given: str) -> str:
    """What is no name of a file is the key itself."""
    try:
        return Path(given).read_text() if Path(given).is_file() else given
    except (OSError, ValueError):
        return given
