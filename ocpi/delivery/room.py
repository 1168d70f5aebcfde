"""The room as every service furnishes it: the parts of a delivery, put together once."""

from dataclasses import dataclass

from ocpi.delivery.attempts import Attempts
from ocpi.delivery.credits import Credits
from ocpi.delivery.dependencies import Dependencies
from ocpi.delivery.dispatcher import Delivery, Tools
from ocpi.delivery.fetching import Fetching
from ocpi.delivery.hearing import Hearing
from ocpi.delivery.impatience import Impatience
from ocpi.delivery.keeper import Keeper
from ocpi.delivery.leases import Leases
from ocpi.delivery.metrics import DeliveryMetrics
from ocpi.delivery.outbox import Outbox
from ocpi.delivery.platforms import Platforms
from ocpi.delivery.readying import Readying
from ocpi.delivery.send import Sender
from ocpi.delivery.troubles import Troubles
from ocpi.objects.facts import Facts
from ocpi.objects.store import ObjectStore
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.process.egress import Egress
from ocpi.process.metrics import Metrics
from ocpi.process.mongo import Mongo
from ocpi.process.tasks import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryGround:
    """`instance` names this process among several on one database, and is the same after a restart."""

    mongo: Mongo
    clock: Clock
    supervisor: Supervisor
    egress: Egress
    instance: str


def delivery_room(
    ground: DeliveryGround,
    *,
    directory: Directory,
    store: ObjectStore,
    facts: Facts,
    outbox: Outbox,
    metrics: Metrics,
) -> Delivery:
    """Nobody is at work in it yet."""
    clock, crediting = ground.clock, Credits(store, outbox)
    sender = Sender(
        egress=ground.egress,
        directory=directory,
        facts=facts,
        crediting=crediting,
        receipts=outbox.receipts,
        clock=clock,
    )
    troubles, leases = Troubles(ground.mongo, clock), Leases(ground.mongo, clock, ground.instance)
    platforms, hearing = Platforms(directory), Hearing(directory=directory, troubles=troubles, clock=clock)
    keeper = Keeper(directory, platforms)
    delivery = Delivery(
        tools=Tools(
            outbox=outbox,
            platforms=platforms,
            fetching=Fetching(
                outbox=outbox,
                platforms=platforms,
                leases=leases,
                troubles=troubles,
                keeper=keeper,
                clock=clock,
            ),
            readying=Readying(outbox=outbox, store=store, sender=sender, crediting=crediting, clock=clock),
            attempts=Attempts(
                outbox=outbox,
                sender=sender,
                troubles=troubles,
                dependencies=Dependencies(store),
                keeper=keeper,
                hearing=hearing,
                metrics=DeliveryMetrics(metrics),
                clock=clock,
            ),
            leases=leases,
            keeper=keeper,
            hearing=hearing,
            impatience=Impatience(outbox=outbox, troubles=troubles, clock=clock),
            clock=clock,
        ),
        supervisor=ground.supervisor,
    )
    directory.listen(delivery.sort_anew)
    return delivery
