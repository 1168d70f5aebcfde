"""Running pricing cases: files that hold a question about a price and, mostly, its answer.

The format is described in tests/tariffs/cases/README.md.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import typer

from ocpi.pricing.case import judged
from ocpi.pricing.case_question import CaseUnreadable
from ocpi.pricing.opening import NotJson, decode


def run_cases(files: Sequence[Path], *, as_json: bool) -> bool:
    """Print one JSON object or one line of text for each case; whether all came out as they assert."""
    verdicts = [_judged(file) for file in files]
    for verdict in verdicts:
        if as_json:
            sys.stdout.write(orjson.dumps(verdict).decode() + "\n")
        else:
            typer.echo(_text(verdict))
    return all(verdict.get("ok", "error" not in verdict) for verdict in verdicts)


def _judged(file: Path) -> dict[str, Any]:
    try:
        case = decode(file.read_bytes())
        return judged(case if isinstance(case, dict) else {})
    except (NotJson, CaseUnreadable) as error:
        return {"name": file.stem, "ok": False, "error": str(error)}


def _text(verdict: dict[str, Any]) -> str:
    name = verdict["name"]
    if "error" in verdict:
        return f"unreadable  {name}  {verdict['error']}"
    if "ok" not in verdict:
        return f"priced      {name}  {verdict['result']['total_cost']}"
    differing = (f"{each['path']}: {each['expected']} != {each['actual']}" for each in verdict["differences"])
    return f"as expected {name}" if verdict["ok"] else f"differs     {name}  {'; '.join(differing)}"
