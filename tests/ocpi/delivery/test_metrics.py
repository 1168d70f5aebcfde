from datetime import timedelta

from ocpi.delivery.marks import Due, Mark
from ocpi.delivery.metrics import MOST_PARTIES, DeliveryMetrics, OutboxMetrics
from ocpi.delivery.outbox import INDEXES, Outbox
from ocpi.delivery.platforms import Address
from ocpi.delivery.refusals import NO_REFUSALS
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor
from schemas.kinds import ObjectKind, PartyId
from tests.fakes.clock import START, ManualClock
from tests.fakes.eventually import eventually
from tests.platforms import CPO, EMSP


def due(to: PartyId) -> Due:
    return Due("location/FR*CPO/l1|*", ObjectKind.LOCATION, sender=CPO, to=to, role="EMSP")


def told(metrics: Metrics) -> str:
    return metrics.exposition()[0].decode()


def test_partners_are_labels_up_to_a_bound() -> None:
    metrics = Metrics()
    deliveries = DeliveryMetrics(metrics)
    for n in range(MOST_PARTIES + 5):
        party = PartyId("NL", f"{n:03d}")
        deliveries.count(Mark("x", due(party), 1, 0, NO_REFUSALS, START), "delivered")
    assert 'passerelle_deliveries_total{outcome="delivered",party="NL*000"} 1.0' in told(metrics)
    assert 'passerelle_deliveries_total{outcome="delivered",party="others"} 5.0' in told(metrics)


async def test_the_age_of_the_most_overdue_mark_is_told(mongo: Mongo, clock: ManualClock) -> None:
    await mongo.declare(INDEXES)
    metrics, outbox = Metrics(), Outbox(mongo, clock)
    await outbox.put([due(EMSP), due(PartyId("DE", "XYZ"))])
    (mark,) = await outbox.due_to([Address(ObjectKind.LOCATION, EMSP)], 1)
    await outbox.postpone(mark, clock.now() + timedelta(hours=1), "away")
    await clock.advance(seconds=90)
    async with Supervisor(name="test", clock=clock) as supervisor:
        supervisor.start("count", OutboxMetrics(outbox, metrics, clock).keep_counting)
        await eventually(lambda: "passerelle_outbox_oldest_due_seconds 90.0" in told(metrics))
    assert 'passerelle_outbox_marks{state="waiting"} 2.0' in told(metrics)
