"""A handshake that breaks, at each moment that there is: what both sides know of each other afterwards.

C-016. Whatever the platform does to the outside is counted: requests to the partner, writes to the database.
The n-th does not happen, or happens and is not heard of. Then either that was all (a lost connection, a
database that was away for a moment), or the process is dead and does nothing any more.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from ocpi.client.peer import Peer
from ocpi.errors import Unreachable
from ocpi.partners.store import PartnerStore
from ocpi.process.mongo import DriverError
from passerelle.admin_client import AdminRefused
from simulators.partner import SimulatedPartner
from tests.fakes.clock import ManualClock
from tests.ocpi.registration.handshakes import connection, known, pull, register
from tests.platforms import Running, connect, invited, operate

pytestmark = pytest.mark.slow
WRITES = ("add", "connect", "admit_also", "withdraw", "undo", "forget")


def at_each_of(steps: int) -> pytest.MarkDecorator:
    """`happens`: the step is done, and not heard of. `dies`: nothing is done any more."""
    moments = product(range(1, steps + 1), (0, 1), (0, 1))
    return pytest.mark.parametrize(("step", "happens", "dies"), list(moments))


@dataclass
class Breakage:
    """Breaks the `step`-th thing that is done from now on, until it is `mended`."""

    step: int = 0
    happens: bool = False
    dies: bool = False
    done: list[str] = field(default_factory=list)

    def arm(self, step: int, *, happens: int, dies: int) -> None:
        self.done.clear()
        self.step, self.happens, self.dies = step, bool(happens), bool(dies)

    def mend(self) -> bool:
        """Whether it has broken anything."""
        has_struck = 0 < self.step <= len(self.done)
        self.step = 0
        return has_struck

    async def through(self, name: str, act: Callable[[], Awaitable[Any]], error: Exception) -> Any:
        if not self.step:
            return await act()
        self.done.append(name)
        is_broken = len(self.done) == self.step
        if self.dies and len(self.done) > self.step:
            raise error
        if is_broken and not self.happens:
            raise error
        result = await act()
        if is_broken:
            raise error
        return result


@pytest.fixture
def breakage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Breakage]:
    breakage = Breakage()
    for kind, names, error in (
        (Peer, ("_send",), Unreachable("the connection is lost")),
        (PartnerStore, WRITES, DriverError("the database is away")),
    ):
        for name in names:
            monkeypatch.setattr(kind, name, _counted(breakage, getattr(kind, name), error))
    yield breakage
    assert breakage.step == 0


def _counted(breakage: Breakage, act: Any, error: Exception) -> Any:
    async def counted(*given: Any, **named: Any) -> Any:
        return await breakage.through(act.__name__, lambda: act(*given, **named), error)

    return counted


async def lets_in(partner: SimulatedPartner, hub: Running) -> bool:
    """Whether the partner opens to what the hub shows."""
    header = partner.authorization(connection(hub).token)
    return (await partner.plain("GET", partner.versions_url, header)).http == 200


async def much_later(clock: ManualClock) -> None:
    """What was never finished is given up by then, and has been looked for."""
    await clock.leap(minutes=5)
    await clock.stroll(minutes=1)


@at_each_of(5)
async def test_our_registration_is_whole_or_was_never_begun(
    hub: Running,
    cpo: SimulatedPartner,
    clock: ManualClock,
    breakage: Breakage,
    step: int,
    happens: int,
    dies: int,
) -> None:
    breakage.arm(step, happens=happens, dies=dies)
    with pytest.raises(AdminRefused):
        await register(hub, cpo)
    assert breakage.mend()
    await hub.foundation.directory.refresh()
    partner = known(hub)

    is_written_for_good = breakage.done[step - 1] == "connect" and happens and dies
    if is_written_for_good:
        assert await lets_in(cpo, hub)
        assert (await pull(cpo)).status == 1000
        return
    assert partner is None or dies
    if cpo.their_token is not None:
        assert (await pull(cpo)).http == 401
    if not dies and breakage.done[step - 1] != "_send":
        assert not cpo.is_registered
    await much_later(clock)
    assert known(hub) is None
    assert (await register(hub, cpo))["state"] == "REGISTERED"
    assert (await pull(cpo)).status == 1000
    assert await lets_in(cpo, hub)


@at_each_of(3)
async def test_their_registration_is_whole_or_their_invitation_is_still_good(
    hub: Running, cpo: SimulatedPartner, breakage: Breakage, step: int, happens: int, dies: int
) -> None:
    token = await invited(hub, "the-cpo", "CPO")
    await cpo.discover(hub.versions_url, token)
    breakage.arm(step, happens=happens, dies=dies)
    heard = await cpo.offer("POST", token, cpo.credentials(cpo.invite()))
    assert breakage.mend()
    await hub.foundation.directory.refresh()
    assert heard.status in (3000, 3001)
    assert cpo.their_token is None
    if breakage.done[step - 1] == "connect" and happens:  # they hold nothing, and can be let go of
        assert (await cpo.send("GET", hub.versions_url, token)).http == 401
        return
    partner = known(hub)
    assert partner is not None
    assert partner.state == "INVITED"
    assert (await cpo.register(hub.versions_url, token)).http == 201
    assert (await pull(cpo)).status == 1000
    assert await lets_in(cpo, hub)


@at_each_of(5)
async def test_our_rotation_locks_nobody_out(
    hub: Running,
    cpo: SimulatedPartner,
    clock: ManualClock,
    breakage: Breakage,
    step: int,
    happens: int,
    dies: int,
) -> None:
    await register(hub, cpo)
    breakage.arm(step, happens=happens, dies=dies)
    with pytest.raises(AdminRefused):
        await operate(hub, "/partners/the-cpo/rotate", {})
    assert breakage.mend()
    await hub.foundation.directory.refresh()
    assert (await pull(cpo)).status == 1000
    assert await lets_in(cpo, hub)
    await much_later(clock)
    assert (await pull(cpo)).status == 1000
    await operate(hub, "/partners/the-cpo/rotate", {})
    assert (await pull(cpo)).status == 1000
    assert await lets_in(cpo, hub)


@at_each_of(3)
async def test_their_rotation_locks_nobody_out(
    hub: Running, cpo: SimulatedPartner, breakage: Breakage, step: int, happens: int, dies: int
) -> None:
    """What they showed opens until they use something else; if they heard nothing, that is never."""
    await connect(hub, cpo, "the-cpo", "CPO")
    breakage.arm(step, happens=happens, dies=dies)
    heard = await cpo.renew()
    assert breakage.mend()
    assert heard.status in (3000, 3001)
    await hub.foundation.directory.refresh()
    assert (await pull(cpo)).status == 1000
    assert await lets_in(cpo, hub)
    assert (await cpo.renew()).status == 1000
    assert (await pull(cpo)).status == 1000
    assert await lets_in(cpo, hub)
