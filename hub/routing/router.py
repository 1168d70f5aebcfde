"""Every functional module of the hub goes through this door: who asks, what for, and then the scenario's way.

Pushes are stored and forwarded, so that a receiver that is away loses nothing; everything else is
passed on while the asker waits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, assert_never

from hub.authorization.desk import Desk
from hub.authorization.shown import ShownCards
from hub.callbacks.promises import Promises
from hub.callbacks.results import Results
from hub.routing import scenario as scenarios
from hub.routing.beginnings import Beginnings
from hub.routing.holdings import Holdings
from hub.routing.links import PARAMETER
from hub.routing.open_routing import OpenRouting
from hub.routing.parties import (
    asking_whom,
    calling_party,
    check_agreement,
    check_named,
    no_agreement,
)
from hub.routing.pushes import Pushes
from hub.routing.relay import Relay
from hub.routing.shelf import Shelf
from hub.routing.shown import check_shown, may_authorize, narrowed, not_allowed
from hub.routing.vocabulary import MODULES
from hub.routing.whereabouts import Whereabouts
from ocpi.errors import UnknownToken
from ocpi.objects.kinds import BY_MODULE
from ocpi.partners.directory import Directory
from ocpi.process.clock import Clock
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.versions.known import since
from ocpi.wire.interfaces import CPO, Side
from schemas.kinds import PartyId

_WITH_RESULT: Final = frozenset({"commands", "chargingprofiles"})


@dataclass(frozen=True, slots=True)
class Ways:
    """Where a request can go, and what tells the way."""

    relay: Relay
    pushes: Pushes
    promises: Promises
    results: Results
    open_routing: OpenRouting
    whereabouts: Whereabouts
    beginnings: Beginnings
    holdings: Holdings
    shelf: Shelf
    cards: Desk
    shown_cards: ShownCards


class Router:
    def __init__(self, *, hub: PartyId, directory: Directory, clock: Clock, ways: Ways) -> None:
        self._hub = hub
        self._directory = directory
        self._clock = clock
        self._ways = ways

    def interfaces(self) -> Iterator[Interface]:
        """Both sides of every functional module."""
        for name, module in MODULES.items():
            for side in Side:
                routes = tuple(
                    Route(each.method, each.path, self.route, since=each.since, until=each.until)
                    for each in module.messages(side)
                )
                yield Interface(name, side, routes, since=since(name))

    async def route(self, call: Call) -> Answer:
        if _is_result(call):
            return await self._ways.results.bring(call)
        party = calling_party(self._directory, call, self._hub)
        check_named(call, party)
        if call.method == "GET" and PARAMETER in call.query:
            return await self._follow(call, party)
        to = asking_whom(call, self._hub)
        asked = scenarios.Asked(to, call.method, call.module, call.side, is_list=not call.rest)
        match scenarios.scenario(asked, self._hub):
            case scenarios.Direct(to=to):
                return await self._direct(call, party, to)
            case scenarios.Broadcast():
                return await self._ways.pushes.to_all(call, party)
            case scenarios.OpenRouting():
                return await self._open(call, party)
            case scenarios.GetAll():
                return await self._ways.holdings.everything(call, party)
            case other:
                assert_never(other)

    async def _follow(self, call: Call, party: PartyId) -> Answer:
        """The next page of a list that was relayed."""
        track = await self._ways.relay.track(call, party, call.query[PARAMETER])
        check_agreement(self._directory, call, party, track.to)
        answer = await self._ways.relay.follow(call, party, track)
        return narrowed(self._directory, call, party, track.to, answer)

    async def _direct(self, call: Call, party: PartyId, to: PartyId) -> Answer:
        if _is_push(call):
            return await self._ways.pushes.to_one(call, party, to)
        if (shown := await self._ways.shelf.answer(call, party, to)) is not None:
            return shown
        if _is_bill(call):
            return await self._ways.holdings.bill(call, party)
        if _is_authorize(call):
            return await self._authorize(call, party, to)
        check_agreement(self._directory, call, party, to, await self._ways.beginnings.of(call, party, to))
        check_shown(self._directory, call, party, to)
        if _has_result(call):
            return await self._ways.promises.pass_on(call, party, to)
        answer = await self._ways.relay.pass_on(call, self._ways.relay.leg(call, party, to))
        return narrowed(self._directory, call, party, to, answer)

    async def _authorize(self, call: Call, party: PartyId, issuer: PartyId) -> Answer:
        if may_authorize(self._directory, call, party, issuer):
            return await self._ways.cards.by_issuer(call, party, issuer)
        if self._directory.were_agreed(party, CPO, issuer, call.module):
            return not_allowed(call, party, issuer, self._clock.now())
        raise no_agreement(party, issuer)

    async def _authorize_openly(self, call: Call, party: PartyId) -> Answer:
        try:
            return await self._ways.cards.by_anybody(call, party)
        except UnknownToken:
            former = await self._ways.whereabouts.former_issuer(call, party)
            if former is None:
                raise
            return not_allowed(call, party, former, self._clock.now())

    async def _open(self, call: Call, party: PartyId) -> Answer:
        if _is_authorize(call):
            return await self._authorize_openly(call, party)
        if _is_own_card(call):
            return await self._ways.shown_cards.card(call, party)
        if _is_bill(call):
            return await self._ways.holdings.bill(call, party)
        return await self._direct(call, party, await self._ways.open_routing.receiver(call, party))


def _is_push(call: Call) -> bool:
    return call.module in BY_MODULE and call.side is Side.RECEIVER and call.method != "GET"


def _is_bill(call: Call) -> bool:
    """A GET of the Location that a CDR was answered with."""
    return (call.module, call.side, call.method) == ("cdrs", Side.RECEIVER, "GET")


def _is_authorize(call: Call) -> bool:
    return (call.module, call.side, call.method) == ("tokens", Side.SENDER, "POST")


def _is_own_card(call: Call) -> bool:
    """An issuer reads what the hub holds of its card."""
    return (call.module, call.side, call.method) == ("tokens", Side.RECEIVER, "GET")


def _has_result(call: Call) -> bool:
    """Its result comes later."""
    return call.module in _WITH_RESULT and call.side is Side.RECEIVER


def _is_result(call: Call) -> bool:
    return call.module in _WITH_RESULT and (call.side, call.method) == (Side.SENDER, "POST")
