"""What the flight recorder costs a relayed request: while somebody waits for it, and afterwards.

An authorization is relayed: one request in, one out, each with body and answer, and each time another card.
Timed are the calls that the two doors make, in processor time of this process, and then the making and
writing of the records, the database as far as this process pays for it.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from yarl import URL

from ocpi.partners.agreements import AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import SystemClock
from ocpi.process.embedded_mongo import database_url
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Mongo
from ocpi.process.witness import Left
from ocpi.recorder import journal
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.documents import Keeping
from ocpi.recorder.entries import Addressed, Body
from ocpi.recorder.ring import Recorder
from ocpi.recorder.scribe import Scribe
from ocpi.server.call import Answer
from ocpi.wire.headers import MessageIds, Routing
from ocpi.wire.interfaces import Side
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import VersionNumber

PROMISE_US: Final = 30.0  # of the path of a request, at most
ROUNDS: Final = 7
REQUESTS: Final = 4000
BODY: Final = b'{"location_id":"LOC0000001","evse_uids":["LOC0000001-1"]}'
ANSWER: Final = (
    b'{"data":{"allowed":"ALLOWED","token":{"country_code":"NL","party_id":"MSP","uid":"04A3B2%06d",'
    b'"type":"RFID","contract_id":"NL-MSP-C00000001-7","issuer":"MSP","valid":true,"whitelist":"NEVER",'
    b'"last_updated":"2026-01-01T00:00:00Z"},"authorization_reference":"%036d"},'
    b'"status_code":1000,"timestamp":"2026-01-01T00:00:00Z"}'
)
WHERE: Final = Addressed(VersionNumber.V2_3_0, "tokens", Side.SENDER, ("04A3B2C1D0E9F8", "authorize"))
CALLED: Final = "https://hub.example/ocpi/2.3.0/sender/tokens/04A3B2C1D0E9F8/authorize?type=RFID"
CALLING: Final = URL("https://emsp.example/ocpi/2.3.0/tokens/04A3B2C1D0E9F8/authorize?type=RFID")
ASKED: Final = Routing(to=PartyId("NL", "MSP"), sender=PartyId("FR", "CPO"))


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, database_url(folder=Path(folder, "mongo")) as url:
        path_us, later_us = asyncio.run(_measured(url))
    kept = path_us <= PROMISE_US
    text = f"recorder: {path_us:.1f} us in the path of a relayed request, promised {PROMISE_US:.0f}"
    print(text if kept else f"{text}: NOT KEPT")
    print(f"  {later_us:.0f} us of processor afterwards, for its two records")
    return 0 if kept else 1


async def _measured(mongo_url: str) -> tuple[float, float]:
    mongo = await Mongo.connect(mongo_url, "benchmark_recorder")
    await mongo.declare(journal.INDEXES)
    recorder = Recorder(clock=SystemClock())
    scribe = _scribe(recorder, mongo)
    rounds = [await _round(recorder, scribe) for _ in range(ROUNDS)][1:]
    mongo.close()
    path_us, later_us = (statistics.median(each) for each in zip(*rounds, strict=True))
    return path_us, later_us


async def _round(recorder: Recorder, scribe: Scribe) -> tuple[float, float]:
    """Microseconds of processor a relayed request, in its path and afterwards."""
    asked = [_headers() for _ in range(REQUESTS)]
    answers = [ANSWER % (number, number) for number in range(REQUESTS)]
    ids = [MessageIds.read(each) for each in asked]
    began_s = time.process_time()
    for each in zip(ids, asked, answers, strict=True):
        _relayed(recorder, *each)
    path_s = time.process_time() - began_s
    began_s = time.process_time()
    await scribe.write()
    later_s = time.process_time() - began_s
    return path_s / REQUESTS * 1e6, later_s / REQUESTS * 1e6


def _relayed(recorder: Recorder, ids: MessageIds, headers: dict[str, str], answer: bytes) -> None:
    heard = recorder.hearing("POST", CALLED, ids, WHERE)
    heard.partner, heard.routing, heard.body = "the-cpo", ASKED, Body(BODY)
    recorder.sending(Left("POST", CALLING, headers, BODY)).answered(200, answer)
    heard.answered(Answer(relayed=answer, routing=ASKED.reversed()))


def _headers() -> dict[str, str]:
    shown = {"Authorization": "Token bm9ib2R5LWlzc3VlZC10aGlz", "Content-Type": "application/json"}
    return {**shown, **MessageIds.fresh().write(), **ASKED.write()}


def _scribe(recorder: Recorder, mongo: Mongo) -> Scribe:
    partners = PartnerStore(mongo, Seal(Seal.generate_key()))
    directory = Directory(partners=partners, agreements=AgreementStore(mongo), clock=SystemClock())
    return Scribe(
        recorder=recorder,
        addressees=Addressees(directory),
        keeping=Keeping(),
        mongo=mongo,
        metrics=Metrics(),
    )


if __name__ == "__main__":
    sys.exit(main())
