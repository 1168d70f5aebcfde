"""From one message to all that belong to it: the card held up, the charge, the bill, in the order of time.

Messages are joined by what they have in common: the correlation id, the session, the bill, what the issuer
called its yes, the address of a command's result. An issuer that gave no name to its yes leaves a gap between
the card and the session; it is bridged by the next session of that card, which is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from ocpi.process.mongo import Document
from ocpi.recorder.evidence import Evidence
from ocpi.recorder.journal import Journal
from ocpi.recorder.keys import JOINING
from ocpi.wire.interfaces import Side

MOST: Final = 1000
"""Messages of a story; one that is longer is cut, and says so."""
PLUGGED_IN_WITHIN: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Story:
    """`by_card` are the sessions that were joined by their card alone."""

    messages: Sequence[Document]
    deliveries: Sequence[dict[str, Any]]
    bills: Sequence[dict[str, Any]]
    by_card: Sequence[str] = ()
    is_cut: bool = False


class Stories:
    def __init__(self, journal: Journal, evidence: Evidence) -> None:
        self._journal = journal
        self._evidence = evidence

    async def begun_by(self, keys: Iterable[str]) -> Story:
        """No messages: nothing of these keys is kept."""
        found: dict[str, Document] = {}
        await self._join(found, set(keys))
        by_card = set() if _sessions(found.values()) else await self._plugged_in(found.values())
        await self._join(found, by_card)
        named = {key for each in found.values() for key in each["keys"]}
        parties = {party for each in found.values() for party in (each["from"], each["to"]) if party}
        return Story(
            messages=sorted(found.values(), key=lambda each: each["order"]),
            deliveries=await self._evidence.deliveries(named, parties),
            bills=await self._evidence.bills(named),
            by_card=sorted(by_card),
            is_cut=len(found) >= MOST,
        )

    async def _join(self, found: dict[str, Document], keys: set[str]) -> None:
        known: set[str] = set()
        while keys and len(found) < MOST:
            for each in await self._journal.about(keys, MOST):
                found.setdefault(each["_id"], each)
            known |= keys
            keys = {key for each in found.values() for key in each["keys"] if key.startswith(JOINING)} - known

    async def _plugged_in(self, messages: Iterable[Document]) -> set[str]:
        """The first session of each card that was let in, soon after."""
        asked = [each for each in messages if _lets_in(each)]
        found: set[str] = set()
        for card in {key for each in asked for key in each["keys"] if key.startswith("card/")}:
            at = min(each["at"] for each in asked if card in each["keys"])
            first = await self._journal.first("sessions", card, at, at + PLUGGED_IN_WITHIN)
            found |= _sessions([first] if first else [])
        return found


def _lets_in(message: Document) -> bool:
    """An issuer's yes; where bodies are not kept, whatever is no failure may be one."""
    is_asked = (message["module"], message["side"], message["method"]) == ("tokens", Side.SENDER, "POST")
    answer = message["answer"]
    return is_asked and not message["failed"] and (answer is None or '"allowed":"ALLOWED"' in answer)


def _sessions(messages: Iterable[Document]) -> set[str]:
    return {key for each in messages for key in each["keys"] if key.startswith("session/")}
