"""One page of one list of the partner, judged by its headers: can all of it be read?

Spec: transport_and_format of each version, Pagination; cases C-025 to C-028.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

from yarl import URL

from ocpi.errors import Unreadable
from ocpi.registration.doctor.findings import Finding, green, red, yellow
from ocpi.registration.doctor.probe import Probe
from ocpi.versions.known import has_sides
from ocpi.wire import pagination
from ocpi.wire.quirks import Quirk, Quirks
from schemas.v2_3_0.enums import VersionNumber

PAGE: Final = {"offset": "0", "limit": "1"}


def judged(probe: Probe, version: VersionNumber, quirks: Quirks) -> Iterator[Finding]:
    """`probe` asked for one member, with `PAGE` as its query."""
    if not probe.is_answered:
        yield _refused(probe)
        return
    try:
        members = [] if (data := probe.data()) is None else data
    except Unreadable as error:
        yield red("list", f"{probe.name} cannot be read: {error.text}", "Nothing is taken from it.")
        return
    if not isinstance(members, list):
        text = f"{probe.name} is no list but {type(members).__name__}"
        yield red("list", text, "Nothing is taken from it.")
        return
    yield green("list", f"{probe.name} is answered with {len(members)} of {_total(probe) or '?'}")
    yield from _headers(probe, len(members), version)
    yield from _link(probe, len(members), quirks)


def _headers(probe: Probe, returned: int, version: VersionNumber) -> Iterator[Finding]:
    if _total(probe) is None:
        means = "Nobody can see whether all was read; it is read to its last page all the same."
        yield yellow("paging", f"{probe.name} has no {pagination.TOTAL}", means)
    if probe.header(pagination.LIMIT) is None and has_sides(version):
        means = "Nobody can see how large a page may be. Nothing depends on it."
        yield yellow("paging", f"{probe.name} has no {pagination.LIMIT}", means)
    if returned > 1:
        text = f"{probe.name} gives {returned} for a limit of 1"
        yield yellow("paging", text, "Pages are as large as it likes; they are read as they come.")


def _link(probe: Probe, returned: int, quirks: Quirks) -> Iterator[Finding]:
    headers: Mapping[str, str] = probe.received.headers if probe.received else {}
    try:
        following = pagination.next_page(headers, probe.request.url, quirks)
    except Unreadable as error:
        means = "Only its first page is read: our token goes nowhere else."
        yield red("paging", f"{probe.name}: {error.text}", means, _set(Quirk.INNER_LINKS))
        return
    total = _total(probe)
    if following is None and total is not None and total > returned and Quirk.PAGES_BY_OFFSET not in quirks:
        text = f"{probe.name} has {total} members, and no Link leads on from the first {returned}"
        yield red("paging", text, "The rest is never read.", _set(Quirk.PAGES_BY_OFFSET))
    elif following is not None and not _keeps(following, probe.request.url):
        text = f"{probe.name} links to a page without our limit"
        yield yellow("paging", text, "It is followed as it stands.")


def _keeps(following: URL, asked: URL) -> bool:
    return "limit" not in asked.query or "limit" in following.query


def _total(probe: Probe) -> int | None:
    written = probe.header(pagination.TOTAL) or ""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 18 else None  # noqa: PLR2004 - what a number can hold


def _refused(probe: Probe) -> Finding:
    text = f"{probe.name} is not answered: {probe.reason()}"
    if HTTPStatus.MULTIPLE_CHOICES <= probe.http < HTTPStatus.BAD_REQUEST:
        where = probe.header("Location") or "nowhere"
        means = f"It redirects to {where[:200]}, and we follow no redirect with a token in our hands."
        return red("list", text, means, _set(Quirk.TRAILING_SLASH))
    return red("list", text, "What it holds does not come to us.")


def _set(quirk: Quirk) -> str:
    return f"passerelle partners quirks NAME --set {quirk}"
