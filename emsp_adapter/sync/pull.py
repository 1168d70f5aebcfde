"""Bills that were not pushed are pulled: page by page, from each CPO with an agreement.

A window reaches back further than the last pull, because a CDR may carry an older date than the moment at
which it could be fetched; taking the same bill twice is harmless. One bad bill does not cost the others.
Spec: 2.3.0 mod_cdrs, GET method; transport_and_format, GET (process the correct objects).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx
import pydantic
from yarl import URL

from ocpi.client.peer import Peer
from ocpi.errors import OcpiError, UnknownReceiver
from ocpi.objects.intake import Intake
from ocpi.objects.kinds import key_of
from ocpi.objects.reading import read
from ocpi.objects.record import Outcome
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.logs import logger
from ocpi.process.mongo import Mongo
from ocpi.wire.body import parse_object
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import CPO, EMSP, Side
from schemas.kinds import ObjectKind, PartyId
from schemas.times import datetime_text

log = logger(__name__)

COLLECTION: Final = "pulls"
OVERLAP: Final = timedelta(days=2)
PAGE: Final = 100


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
        client: httpx.AsyncClient,
        mongo: Mongo,
        clock: Clock,
    ) -> None:
        self._party = party
        self._directory = directory
        self._intake = intake
        self._client = client
        self._pulls = mongo.collection(COLLECTION)
        self._clock = clock

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
        partner = self._directory.route_to(cpo, CPO)
        endpoint = self._directory.endpoint_of(partner, ObjectKind.CDR.module, Side.SENDER)
        if partner.connection is None or endpoint is None:
            raise UnknownReceiver(f"{partner.name} offers no CDRs")
        url = URL(endpoint).with_query(await self._window(cpo))
        routing = Routing(to=cpo, sender=self._party)
        result = Pulled()
        async for page in Peer(self._client, partner.connection.token).pages(url, routing):
            for body in page:
                result = await self._take(body, cpo, result)
        await self._pulls.update_one({"_id": str(cpo)}, {"$set": {"until": began}}, upsert=True)
        log.info("bills pulled", cpo=str(cpo), seen=result.seen, new=result.new, bad=result.bad)
        return result

    async def _window(self, cpo: PartyId) -> dict[str, str]:
        last = await self._pulls.find_one({"_id": str(cpo)})
        since = {"date_from": datetime_text(_before(last["until"]))} if last else {}
        return {**since, "limit": str(PAGE)}

    async def _take(self, body: bytes, cpo: PartyId, so_far: Pulled) -> Pulled:
        try:
            value = parse_object(body)
            key = key_of(ObjectKind.CDR, value)
            if key.owner != cpo:
                raise UnknownReceiver("this bill is of another CPO")
            accepted = await self._intake.bill(read(ObjectKind.CDR, body, value, None).record(key))
        except (OcpiError, pydantic.ValidationError) as error:
            log.warning("a pulled bill was not taken", cpo=str(cpo), error=str(error).splitlines()[0])
            return Pulled(so_far.seen + 1, so_far.new, so_far.bad + 1)
        if accepted.outcome is not Outcome.CREATED:
            return Pulled(so_far.seen + 1, so_far.new, so_far.bad)
        return Pulled(so_far.seen + 1, so_far.new + 1, so_far.bad)


def _before(instant: datetime) -> datetime:
    return instant - OVERLAP
