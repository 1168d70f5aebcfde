"""`lint`: what is wrong with a tariff, or will be read differently by others, before anybody charges under
it.

Takes the decoded document, so that misspelt fields are seen. It never raises.
Spec: 2.3.0 mod_tariffs, Tariff object.
"""

from collections.abc import Iterator
from datetime import datetime

from ocpi.pricing import instants
from ocpi.pricing.findings import Finding, Severity
from ocpi.pricing.lints.elements import lint_elements
from ocpi.pricing.lints.fields import lint_fields
from ocpi.pricing.lints.money import lint_money
from ocpi.pricing.lints.windows import lint_windows
from ocpi.pricing.read_tariff import Version, read_tariff
from ocpi.pricing.tariff import Tariff


def lint(raw: object, version: Version, at: datetime | None = None, country: str = "") -> tuple[Finding, ...]:
    """Findings on a tariff. `at` is now, for dates in the past; `country` of the locations, for plausible
    VAT.
    """
    tariff, findings = read_tariff(raw, version)
    if tariff is None:
        return tuple(findings)
    found = [*findings, *lint_fields(raw)]
    found += lint_windows(tariff)
    found += lint_elements(tariff)
    found += lint_money(tariff, country)
    if at is not None:
        found += _lint_dates(tariff, instants.ticks(at))
    if not tariff.elements and isinstance(raw, dict) and raw.get("tariff_alt_url"):
        found.append(Finding("alt_url_only", Severity.WARNING, "/tariff_alt_url"))
    return tuple(found)


def _lint_dates(tariff: Tariff, now: int) -> Iterator[Finding]:
    today = instants.day(now)
    if tariff.end is not None and tariff.end <= now:
        yield Finding("tariff_ended", Severity.WARNING, "/end_date_time", None, instants.text(tariff.end))
    for index, element in enumerate(tariff.elements):
        end = element.restrictions.end_date
        if end is not None and end <= today:
            yield Finding("dates_in_the_past", Severity.WARNING, f"/elements/{index}/restrictions/end_date")
