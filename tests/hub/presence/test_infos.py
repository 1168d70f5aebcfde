"""What was shown and what is due, when several processes count alike and things change on the way."""

from hub.presence.infos import Info, Infos
from hub.presence.views import Client, View
from ocpi.process.mongo import Mongo
from ocpi.wire.pagination import PageQuery
from schemas.v2_3_0.enums import ConnectionStatus
from tests.fakes.clock import ManualClock
from tests.platforms import CPO

VIEW = View("the-emsp", Client("CPO", CPO))
CONNECTED, OFFLINE = ConnectionStatus.CONNECTED, ConnectionStatus.OFFLINE


async def only(infos: Infos) -> Info:
    (info,) = (await infos.page("the-emsp", PageQuery())).infos
    return info


async def test_whoever_counts_second_changes_nothing(mongo: Mongo, clock: ManualClock) -> None:
    infos = Infos(mongo, clock)
    await infos.show({VIEW: CONNECTED})
    first = await only(infos)
    await infos.told(first)
    await clock.advance(seconds=5)
    await infos.show({VIEW: CONNECTED})
    assert await only(infos) == first
    assert await infos.viewers_due([]) == []


async def test_a_change_on_the_way_is_due_although_the_older_state_was_told(
    mongo: Mongo, clock: ManualClock
) -> None:
    infos = Infos(mongo, clock)
    await infos.show({VIEW: CONNECTED})
    (sent,) = await infos.due_to("the-emsp", 10)
    await infos.show({VIEW: OFFLINE})
    await infos.told(sent)
    (due,) = await infos.due_to("the-emsp", 10)
    assert (due.status, due.attempts) == (OFFLINE, 0)
    await infos.told(due)
    assert await infos.due_to("the-emsp", 10) == []


async def test_names_that_look_like_operators_are_names(mongo: Mongo, clock: ManualClock) -> None:
    """Hubs name the roles behind them as they like."""
    infos = Infos(mongo, clock)
    view = View("$viewer", Client("$status", CPO))
    await infos.show({view: CONNECTED})
    assert await infos.shown(["the-emsp"]) == {view: CONNECTED}
