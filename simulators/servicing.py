"""What a simulated station does for whoever looks after it: files, firmware, settings, resets.

As a real one: it answers first and sends afterwards, by PUT or as a form, tells how far it is, and reboots
for new firmware. What it sent and fetched is remembered by its checksum, so that both ends can be compared.
Spec: OCPP 1.6, 5.7, 5.19; security whitepaper, GetLog; OCPP 2.0.1, L01, N01, B05 to B08, B11.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any, Final, Protocol

from aiohttp import ClientError, ClientSession, FormData

from ocpi.process.clock import Clock
from ocpi.process.tasks import Supervisor

NAME: Final = "station.log"
_AT_A_TIME: Final = 64 * 1024


class ServiceSpeech(Protocol):
    """The part of a version's speech that tells of service."""

    def file_status(self, status: str, number: int | None) -> Any: ...

    def firmware_status(self, status: str, number: int | None) -> Any: ...

    def report(self, number: int, settings: Mapping[str, str], at: datetime) -> Sequence[Any]:
        """All parts of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How it sends a file, and what is in it; `ignores`: settings that it accepts and does not change."""

    sends_forms: bool = False
    log: bytes = b"all is well\n"
    ignores: frozenset[str] = frozenset()


USUAL: Final = Habits()


@dataclass(slots=True)
class Checksums:
    """SHA-256 of each file, in order."""

    sent: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)


class Service:
    def __init__(
        self,
        habits: Habits,
        *,
        settings: dict[str, str],
        speech: ServiceSpeech,
        session: ClientSession,
        tell: Callable[[Callable[[], Any]], None],
        reboot: Callable[[], None],
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._habits = habits
        self.settings = settings
        self.checksums = Checksums()
        self.is_operative = True
        self.caches_cleared = 0
        self._speech = speech
        self._session = session
        self._tell = tell
        self.reboot = reboot
        self._supervisor = supervisor
        self._clock = clock

    def send_file(self, url: str, number: int | None = None) -> str:
        """The name under which it will come."""
        self._supervisor.start("send a file", partial(self._send, url, number))
        return NAME

    def fetch_firmware(self, url: str, number: int | None = None) -> None:
        self._supervisor.start("fetch firmware", partial(self._fetch, url, number))

    def read(self, names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
        """Those that are there, all of them where none is named; and those that are not."""
        wanted = names or list(self.settings)
        found = {name: self.settings[name] for name in wanted if name in self.settings}
        return found, [name for name in wanted if name not in self.settings]

    def write(self, name: str, value: str) -> bool:
        """Whether it says that it did."""
        if name not in self.settings:
            return False
        if name not in self._habits.ignores:
            self.settings[name] = value
        return True

    def report(self, number: int) -> None:
        for part in self._speech.report(number, self.settings, self._clock.now()):
            self._say(part)

    async def _send(self, url: str, number: int | None) -> None:
        self._say(self._speech.file_status("Uploading", number))
        try:
            is_taken = await self._is_taken(url)
        except (ClientError, OSError):
            is_taken = False
        if is_taken:
            self.checksums.sent.append(hashlib.sha256(self._habits.log).hexdigest())
        failed = "UploadFailed" if number is None else "UploadFailure"
        self._say(self._speech.file_status("Uploaded" if is_taken else failed, number))

    async def _is_taken(self, url: str) -> bool:
        if not self._habits.sends_forms:
            async with self._session.put(f"{url}/{NAME}", data=BytesIO(self._habits.log)) as answer:
                return answer.ok
        form = FormData()
        form.add_field("file", BytesIO(self._habits.log), filename=NAME)
        async with self._session.post(url, data=form) as answer:
            return answer.ok

    async def _fetch(self, url: str, number: int | None) -> None:
        self._say(self._speech.firmware_status("Downloading", number))
        digest = hashlib.sha256()
        try:
            async with self._session.get(url) as answer:
                answer.raise_for_status()
                async for chunk in answer.content.iter_chunked(_AT_A_TIME):
                    digest.update(chunk)
        except (ClientError, OSError):
            self._say(self._speech.firmware_status("DownloadFailed", number))
            return
        self.checksums.fetched.append(digest.hexdigest())
        self._say(self._speech.firmware_status("Downloaded", number))
        self._say(self._speech.firmware_status("Installing", number))
        self.reboot()
        self._say(self._speech.firmware_status("Installed", number))

    def _say(self, message: Any) -> None:
        self._tell(lambda: message)
