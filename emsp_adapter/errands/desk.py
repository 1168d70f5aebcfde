"""Asks CPOs to do something, and takes what they say about it later.

An errand is stored before it leaves, so that no result finds nobody; whoever answers must be the platform
that was asked. A deadline is kept by a task of its own, also across a restart, and by another process where
the one that asked is gone. The id of an errand goes along as correlation id, so that a hub's log and a CPO's
name it too.
Spec: 2.3.0 mod_commands, Flow; POST method of the Sender Interface.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from yarl import URL

from emsp_adapter.errands.actions import ACTIONS, Order, Response, Result
from emsp_adapter.errands.model import (
    LATE,
    Errand,
    State,
    Word,
    after_deadline,
    after_response,
    after_result,
    after_trouble,
)
from emsp_adapter.errands.store import ErrandStore
from emsp_adapter.errands.way import Ways
from ocpi.client.line import Line
from ocpi.client.lines import WITHIN, Lines
from ocpi.errors import DeliveryError, InvalidParameters, UnknownObject
from ocpi.partners.model import Partner
from ocpi.process.clock import Clock
from ocpi.process.logs import correlation, logger
from ocpi.process.tasks import Supervisor
from ocpi.server.app import Platform
from ocpi.server.call import Call
from ocpi.versions import messages
from ocpi.wire import urls
from ocpi.wire.interfaces import Side
from ocpi.wire.results import unwrapped
from schemas import codec
from schemas.translation.context import Context

log = logger(__name__)
ANSWERED_WITHIN: Final = WITHIN + timedelta(seconds=5)
"""Longer than a call lasts, so that whatever ends it has its say before."""
_SECRET_BYTES: Final = 24
LOOK_EVERY_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class _Told:
    """A question in the partner's version, ready to leave."""

    method: str
    url: URL
    body: bytes | None
    context: Context


class Desk:
    def __init__(
        self,
        *,
        ways: Ways,
        store: ErrandStore,
        lines: Lines,
        platform: Platform,
        supervisor: Supervisor,
        clock: Clock,
    ) -> None:
        self._ways = ways
        self._store = store
        self._lines = lines
        self._platform = platform
        self._supervisor = supervisor
        self._clock = clock

    async def resume(self) -> None:
        """Deadlines of before the restart are kept too."""
        for errand in await self._store.waiting():
            self._watch(errand)

    async def keep_deadlines(self) -> None:
        """Those too of a process that asked and is no more."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            for errand in await self._store.overdue(self._clock.now()):
                await self._time_out(errand.id, errand.deadline)

    async def ask(self, order: Order) -> Errand:
        """Stored, sent once, and what it is after the immediate answer.

        Raises InvalidParameters (no agreement, no words for it in the partner's version), UnknownReceiver and
        Unreachable while nothing is stored or sent; later trouble is told by the errand.
        """
        partner = await self._ways.to(order.cpo)
        errand = self._new(order, partner)
        with correlation(errand.id):
            line = self._lines.to(partner, self._ways.routing(order.cpo))
            told = self._told(order, errand, line)
            await self._store.add(errand)
            self._watch(errand)
            log.info("asked", action=errand.action, cpo=str(errand.cpo), partner=partner.name)
            return await self._sent(errand, told, line)

    def _told(self, order: Order, errand: Errand, line: Line) -> _Told:
        module = self._platform.url_of(errand.module, Side.SENDER, line.version)
        question = order.asks(str(urls.join(module, errand.action, errand.secret)))
        context = self._ways.context(order.location)
        body = question.body
        return _Told(
            method=question.method,
            url=line.url(errand.module, Side.RECEIVER, *question.path).update_query(question.query),
            body=None if body is None else line.written(type(body), body, context),
            context=context,
        )

    def _new(self, order: Order, partner: Partner) -> Errand:
        now = self._clock.now()
        deadline = now + ANSWERED_WITHIN
        return Errand(
            id=order.id or str(uuid.uuid4()),
            secret=secrets.token_urlsafe(_SECRET_BYTES),
            module=order.action.module,
            action=order.action.name,
            cpo=order.cpo,
            partner=partner.name,
            about=order.about,
            asked_at=now,
            deadline=deadline,
            open_until=max(order.open_until or now, deadline) + LATE,
        )

    async def _sent(self, errand: Errand, told: _Told, line: Line) -> Errand:
        kind = ACTIONS[errand.action].response
        try:
            response = await line.ask(told.method, told.url, kind, told.context, told.body)
        except DeliveryError as error:
            log.warning("not answered", errand=errand.id, action=errand.action, error=error.text)
            return await self._store.change(errand.id, partial(after_trouble, error=error))
        word = self._word(response)
        step = partial(after_response, response=word, timeout_s=int(response.timeout))
        kept = await self._store.change(errand.id, step)
        self._watch(kept)
        return kept

    async def result(self, call: Call) -> tuple[Errand, Result]:
        """What a CPO tells at a response_url. Raises UnknownObject, InvalidParameters, ValidationError."""
        errand = await self._asked_of(call)
        result = _read(errand, call)
        kept = await self._store.change(errand.id, partial(after_result, result=self._word(result)))
        log.info("result", errand=errand.id, action=errand.action, result=result.result, late=kept.is_late)
        return kept, result

    async def _asked_of(self, call: Call) -> Errand:
        """The errand of this address. To anybody but the platform that was asked there is none."""
        errand = await self._store.awaiting(call.path["secret"])
        theirs = (call.admitted.partner.name, call.module, call.path["action"])
        if errand is None or theirs != (errand.partner, errand.module, errand.action):
            raise UnknownObject("nothing like this was asked")
        if call.routing.sender not in (None, errand.cpo) or call.routing.to not in (
            None,
            self._ways.own.party,
        ):
            raise InvalidParameters(f"the result of {errand.cpo} for {self._ways.own.party} is awaited here")
        return errand

    def _word(self, told: Response | Result) -> Word:
        return Word(str(told.result), codec.dump(told), self._clock.now())

    def _watch(self, errand: Errand) -> None:
        if errand.is_waiting:
            wait = partial(self._time_out, errand.id, errand.deadline)
            self._supervisor.start(f"await the result of {errand.id}", wait, restart=True)

    async def _time_out(self, errand_id: str, deadline: datetime) -> None:
        while (ahead_s := (deadline - self._clock.now()).total_seconds()) > 0:  # a loop may wake us early
            await self._clock.sleep(ahead_s)
        left = await self._store.change(errand_id, partial(after_deadline, now=self._clock.now()))
        if left.state is State.TIMED_OUT:
            log.warning("no result came in time", errand=errand_id, action=left.action, cpo=str(left.cpo))


def _read(errand: Errand, call: Call) -> Result:
    """Bare as the specification has it, or in an envelope as some send it; in whatever version it came."""
    policy = call.admitted.partner.translation
    context = Context(owner=errand.cpo, policy=policy)
    told = unwrapped(call.json_object())
    return messages.up(ACTIONS[errand.action].result, told, call.version, context)
