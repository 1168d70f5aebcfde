"""Bills that were not pushed are pulled: page by page, from each CPO with an agreement, in its version.

A window reaches back further than the last pull, because a CDR may carry an older date than the moment at
which it could be fetched; taking the same bill twice is harmless. One bad bill does not cost the others.
Spec: 2.3.0 mod_cdrs, GET method; transport_and_format, GET (process the correct objects).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pydantic

from ocpi.client.crawl import Window
from ocpi.client.lines import Lines
from ocpi.client.pages import pages
from ocpi.errors import OcpiError, UnknownReceiver
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Intake
from ocpi.objects.kinds import Json, key_of
from ocpi.objects.reading import Older, read
from ocpi.objects.receiving import Arrived, nobody
from ocpi.objects.record import Outcome, Record
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import Mongo
from ocpi.versions.known import CANONICAL
from ocpi.wire.body import parse_object
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import CPO, EMSP, Side
from schemas.kinds import ObjectKind, PartyId
from schemas.v2_3_0.enums import VersionNumber

log = logger(__name__)

COLLECTION: Final = "pulls"
OVERLAP: Final = timedelta(days=2)
WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pulled:
    """`new` counts the bills that nobody had pushed; `bad` those that were no CDR."""

    seen: int = 0
    new: int = 0
    bad: int = 0


class BillPull:
    def __init__(
        self,
        *,
        party: PartyId,
        directory: Directory,
        intake: Intake,
        facts: Facts,
        lines: Lines,
        mongo: Mongo,
        clock: Clock,
        arrived: Arrived = nobody,
    ) -> None:
        self._party = party
        self._directory = directory
        self._intake = intake
        self._facts = facts
        self._lines = lines
        self._pulls = mongo.collection(COLLECTION)
        self._clock = clock
        self._arrived = arrived

    async def everybody(self) -> dict[str, Pulled | str]:
        """One CPO's trouble is told beside the others' results."""
        results: dict[str, Pulled | str] = {}
        for cpo in self._directory.counterparts(self._party, EMSP):
            try:
                results[str(cpo)] = await self.one(cpo)
            except OcpiError as error:
                log.warning("bills could not be pulled", cpo=str(cpo), error=error.text)
                results[str(cpo)] = error.text
        return results

    async def every(self, seconds: int) -> None:
        while True:
            await self._clock.sleep(seconds)
            await self.everybody()

    async def one(self, cpo: PartyId) -> Pulled:
        """Raises OcpiError; the window then stays where it was."""
        began = self._clock.now()
        routing = Routing(to=cpo, sender=self._party)
        line = self._lines.to(self._directory.route_to(cpo, CPO), routing, began + WITHIN)
        window = await self._window(cpo)
        result = Pulled()
        async for page in pages(line, window.of(line.url(ObjectKind.CDR.module, Side.SENDER))):
            for body in page:
                result = await self._take(body, line.version, cpo, result)
        await self._pulls.update_one({"_id": str(cpo)}, {"$set": {"until": began}}, upsert=True)
        log.info("bills pulled", cpo=str(cpo), seen=result.seen, new=result.new, bad=result.bad)
        return result

    async def _window(self, cpo: PartyId) -> Window:
        last = await self._pulls.find_one({"_id": str(cpo)})
        return Window.after(last["until"] if last else None, OVERLAP)

    async def _take(self, body: bytes, version: VersionNumber, cpo: PartyId, so_far: Pulled) -> Pulled:
        try:
            accepted = await self._intake.bill(await self._record(body, version, cpo))
            await self._arrived(accepted)
        except (OcpiError, pydantic.ValidationError) as error:
            log.warning("a pulled bill was not taken", cpo=str(cpo), error=str(error).splitlines()[0])
            return Pulled(so_far.seen + 1, so_far.new, so_far.bad + 1)
        if accepted.outcome is not Outcome.CREATED:
            return Pulled(so_far.seen + 1, so_far.new, so_far.bad)
        return Pulled(so_far.seen + 1, so_far.new + 1, so_far.bad)

    async def _record(self, body: bytes, version: VersionNumber, cpo: PartyId) -> Record:
        """Raises InvalidParameters, NotSpeakable, ValidationError."""
        value = parse_object(body)
        found = read(ObjectKind.CDR, body, value, await self._older(value, version, cpo))
        key = key_of(ObjectKind.CDR, found.value)
        if key.owner != cpo:
            raise UnknownReceiver("this bill is of another CPO")
        return found.record(key)

    async def _older(self, value: Json, version: VersionNumber, cpo: PartyId) -> Older | None:
        if version == CANONICAL:
            return None
        return Older(version, await self._facts.charged(value, None, cpo, self._party))
