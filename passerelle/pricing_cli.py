"""Prices on the command line: price a CDR, audit a file of them, lint and preview tariffs.

Exit codes: 0 all is well · 1 something differs or is wrong · 2 wrong usage.
"""

import os
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ocpi.pricing.audit import examine
from ocpi.pricing.findings import Severity
from ocpi.pricing.known import Known
from ocpi.pricing.language.words import Language
from ocpi.pricing.lint import lint as lint_tariff
from ocpi.pricing.opening import NotJson, decode
from ocpi.pricing.preview import preview as preview_charge
from ocpi.pricing.read_tariff import Version, read_tariff
from ocpi.pricing.report import of_breakdown, of_finding
from ocpi.pricing.tariff import Tariff
from ocpi.pricing.units import PRICE_UNITS, scaled
from ocpi.pricing.zones import NoSuchZone, Zone
from ocpi.process.clock import SystemClock
from passerelle.output import EXIT_USAGE, fail, print_json
from passerelle.pricing_audit import judged, summed
from passerelle.pricing_cases import run_cases
from passerelle.pricing_output import (
    print_findings_aside,
    show_findings,
    show_sentences,
    show_summary,
    show_verdict,
    with_progress,
)

EXIT_DIFFERS: Final = 1

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="One or more files.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
ZoneName = Annotated[
    str | None, typer.Option("--zone", help="IANA zone of the location, such as Europe/Paris.")
]
TariffFile = Annotated[
    Path | None, typer.Option("--tariff", exists=True, dir_okay=False, help="A tariff, or a list of them.")
]
OcpiVersion = Annotated[Version | None, typer.Option("--version", help="Guessed unless told.")]
InLanguage = Annotated[Language, typer.Option("--language", help="Of the sentences.")]

tariff_app = typer.Typer(no_args_is_help=True, help="Look at a tariff before anybody charges under it.")


def price(
    files: Files,
    tariff: TariffFile = None,
    zone: ZoneName = None,
    version: OcpiVersion = None,
    language: InLanguage = Language.ENGLISH,
    *,
    explained: Annotated[bool, typer.Option("--explain", help="Sentences instead of a table.")] = False,
    case: Annotated[bool, typer.Option("--case", help="The files are pricing cases, not CDRs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Price a CDR anew, line by line, and say whether its own totals agree; or run pricing cases."""
    if case:
        raise typer.Exit(0 if run_cases(files, as_json=as_json) else EXIT_DIFFERS)
    known = _known(tariff, zone, version)
    verdicts = [examine(file.read_bytes(), known) for file in files]
    for verdict in verdicts:
        show_verdict(verdict, language, explained=explained, as_json=as_json)
    raise typer.Exit(0 if all(verdict.is_clean for verdict in verdicts) else EXIT_DIFFERS)


def audit(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines: one CDR a line.")],
    tariff: TariffFile = None,
    zone: ZoneName = None,
    version: OcpiVersion = None,
    tolerance: Annotated[str, typer.Option(help="How far totals may differ, in the currency.")] = "0.01",
    processes: Annotated[int, typer.Option(min=0, help="0: one for each core.")] = 0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One verdict a line.")] = False,
) -> None:
    """Audit a file of CDRs and count what is wrong with them."""
    known = _known(tariff, zone, version, tolerance)
    verdicts = judged(file, known, processes=processes or os.cpu_count() or 1, with_reports=as_json)
    summary = summed(with_progress(verdicts, file, as_json=as_json))
    if not as_json:
        show_summary(summary)
    raise typer.Exit(0 if summary.is_clean else EXIT_DIFFERS)


@tariff_app.command("lint")
def lint(
    files: Files,
    version: Annotated[
        Version, typer.Option("--version", help="OCPI version of the tariffs.")
    ] = Version.V2_3_0,
    country: Annotated[str, typer.Option(help="Of the locations: makes VAT plausible or not.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with a tariff, or will be read differently by others."""
    now = SystemClock().now()
    found = {str(file): lint_tariff(_decoded(file), version, now, country) for file in files}
    if as_json:
        print_json({name: [of_finding(each) for each in findings] for name, findings in found.items()})
    else:
        for name, findings in found.items():
            show_findings(findings, name)
    worst = {finding.severity for findings in found.values() for finding in findings}
    raise typer.Exit(EXIT_DIFFERS if Severity.ERROR in worst else 0)


@tariff_app.command("preview")
def preview(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    at: Annotated[str, typer.Option(help="When the charge begins, such as 2025-06-01T18:00:00+02:00.")],
    energy: Annotated[str, typer.Option(help="kWh.")],
    minutes: Annotated[int, typer.Option(min=1, help="How long the charge takes.")],
    zone: Annotated[str, typer.Option(help="IANA zone of the location.")],
    version: Annotated[
        Version, typer.Option("--version", help="OCPI version of the tariff.")
    ] = Version.V2_3_0,
    language: InLanguage = Language.ENGLISH,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a charge would cost."""
    tariffs = _tariffs(file, version)
    try:
        start, kwh = datetime.fromisoformat(at), Decimal(energy)
        found = preview_charge(tariffs, start, kwh, timedelta(minutes=minutes), Zone.named(zone))
    except (ValueError, InvalidOperation) as error:
        fail(str(error) or f"{energy} is no energy", EXIT_USAGE)
    if as_json:
        print_json(of_breakdown(found.breakdown))
    else:
        show_sentences(found.breakdown, language)


def _known(tariff: Path | None, zone: str | None, version: Version | None, tolerance: str = "0.01") -> Known:
    try:
        return Known(
            version=version,
            zone=Zone.named(zone) if zone else None,
            tariffs=_tariffs(tariff, version or Version.V2_2_1) if tariff else (),
            tolerance=scaled(Decimal(tolerance), PRICE_UNITS),
        )
    except NoSuchZone as error:
        fail(str(error), EXIT_USAGE)
    except (InvalidOperation, ValueError):
        fail(f"{tolerance} is no amount of money", EXIT_USAGE)


def _tariffs(file: Path, version: Version) -> tuple[Tariff, ...]:
    raw = _decoded(file)
    raws = raw if isinstance(raw, list) else [raw]
    read = [read_tariff(each, version) for each in raws]
    findings = [finding for _, found in read for finding in found]
    if findings:
        print_findings_aside(findings, str(file))
    return tuple(tariff for tariff, _ in read if tariff is not None)


def _decoded(file: Path) -> Any:
    try:
        return decode(file.read_bytes())
    except NotJson as error:
        fail(f"{file} is no JSON: {error}", EXIT_USAGE)
