"""What the pricing commands show: tables and sentences for people, a progress bar on standard error."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from ocpi.pricing.audit import Audit
from ocpi.pricing.breakdown import Breakdown
from ocpi.pricing.explain import explain
from ocpi.pricing.findings import Finding
from ocpi.pricing.language.words import Language
from ocpi.pricing.report import of_audit, of_breakdown
from passerelle.output import print_json
from passerelle.pricing_audit import Judged, Summary


def with_progress(given: Iterator[Judged], file: Path, *, as_json: bool) -> Iterator[Judged]:
    """Pass verdicts on, moving a bar on standard error by the bytes that they stand for."""
    columns = (TextColumn("{task.fields[cdrs]} CDRs"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=file.stat().st_size, cdrs=0)
        cdrs = 0
        for found in given:
            cdrs += found.cdrs
            progress.update(task, advance=found.size, cdrs=cdrs)
            if as_json:
                sys.stdout.write(found.reports.decode())
            yield found


def show_verdict(verdict: Audit, language: Language, *, explained: bool, as_json: bool) -> None:
    if as_json:
        document = of_audit(verdict)
        if explained and verdict.breakdown is not None:
            document["explanation"] = explain(verdict.breakdown, language)
        print_json(document)
        return
    if verdict.breakdown is not None:
        if explained:
            show_sentences(verdict.breakdown, language)
        else:
            _show_lines(verdict.breakdown)
    show_findings(verdict.findings, "Findings")


def show_sentences(found: Breakdown, language: Language) -> None:
    for sentence in explain(found, language):
        typer.echo(sentence)


def _show_lines(found: Breakdown) -> None:
    document = of_breakdown(found)
    names = ("period", "dimension", "volume", "billed", "element", "price", "cost")
    table = Table(
        *names, title=f"{document['tariff']}, {document['time_zone']} ({document['time_zone_source']})"
    )
    for line in document["lines"]:
        table.add_row(*(str(line.get(name, "")) for name in names))
    console = Console()
    console.print(table)
    for name, value in document.items():
        if isinstance(value, dict):
            console.print(f"{name:24} {value['before_taxes']}  with tax {value['after_taxes']}")


def show_findings(findings: Sequence[Finding], title: str) -> None:
    console = Console()
    console.print(_findings_table(findings, title) if findings else f"{title}: none")


def print_findings_aside(findings: Sequence[Finding], title: str) -> None:
    """On standard error, where they disturb no program that reads the output."""
    Console(stderr=True).print(_findings_table(findings, title))


def _findings_table(findings: Sequence[Finding], title: str) -> Table:
    table = Table("severity", "code", "where", "expected", "actual", "why", title=title)
    for finding in findings:
        table.add_row(
            finding.severity,
            finding.code,
            finding.pointer,
            finding.expected or "",
            finding.actual or "",
            finding.reason or "",
        )
    return table


def show_summary(summary: Summary) -> None:
    console = Console()
    console.print(f"{summary.cdrs} CDRs, {summary.unclean} with errors")
    table = Table("severity", "code", "CDRs")
    for name, count in summary.codes.most_common():
        table.add_row(*name.split(" ", 1), str(count))
    if summary.codes:
        console.print(table)
    for meaning, count in summary.readings.most_common():
        console.print(f"{count} totals match if {meaning}")
    for each in summary.repeated:
        console.print(f"{each.code}: {each.name}")
