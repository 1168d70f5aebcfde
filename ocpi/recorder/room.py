"""The recorder of a service, put together."""

from dataclasses import dataclass

from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import Directory
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from ocpi.recorder.addressees import Addressees
from ocpi.recorder.documents import Keeping
from ocpi.recorder.evidence import Evidence
from ocpi.recorder.journal import Journal
from ocpi.recorder.ring import NOTHING_KEPT, Recorder
from ocpi.recorder.scribe import Scribe
from ocpi.recorder.stories import Stories


@dataclass(frozen=True, slots=True)
class Recording:
    recorder: Recorder
    scribe: Scribe
    journal: Journal
    stories: Stories


def recording(
    recorder: Recorder,
    keeping: Keeping,
    *,
    directory: Directory,
    store: ObjectStore,
    mongo: Mongo,
    metrics: Metrics,
    writers: Supervisor,
) -> Recording:
    """At work from now on, and until all that the process has heard is written."""
    scribe = Scribe(
        recorder=recorder,
        addressees=Addressees(directory),
        keeping=keeping,
        mongo=mongo,
        metrics=metrics,
    )
    if recorder is not NOTHING_KEPT:
        writers.start("write messages", scribe.run, restart=True)
    journal = Journal(mongo)
    return Recording(recorder, scribe, journal, Stories(journal, Evidence(mongo=mongo, store=store)))
