"""The parts that every service stands on, put together once, in the order in which they need each other."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ocpi.admin import acts
from ocpi.delivery import outbox as outboxes
from ocpi.delivery import troubles
from ocpi.delivery.dispatcher import Delivery
from ocpi.delivery.outbox import Outbox
from ocpi.delivery.room import DeliveryGround, delivery_room
from ocpi.objects import store as objects
from ocpi.objects import verdicts
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Intake
from ocpi.objects.store import ObjectStore
from ocpi.objects.verdicts import Verdicts
from ocpi.partners import store as partners
from ocpi.partners.agreement_store import AgreementStore
from ocpi.partners.directory import Directory
from ocpi.partners.seal import Seal
from ocpi.partners.store import PartnerStore
from ocpi.process.clock import Clock
from ocpi.process.duty import Duty
from ocpi.process.egress import Egress
from ocpi.process.health import HealthChecks
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Index, Mongo
from ocpi.process.tasks import Supervisor
from ocpi.recorder import journal as recorded
from ocpi.recorder.keeping import Keeping
from ocpi.recorder.ring import Recorder
from ocpi.recorder.room import Recording, RecordingGround, recording
from ocpi.service.key_files import secret_in
from ocpi.service.same_seal import check_same_seal


@dataclass(frozen=True, slots=True)
class Foundation:
    mongo: Mongo
    clock: Clock
    supervisor: Supervisor
    egress: Egress
    partners: PartnerStore
    agreements: AgreementStore
    directory: Directory
    store: ObjectStore
    intake: Intake
    facts: Facts
    verdicts: Verdicts
    outbox: Outbox
    delivery: Delivery
    recording: Recording
    keys: Path
    seal: Seal
    secret: str = field(repr=False)
    name: str
    instance: str
    health: HealthChecks
    metrics: Metrics
    duty: Duty

    def key_for(self, purpose: str) -> bytes:
        """32 bytes from the secret that all processes on this database share; others for each purpose."""
        return hmac.digest(self.secret.encode(), purpose.encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a foundation is laid on: already connected, already running, owned by whoever made it.

    `writers` outlives `supervisor`, whose tasks write until they end.
    `instance` names this process among several of one service, and is the same after a restart.
    `clerk_writes_to` is the URL of the database, where a process of its own shall write the records.
    """

    mongo: Mongo
    clock: Clock
    supervisor: Supervisor
    writers: Supervisor
    egress: Egress
    recorder: Recorder
    keeping: Keeping
    keys: Path
    name: str
    instance: str
    clerk_writes_to: str | None = None


INDEXES = (
    *partners.INDEXES,
    *objects.INDEXES,
    *outboxes.INDEXES,
    *troubles.INDEXES,
    *verdicts.INDEXES,
    *acts.INDEXES,
    *recorded.INDEXES,
)


async def lay(ground: Ground, more_indexes: Sequence[Index] = ()) -> Foundation:
    """Raises IndexConflict, SealBroken, KeyFileOpen: each one line for the operator."""
    await ground.mongo.declare((*INDEXES, *more_indexes))
    seal_key = secret_in(ground.keys / "seal.key", Seal.generate_key)
    seal = Seal(seal_key)
    duty = Duty("upkeep", mongo=ground.mongo, clock=ground.clock, holder=ground.instance)
    await check_same_seal(ground.mongo, seal_key, duty)
    partner_store = PartnerStore(ground.mongo, seal)
    agreements = AgreementStore(ground.mongo, ground.clock)
    directory = Directory(partners=partner_store, agreements=agreements, clock=ground.clock)
    await directory.refresh()
    store = ObjectStore(ground.mongo, ground.clock, ground.writers)
    verdict_store = Verdicts(store=store, mongo=ground.mongo, clock=ground.clock)
    outbox = Outbox(ground.mongo, ground.clock, ground.writers)
    facts = Facts(store, directory, ground.clock)
    metrics = Metrics()
    delivery = delivery_room(
        DeliveryGround(
            mongo=ground.mongo,
            clock=ground.clock,
            supervisor=ground.supervisor,
            egress=ground.egress,
            instance=ground.instance,
        ),
        directory=directory,
        store=store,
        facts=facts,
        outbox=outbox,
        metrics=metrics,
    )
    return Foundation(
        mongo=ground.mongo,
        clock=ground.clock,
        supervisor=ground.supervisor,
        egress=ground.egress,
        partners=partner_store,
        agreements=agreements,
        directory=directory,
        store=store,
        facts=facts,
        intake=Intake(store, verdict_store, ground.clock),
        verdicts=verdict_store,
        outbox=outbox,
        delivery=delivery,
        recording=_recording(ground, directory, store, metrics),
        keys=ground.keys,
        seal=seal,
        secret=seal_key,
        name=ground.name,
        instance=ground.instance,
        health=_health(ground),
        metrics=metrics,
        duty=duty,
    )


def _recording(ground: Ground, directory: Directory, store: ObjectStore, metrics: Metrics) -> Recording:
    own = RecordingGround(
        recorder=ground.recorder,
        keeping=ground.keeping,
        mongo=ground.mongo,
        clock=ground.clock,
        writers=ground.writers,
        clerk_writes_to=ground.clerk_writes_to,
    )
    return recording(own, directory=directory, store=store, metrics=metrics)


def _health(ground: Ground) -> HealthChecks:
    checks = HealthChecks(clock=ground.clock)
    checks.add("database", ground.mongo.ping)
    return checks
