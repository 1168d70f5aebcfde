"""What an issuer says of a card when its charge runs already.

Spec: ocpp.md 7, case 102 (the late answer updates the session); OCPP 1.6, 5.11 (RemoteStopTransaction).
"""

from collections.abc import Callable
from typing import Protocol

from cpo_adapter.authorization.model import Authorized
from cpo_adapter.authorization.rules import bare
from cpo_adapter.ocpp.intents import Intent, NotAsked, Outcome, RemoteStop
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.terms import TermsBook
from cpo_adapter.sessions.transaction import Begin
from ocpi.process.logs import logger

log = logger(__name__)


class Asker(Protocol):
    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""


class Afterwards:
    """`touched` hears the number of every transaction that has changed; `stops`: after a no."""

    def __init__(
        self,
        *,
        store: TransactionStore,
        terms: TermsBook,
        asker: Asker,
        touched: Callable[[int], None],
        stops: bool,
    ) -> None:
        self._store = store
        self._terms = terms
        self._asker = asker
        self._touched = touched
        self._stops = stops

    async def allowed(self, station: str, authorized: Authorized) -> None:
        for begin in await self._running(station, authorized.uid):
            tariffs = self._terms.tariffs_for(begin, authorized)
            await self._store.let(begin.number, authorized, tariffs)
            self._touched(begin.number)

    async def refused(self, station: str, uid: str) -> None:
        """What was delivered until then is billed as it was let in."""
        for begin in await self._running(station, uid):
            log.warning("charge of a card refused later", station=station, number=begin.number)
            if self._stops:
                await self._stop(begin)

    async def is_charging(self, uid: str, *, but: str) -> bool:
        """Whether the card charges at another station than that."""
        return any(begin.station != but for begin in await self._store.running_with(uid))

    async def _stop(self, begin: Begin) -> None:
        try:
            outcome = await self._asker.ask(begin.station, RemoteStop(begin.name))
        except NotAsked as error:
            log.warning("charge not stopped", station=begin.station, reason=str(error))
        else:
            log.info("charge stopped", station=begin.station, outcome=outcome)

    async def _running(self, station: str, uid: str) -> list[Begin]:
        begun = await self._store.running(station)
        return [begin for begin in begun if bare(begin.uid) == bare(uid)]
