"""The examination of a partner, from the first packet to the first page: only questions that change nothing.

Each step is made as long as the one before it left hope; what is found stands in the order in which a call
would meet it.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final

import pydantic
from yarl import URL

from ocpi.errors import OcpiError
from ocpi.partners.model import Connection, Partner
from ocpi.registration.discovery import Wanted
from ocpi.registration.doctor import handshake, lists, probe
from ocpi.registration.doctor.findings import Finding, green, red, yellow
from ocpi.registration.doctor.probe import Probe
from ocpi.registration.doctor.questions import Questions
from ocpi.registration.doctor.way import Way
from ocpi.registration.far_side import SPELLINGS, usual_spelling
from ocpi.registration.identity import Identity
from ocpi.wire.headers import Routing
from ocpi.wire.interfaces import Side, serving_role
from ocpi.wire.quirks import Quirk

_LISTS: Final = ("tokens", "locations", "tariffs", "sessions", "cdrs")
_MOST_ORIGINS: Final = 3


class Examination:
    """`wanted` is what we need of the partner, `own` who we are to it."""

    def __init__(
        self, questions: Questions, partner: Partner, current: Connection, wanted: Wanted, own: Identity
    ) -> None:
        self._questions = questions
        self._partner = partner
        self._current = current
        self._wanted = wanted
        self._own = own

    async def findings(self) -> AsyncIterator[Finding]:
        if not self._partner.is_active:
            yield yellow("state", f"is {self._partner.state}", "Nothing is sent to it or taken from it.")
        is_open = True
        for place, origin in enumerate(self._origins()):
            way = Way(origin, self._questions.egress, self._questions.clock)
            async for finding in way.look():
                yield finding
            is_open = is_open and (way.is_open or place > 0)
        if is_open:
            async for finding in self._conversation():
                yield finding

    def _origins(self) -> Sequence[URL]:
        """That of the versions first."""
        told = (self._current.versions_url, *(each.url for each in self._current.endpoints))
        return list(dict.fromkeys(URL(each).origin() for each in told))[:_MOST_ORIGINS]

    async def _conversation(self) -> AsyncIterator[Finding]:
        first = await self._questions.ask("versions", self._current.versions_url)
        for finding in self._heard(first):
            yield finding
        if skew := probe.clock_skew(first):
            yield skew
        if not first.is_answered:
            yield await self._refused(first)
            return
        yield green("token", f"the one that we show is accepted ({first.took_ms:.0f} ms)")
        for finding in handshake.versions(first, self._current, self._wanted.versions):
            yield finding
        yield handshake.without_token(await self._questions.anonymously("versions", first.request.url))
        async for finding in self._details(first):
            yield finding
        async for finding in self._credentials():
            yield finding
        async for finding in self._list():
            yield finding

    async def _refused(self, first: Probe) -> Finding:
        """Whether another token would do, or the same spelled otherwise."""
        text = f"the one that we show is not accepted: {first.reason()}"
        means = "Nothing that we send is taken."
        if not first.is_refused:
            return red("versions", f"are not told: {first.reason()}", means)
        spare = self._current.spare
        if spare and (await self._questions.ask("versions", first.request.url, spare)).is_answered:
            helps = "It is shown again within a minute, or by passerelle partners rotate NAME."
            return red("token", f"{text}; the one of before is", means, helps)
        for spelling in self._other_spellings():
            quirks = self._current.quirks.difference(SPELLINGS) | {spelling}
            probed = await self._questions.ask("versions", first.request.url, quirks=quirks)
            if probed.is_answered:
                helps = f"passerelle partners quirks NAME --set {spelling}"
                return red("token", f"{text}; spelled otherwise it is", means, helps)
        helps = "Ask the partner whether it ended the connection; if so: leave, and register anew."
        return red("token", text, means, helps)

    def _other_spellings(self) -> Sequence[Quirk]:
        chosen = self._current.quirks & frozenset(SPELLINGS)
        used = chosen or {usual_spelling(self._current.version)}
        return [each for each in SPELLINGS if each not in used]

    async def _details(self, first: Probe) -> AsyncIterator[Finding]:
        try:
            found = {str(each.version): str(each.url) for each in handshake.offered(first)}
        except (OcpiError, pydantic.ValidationError):
            return
        url = found.get(self._current.version)
        if url is None:
            return
        probed = await self._questions.ask("version details", url)
        for finding in self._heard(probed):
            yield finding
        if not probed.is_answered:
            means = "No exchange of credentials succeeds."
            yield red("endpoints", f"the details of the version are not told: {probed.reason()}", means)
            return
        for finding in handshake.details(probed, self._current, self._wanted):
            yield finding

    async def _credentials(self) -> AsyncIterator[Finding]:
        probed = await self._questions.ask("credentials", self._current.credentials_url)
        told = handshake.credentials(probed, self._partner, self._current, self._own)
        for finding in (*self._heard(probed), *told):
            yield finding

    async def _list(self) -> AsyncIterator[Finding]:
        module = next((each for each in _LISTS if self._is_asked_for(each)), None)
        endpoint = module and self._current.endpoint(module, Side.SENDER)
        if module is None or endpoint is None:
            yield yellow("list", "there is none to look at", "It sends nothing that we could ask for.")
            return
        url = URL(endpoint).with_query(lists.PAGE)
        probed = await self._questions.ask(f"{module} SENDER", url, routing=self._routing(module))
        judged = lists.judged(probed, self._current.version, self._current.quirks)
        for finding in (*self._heard(probed), *judged):
            yield finding

    def _is_asked_for(self, module: str) -> bool:
        """What a platform like ours asks of one like theirs: an eMSP reads no tokens, and no bills of one."""
        role = serving_role(module, Side.SENDER)
        is_theirs = self._partner.hub_party is not None or role in {each.role for each in self._current.roles}
        is_ours = role == self._own.own.role
        return is_theirs and not is_ours and self._current.endpoint(module, Side.SENDER) is not None

    def _routing(self, module: str) -> Routing:
        """From our party to the one that serves it, or to the hub, which then answers for all."""
        role = serving_role(module, Side.SENDER)
        served = (each.party for each in self._current.roles if each.role == role)
        to = self._current.hub_party or next(served, None)
        return Routing(to=to, sender=self._own.own.party)

    def _heard(self, probed: Probe) -> Iterator[Finding]:
        return probe.manners(probed, self._current.version)
