"""Starting, stopping and unlocking for partners: what is checked before, and what comes of it.

The token of an order is not validated, that was its issuer's business; but nobody orders for the account or
in the session of another. The result says what the station answered: whether a car then charges is told by
the session.
Spec: 2.3.0 mod_commands, StartSession, StopSession and UnlockConnector object.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, TypeAlias

from cpo_adapter.authorization.commanded import (
    STARTED_WITHIN,
    WITHIN,
    CommandedStart,
    CommandedStarts,
    commanded_start,
    tag_for,
)
from cpo_adapter.commands.model import Declined, No, Order, Promise
from cpo_adapter.commands.outcomes import command_result
from cpo_adapter.commands.places import Places, able, connector_of, outlet_of
from cpo_adapter.commands.promises import Promises
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.intents import Intent, Outcome, RemoteStop, Unlock
from cpo_adapter.sessions.objects import issuer
from cpo_adapter.sessions.store import TransactionStore
from cpo_adapter.sessions.transaction import Begin, Transaction
from cpo_adapter.stations.model import Connector, Spot
from ocpi.errors import InvalidParameters
from schemas.kinds import PartyId
from schemas.v2_3_0.commands import CommandResult, StartSession, StopSession, UnlockConnector
from schemas.v2_3_0.enums import Capability, CommandResultType
from schemas.v2_3_0.tokens import Token

Hold: TypeAlias = Callable[[Promise, Begin], Awaitable[None]]
"""Keep a stop until its station can be asked. Durable when it returns."""


class Asker(Protocol):
    async def ask(self, station: str, intent: Intent) -> Outcome:
        """Raises NotAsked."""


class ReservedTags(Protocol):
    async def tag_of(self, spot: Spot, token: Token) -> str | None:
        """What the station calls the card for which it keeps this EVSE, if it is this one."""


class Control:
    """Each method returns once the order has been accepted. Raises Declined, UnknownLocation.

    Without `hold`, no stop is accepted for a station that is away.
    """

    def __init__(
        self,
        *,
        places: Places,
        asker: Asker,
        starts: CommandedStarts,
        reserved: ReservedTags,
        transactions: TransactionStore,
        promises: Promises,
        hold: Hold | None = None,
    ) -> None:
        self._places = places
        self._asker = asker
        self._starts = starts
        self._reserved = reserved
        self._transactions = transactions
        self._promises = promises
        self._hold = hold

    async def start(self, order: Order, wanted: StartSession) -> None:
        check_owner(order.party, wanted.token)
        spot, connector = self._place_of(wanted)
        station = spot.station.identity
        self._places.must_be_reachable(station)
        promise = order.promise("START_SESSION", station=station, about=spot.evse.uid)
        expected = commanded_start(
            start_id=promise.id,
            station=station,
            evse=spot.evse.number,
            tag=await self._reserved.tag_of(spot, wanted.token) or tag_for(wanted.token),
            token=wanted.token,
            reference=wanted.authorization_reference,
            at=order.at,
            until=order.at + WITHIN,
            counts_until=order.at + STARTED_WITHIN,
        )
        await self._promises.make(promise, partial(self._start, expected, spot, outlet_of(spot, connector)))

    async def stop(self, order: Order, wanted: StopSession) -> None:
        begin = (await running_session(self._transactions, order.party, wanted.session_id)).begin
        spot = self._places.spot(begin.terms.location.id, begin.terms.location.evse_uid)
        able([spot], Capability.REMOTE_START_STOP_CAPABLE)
        promise = order.promise("STOP_SESSION", station=begin.station, about=begin.session_id)
        if self._hold is not None:
            await self._hold(promise, begin)
        else:
            self._places.must_be_reachable(begin.station)
            await self._promises.make(promise, partial(self._asked, begin.station, RemoteStop(begin.name)))

    async def unlock(self, order: Order, wanted: UnlockConnector) -> None:
        spot = self._places.spot(wanted.location_id, wanted.evse_uid)
        outlet = outlet_of(spot, connector_of(spot, wanted.connector_id))
        station = spot.station.identity
        able([spot], Capability.UNLOCK_CAPABLE)
        self._places.must_be_reachable(station)
        if not all(is_of(begin, order.party) for begin in await self._transactions.running(station, outlet)):
            raise Declined(No.REJECTED, "the customer of another charges there")
        promise = order.promise("UNLOCK_CONNECTOR", station=station, about=spot.evse.uid)
        await self._promises.make(promise, partial(self._asked, station, Unlock(outlet)))

    def _place_of(self, wanted: StartSession) -> tuple[Spot, Connector | None]:
        if wanted.evse_uid is None:
            able_ones = able(self._places.spots(wanted.location_id), Capability.REMOTE_START_STOP_CAPABLE)
            if len(able_ones) > 1:
                raise Declined(No.REJECTED, "an evse_uid is needed: there are several")
        else:
            spot = self._places.spot(wanted.location_id, wanted.evse_uid)
            able_ones = able([spot], Capability.REMOTE_START_STOP_CAPABLE)
        return able_ones[0], _connector_for(able_ones[0], wanted.connector_id)

    async def _start(self, expected: CommandedStart, spot: Spot, outlet: Outlet) -> CommandResult:
        """Expected before it is asked for: stations ask about the card before they answer."""
        if not await self._starts.expect_alone(expected):
            return CommandResult(result=CommandResultType.EVSE_OCCUPIED)
        outcome = await self._asker.ask(expected.station, expected.order(outlet))
        if outcome is not Outcome.ACCEPTED:
            await self._starts.withdraw(expected.id)
        return command_result(outcome, self._places.status(spot))

    async def _asked(self, station: str, intent: Intent) -> CommandResult:
        return command_result(await self._asker.ask(station, intent))


async def running_session(store: TransactionStore, party: PartyId, session_id: str) -> Transaction:
    """A session of this party's customer that goes on. Raises Declined."""
    found = await store.of_session(session_id)
    if found is None:
        raise Declined(No.UNKNOWN_SESSION, "there is no such session")
    if not is_of(found.begin, party):
        raise Declined(No.REJECTED, "this session is another's")
    if found.end is not None:
        raise Declined(No.REJECTED, "this session has ended")
    return found


def is_of(begin: Begin, party: PartyId) -> bool:
    return begin.authorized is not None and issuer(begin.authorized) == party


def check_owner(party: PartyId, token: Token) -> None:
    """Raises InvalidParameters: whoever owns the token gets the bill."""
    if PartyId(token.country_code, token.party_id) != party:
        raise InvalidParameters(f"is no token of {party}", "/token")


def _connector_for(spot: Spot, connector_id: str | None) -> Connector | None:
    if connector_id is not None:
        return connector_of(spot, connector_id)
    if spot.evse.can(Capability.START_SESSION_CONNECTOR_REQUIRED):
        raise Declined(No.REJECTED, "a connector_id is needed here")
    return None
