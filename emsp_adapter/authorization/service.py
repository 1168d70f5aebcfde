"""May this card charge at this station, now? The answer, and what is remembered of it.

The authorization_reference comes back in the session and in the CDR, and joins the bill to this answer. Every
answer is stored before it is given.
Spec: 2.3.0 mod_tokens, POST method (real-time authorization); AuthorizationInfo object.
"""

import secrets
from dataclasses import replace
from typing import Any

import orjson

from emsp_adapter.authorization import velocity
from emsp_adapter.authorization.answers import Answers
from emsp_adapter.authorization.judge import Judge, Judged
from emsp_adapter.authorization.model import GivenAnswer, Question
from emsp_adapter.authorization.numbers import AnswerNumbers
from emsp_adapter.authorization.policy import Policy
from emsp_adapter.authorization.words import said
from emsp_adapter.contracts.case import Place
from emsp_adapter.contracts.rules import chargeable, needs_place
from emsp_adapter.contracts.verdict import Verdict
from ocpi.errors import NotEnoughInformation, UnknownToken
from ocpi.process.logs import logger, pseudonym
from schemas import codec
from schemas.v2_3_0.tokens import LocationReferences

log = logger(__name__)


class Authorization:
    def __init__(self, *, judge: Judge, answers: Answers, policy: Policy, numbers: AnswerNumbers) -> None:
        self._judge = judge
        self._answers = answers
        self._policy = policy
        self._numbers = numbers

    async def answer(self, question: Question) -> bytes:
        """An AuthorizationInfo of 2.3.0.

        Raises UnknownToken for a card that is not ours, NotEnoughInformation where it has to be said where.
        """
        judged = await self._judge.listed(question.uid, question.token_type, question.cpo, question.at)
        if judged is None:
            raise UnknownToken("this token is not one of ours")
        if needs_place(judged.case):
            raise NotEnoughInformation("this card may charge in some countries: tell the location")
        given = await self._kept(judged, question.at)
        self._tell(given)
        return _info(judged, given, question.at)

    async def _kept(self, judged: Judged, at: LocationReferences | None) -> GivenAnswer:
        given = _given(judged, at)
        await self._answers.keep(given)
        watched = await self._watched(given)
        if watched != given.verdict:
            given = replace(given, verdict=watched)
            await self._answers.correct(given)
        return given

    async def _watched(self, given: GivenAnswer) -> Verdict:
        """With what the other uses of the card add to it; whoever is refused anyway is not watched."""
        if given.verdict.reason is not None or not self._policy.watches_cards:
            return given.verdict
        others = await self._answers.other_uses(given, self._policy.speed.looks_back)
        return self._policy.weigh(given.verdict, velocity.remarks(given.use, others, self._policy.speed))

    def _tell(self, given: GivenAnswer) -> None:
        """A plain yes is kept and counted; to log each would take a tenth of the time of an answer."""
        verdict = given.verdict
        self._numbers.count(verdict)
        if verdict.reason is None and not verdict.warnings:
            return
        log.info(
            "authorization answered",
            uid=pseudonym(given.uid),
            cpo=str(given.cpo),
            allowed=verdict.allowed,
            reason=verdict.reason,
            warnings=verdict.warnings,
        )


def _given(judged: Judged, at: LocationReferences | None) -> GivenAnswer:
    case = judged.case
    return GivenAnswer(
        reference=secrets.token_hex(16),
        uid=case.card.uid,
        token_type=case.card.type,
        contract_id=case.card.contract_id,
        cpo=case.cpo,
        location_id=at.location_id if at else None,
        position=case.place.position if case.place else None,
        at=case.now,
        verdict=judged.verdict,
    )


def _info(judged: Judged, given: GivenAnswer, at: LocationReferences | None) -> bytes:
    """A reference and a location only with a yes: there is nothing to refer to after a no."""
    allowed, reason = given.verdict.allowed, given.verdict.reason
    told: dict[str, Any] = {"allowed": allowed, "token": orjson.Fragment(judged.case.card.wire)}
    if reason is not None:
        return codec.encode({**told, "info": said(reason, *judged.languages)})
    location = {"location": _allowed_at(at, judged.case.place)} if at else {}
    return codec.encode({**told, **location, "authorization_reference": given.reference})


def _allowed_at(at: LocationReferences, place: Place | None) -> dict[str, Any]:
    uids = chargeable(at.evse_uids, place.removed if place else frozenset())
    return {"location_id": at.location_id, **({"evse_uids": uids} if uids else {})}
