"""The recorder of a service, put together."""

import os
from dataclasses import dataclass

from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import Directory
from ocpi.process import logs
from ocpi.process.clock import Clock
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.clerk import Clerk
from ocpi.recorder.evidence import Evidence
from ocpi.recorder.forgotten import Forgotten
from ocpi.recorder.frames import Charge
from ocpi.recorder.journal import Journal
from ocpi.recorder.keeping import Keeping
from ocpi.recorder.ring import NOTHING_KEPT, Recorder
from ocpi.recorder.scribe import Scribe, Writer
from ocpi.recorder.shelf import Shelf
from ocpi.recorder.stories import Stories


@dataclass(frozen=True, slots=True)
class RecordingGround:
    """`clerk_writes_to` is the URL of the database if a process of its own writes; else this one does."""

    recorder: Recorder
    keeping: Keeping
    mongo: Mongo
    clock: Clock
    writers: Supervisor
    clerk_writes_to: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    recorder: Recorder
    writer: Writer
    journal: Journal
    stories: Stories


def recording(
    ground: RecordingGround, *, directory: Directory, store: ObjectStore, metrics: Metrics
) -> Recording:
    """At work from now on, and until all that the process has heard is written."""
    writer = _writer(ground, Addressees(directory), metrics)
    if ground.recorder is not NOTHING_KEPT:
        ground.writers.start("write messages", writer.run, restart=True)
    journal = Journal(ground.mongo)
    stories = Stories(journal, Evidence(mongo=ground.mongo, store=store))
    return Recording(ground.recorder, writer, journal, stories)


def _writer(ground: RecordingGround, addressees: Addressees, metrics: Metrics) -> Writer:
    recorder = ground.recorder
    forgotten = Forgotten(recorder, metrics)
    if ground.clerk_writes_to is None:
        shelf = Shelf(ground.mongo, ground.keeping)
        return Scribe(recorder=recorder, addressees=addressees, shelf=shelf, forgotten=forgotten)
    return Clerk(
        recorder=recorder,
        addressees=addressees,
        charge=charge(ground.clerk_writes_to, ground.mongo.name, ground.keeping),
        forgotten=forgotten,
        clock=ground.clock,
    )


def charge(mongo_url: str, database: str, keeping: Keeping) -> Charge:
    """A clerk logs as this process does, and gives cards the same pseudonyms."""
    manner = logs.manner()
    return Charge(
        parent=os.getpid(),
        mongo_url=mongo_url,
        database=database,
        bodies=keeping.bodies,
        kept_for_s=keeping.kept_for.total_seconds(),
        log_level=manner.level,
        pseudonym_key=manner.pseudonym_key,
        worker=manner.worker,
    )
