"""Keeps what is shown to each partner in step with what is so.

Looked at whenever partners or agreements were read anew, and when somebody goes or comes back; of what it
follows from only what has changed is counted anew. Several processes count alike, and the second changes
nothing.
Spec: 2.3.0 mod_hub_client_info, Scenarios.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from functools import partial

from hub.presence.grounds import Grounds, touched
from hub.presence.infos import Infos
from hub.presence.reach import Presences, Reach
from hub.presence.views import Facts, Scope, View, is_shown, views
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.wire.interfaces import CPO
from schemas.kinds import PartyId
from schemas.v2_3_0.enums import ConnectionStatus


class Census:
    """`changed` is set when something may be due to be told. `reach` is as it was read last."""

    def __init__(
        self,
        *,
        directory: Directory,
        presences: Presences,
        infos: Infos,
        clock: Clock,
        changed: asyncio.Event,
    ) -> None:
        self._directory = directory
        self._presences = presences
        self._infos = infos
        self._clock = clock
        self._changed = changed
        self.reach = Reach({}, frozenset())
        self._counted: Grounds | None = None
        self._due = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        directory.listen(self.look)

    def look(self) -> None:
        """Count soon, if there is a reason."""
        if self._counted != self._grounds():
            self._due.set()

    async def run(self) -> None:
        await self.refresh()
        while True:
            await self._due.wait()
            self._due.clear()
            await self.up_to_date()

    async def refresh(self) -> None:
        """Read who is away; other processes find that out as well."""
        self.reach = await self._presences.all()
        self.look()

    async def up_to_date(self) -> None:
        """What is so now is shown when this returns."""
        async with self._one_at_a_time:
            if self._counted != self._grounds():
                await self._count()
                self._changed.set()

    async def _count(self) -> None:
        self.reach = await self._presences.all()
        scope, kept = await self._kept()
        grounds, facts = self._grounds(), self.facts()
        viewers = {each.name: each for each in facts.partners if each.is_active}
        await self._forget(
            (self.reach.known | self.reach.away.keys()) - {each.name for each in facts.partners}
        )
        shown = views(facts, scope)
        stored = {view: status for view, status in kept.items() if view.viewer in viewers}
        await self._infos.hide([view for view in stored if not _is_for(viewers, view)])
        gone = [view for view in stored if view not in shown and _is_for(viewers, view)]
        wanted = {**shown, **dict.fromkeys(gone, ConnectionStatus.SUSPENDED)}
        changed = {view: status for view, status in wanted.items() if stored.get(view) != status}
        newcomers = viewers.keys() - self.reach.known
        await self._infos.show(changed, untold=_of_no_use(changed, newcomers))
        await self._presences.know(newcomers)
        self._counted = grounds

    async def _kept(self) -> tuple[Scope | None, dict[View, ConnectionStatus]]:
        """What others have shown is read first, and then what they knew: none of it is taken for gone."""
        while True:
            scope = touched(self._counted, self._grounds())
            kept = await self._infos.shown([each.name for each in self._directory.partners()], scope)
            await self._directory.refresh()
            if touched(self._counted, self._grounds()) == scope:
                return scope, kept

    async def _forget(self, names: Iterable[str]) -> None:
        """Platforms that are partners no more are shown nothing, and begin anew if they come again."""
        for name in names:
            await self._infos.forget_viewer(name)
            await self._presences.forget(name)

    def facts(self) -> Facts:
        """As they are known now."""
        connected = [each for each in self._directory.partners() if each.connection is not None]
        return Facts(connected, self.reach.away.keys(), partial(_agreed, self._directory))

    def _grounds(self) -> Grounds:
        directory = self._directory
        day = self._clock.now().date()
        return Grounds.of(directory.partners(), directory.agreements(), day, self.reach.away)


def _of_no_use(changed: Mapping[View, ConnectionStatus], newcomers: Collection[str]) -> set[View]:
    """A newcomer is told of those that it can deal with, and reads of all others in the list."""
    told = {view for view, status in changed.items() if status is ConnectionStatus.CONNECTED}
    return {view for view in changed if view.viewer in newcomers} - told


def _agreed(directory: Directory, cpo: PartyId, other: PartyId) -> bool:
    return directory.agreed(cpo, CPO, other)


def _is_for(viewers: Mapping[str, Partner], view: View) -> bool:
    return is_shown(view.client, viewers[view.viewer])
