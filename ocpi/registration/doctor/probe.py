"""One question to the partner, as it is always asked, and what about its answer is not as it should be.

Spec: transport_and_format of each version, Response format; Unique message IDs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from ocpi.client.http import Outgoing, Received
from ocpi.errors import Unreadable
from ocpi.registration.doctor.findings import Finding, green, red, yellow
from ocpi.versions.known import has_sides
from ocpi.wire import envelope
from ocpi.wire.headers import CORRELATION_ID, REQUEST_ID
from ocpi.wire.status import is_success
from schemas import codec
from schemas.times import parse
from schemas.v2_3_0.enums import VersionNumber

SLOW_MS: Final = 2000
SKEWED: Final = timedelta(seconds=30)
WRONG: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Probe:
    """`trouble` when there is no answer at all."""

    name: str
    request: Outgoing
    at: datetime
    took_ms: float
    received: Received | None = None
    trouble: str | None = None

    @property
    def http(self) -> int:
        return self.received.http if self.received else 0

    @property
    def is_refused(self) -> bool:
        return self.http == HTTPStatus.UNAUTHORIZED

    @property
    def is_answered(self) -> bool:
        """Whether what was asked for is there."""
        told = self._envelope()
        return HTTPStatus.OK <= self.http < HTTPStatus.MULTIPLE_CHOICES and bool(
            told and is_success(told.status_code)
        )

    def data(self) -> Any:
        """Raises Unreadable."""
        told = self._envelope()
        return envelope.decoded(told.data) if told else None

    def header(self, name: str) -> str | None:
        return self.received.headers.get(name) if self.received else None

    def reason(self) -> str:
        """Why it is not answered, in the partner's own words where it has some."""
        if self.trouble:
            return self.trouble
        told = self._envelope()
        status = f"HTTP {self.http}" + (f", status {told.status_code}" if told else ", no OCPI envelope")
        return f"{status}: {told.status_message}"[:300] if told and told.status_message else status

    def _envelope(self) -> envelope.Envelope | None:
        try:
            return envelope.read(self.received.body) if self.received else None
        except Unreadable:
            return None


def manners(probe: Probe, version: VersionNumber) -> Iterator[Finding]:
    """What any answer should be like, whatever was asked. Nothing for no answer."""
    if probe.received is None:
        return
    if probe.took_ms > SLOW_MS:
        means = "Cards are refused and commands fail when an answer takes as long as that."
        yield yellow("latency", f"{probe.name} took {probe.took_ms:.0f} ms", means)
    if "json" not in (probe.header("Content-Type") or "").lower():
        shown = probe.header("Content-Type") or "no type"
        yield yellow("envelope", f"{probe.name} is answered as {shown}", "It is read as JSON all the same.")
    yield from _ids(probe, version)
    yield from _timestamp(probe)


def _ids(probe: Probe, version: VersionNumber) -> Iterator[Finding]:
    if not has_sides(version):
        return  # 2.1.1 has none
    sent = probe.request.ids.write()
    missing = [name for name in (REQUEST_ID, CORRELATION_ID) if probe.header(name) != sent[name]]
    if missing:
        means = "A call cannot be found again in the partner's log. Nothing else depends on it."
        yield yellow("message ids", f"{probe.name} does not echo {' and '.join(missing)}", means)


def _timestamp(probe: Probe) -> Iterator[Finding]:
    written = _member(probe, "timestamp")
    if written is None:
        yield yellow("envelope", f"{probe.name} has no timestamp", "It is required, and put up with here.")
        return
    try:
        skew = abs(parse(str(written)) - probe.at)
    except (ValueError, OverflowError):
        text = f"{probe.name} has the timestamp {str(written)[:40]!r}"
        yield yellow("envelope", text, "That is no date and time; nothing here depends on it.")
        return
    if skew > WRONG:
        means = "Objects that are dated like that look newer or older than they are."
        yield yellow("clock", f"{probe.name} is dated {_apart(skew)} from now", means)


def clock_skew(probe: Probe) -> Finding | None:
    """By the Date header, which the machine writes and not the program."""
    try:
        shown = parsedate_to_datetime(probe.header("Date") or "")
    except ValueError:
        return None
    skew = abs(shown - probe.at)
    text = f"its clock and ours are {_apart(skew)} apart"
    if skew <= SKEWED:
        return green("clock", text)
    means = "Newer states may look older than what is known, and are then not taken. One clock is wrong."
    return (red if skew > WRONG else yellow)("clock", text, means)


def _apart(skew: timedelta) -> str:
    seconds = int(skew.total_seconds())
    return f"{seconds} s" if seconds < 600 else f"{seconds // 60} min"  # noqa: PLR2004 - what reads well


def _member(probe: Probe, name: str) -> Any:
    try:
        told = codec.decode(probe.received.body) if probe.received else None
    except (codec.MalformedJson, ArithmeticError):
        return None
    return told.get(name) if isinstance(told, dict) else None
