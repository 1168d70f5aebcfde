"""Joins sessions to the commands that began them, however late they come.

By the authorization_reference of the command; a CPO of 2.1.1 never saw it, so there by card and place.
Spec: 2.3.0 mod_sessions, Session object; mod_commands, StartSession object.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from emsp_adapter.errands.actions import START_SESSION
from emsp_adapter.errands.model import Errand, State, after_session
from emsp_adapter.errands.store import ErrandStore
from ocpi.objects.intake import Accepted
from ocpi.process.logs import logger
from ocpi.process.mongo import Document
from schemas.kinds import PartyId
from schemas.times import parse

log = logger(__name__)
CLOCKS_DIFFER: Final = timedelta(minutes=5)
_NEVER_BEGAN: Final = (State.REFUSED, State.FAILED)


class SessionJoins:
    def __init__(self, errands: ErrandStore) -> None:
        self._errands = errands

    async def arrived(self, accepted: Accepted) -> None:
        """For every session that is pushed or pulled; doing it again changes nothing."""
        cpo, session_id = accepted.record.key.owner, accepted.record.key.id
        errand = await self._begun_by(cpo, accepted.record.value())
        if errand is not None and session_id not in errand.sessions:
            await self._errands.change(errand.id, partial(after_session, session_id=str(session_id)))
            log.info("session joined", errand=errand.id, action=errand.action, state=errand.state)

    async def _begun_by(self, cpo: PartyId, session: Mapping[str, Any]) -> Errand | None:
        reference = session.get("authorization_reference")
        if reference is not None:
            wanted = {"cpo": str(cpo), "about.authorization_reference": str(reference).lower()}
            return next(iter(await self._errands.newest(wanted, 1)), None)
        candidates = await self._errands.newest(self._like(cpo, session), 20)
        return next((each for each in candidates if _fits(each, session)), None)

    def _like(self, cpo: PartyId, session: Mapping[str, Any]) -> Document:
        """By when the session began, not by when it is told: it may be pulled a day later."""
        began = parse(session["start_date_time"])
        return {
            "cpo": str(cpo),
            "action": START_SESSION.name,
            "state": {"$nin": list(_NEVER_BEGAN)},
            "open_until": {"$gte": began},
            "asked_at": {"$lte": began + CLOCKS_DIFFER},
        }


def _fits(errand: Errand, session: Mapping[str, Any]) -> bool:
    """Same card, same place; an errand that led to another session is not looked for again."""
    about = errand.about
    evse = about.get("evse_uid")
    return (
        errand.sessions in ((), (session["id"],))
        and _same(about["token_uid"], session["cdr_token"]["uid"])
        and _same(about["location_id"], session["location_id"])
        and (evse is None or _same(evse, session["evse_uid"]))
    )


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
