"""Where the parts meet that judge cards."""

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from emsp_adapter.api.authorizations import AuthorizationRoutes
from emsp_adapter.authorization import answers, charges
from emsp_adapter.authorization.answers import Answers
from emsp_adapter.authorization.charges import Charges
from emsp_adapter.authorization.holders import Holders
from emsp_adapter.authorization.judge import Judge
from emsp_adapter.authorization.numbers import AnswerNumbers
from emsp_adapter.authorization.places import KnownPlaces
from emsp_adapter.authorization.policy import Policy
from emsp_adapter.authorization.service import Authorization
from emsp_adapter.authorization.velocity import Speed
from emsp_adapter.contracts.store import Contracts
from emsp_adapter.contracts.verdict import Reason
from emsp_adapter.settings import EmspSettings
from ocpi.service.foundation import Foundation

INDEXES = (*answers.INDEXES, *charges.INDEXES)


@dataclass(frozen=True, slots=True)
class AuthorizationRoom:
    """`charges` has to hear of every session and of every bill that arrives."""

    authorization: Authorization
    judge: Judge
    charges: Charges
    routes: list[web.RouteDef]


def authorization_room(
    foundation: Foundation, settings: EmspSettings, contracts: Contracts
) -> AuthorizationRoom:
    supervisor, clock, policy = foundation.supervisor, foundation.clock, policy_of(settings)
    kept = Answers(mongo=foundation.mongo, supervisor=supervisor)
    charged = Charges(mongo=foundation.mongo, supervisor=supervisor, clock=clock)
    judge = Judge(
        holders=Holders(
            store=foundation.store,
            contracts=contracts,
            charges=charged,
            party=settings.own_party,
            supervisor=supervisor,
        ),
        places=KnownPlaces(store=foundation.store, supervisor=supervisor, clock=clock),
        policy=policy,
        clock=clock,
    )
    numbers = AnswerNumbers(foundation.metrics)
    authorization = Authorization(judge=judge, answers=kept, policy=policy, numbers=numbers)
    return AuthorizationRoom(authorization, judge, charged, AuthorizationRoutes(kept).routes())


def policy_of(settings: EmspSettings) -> Policy:
    return Policy(
        acts={
            Reason.TOO_MANY_AT_ONCE: settings.at_once,
            Reason.TOO_OFTEN: settings.too_often,
            Reason.TOO_FAR: settings.too_far,
        },
        speed=Speed(
            most=settings.too_often_answers,
            within=timedelta(minutes=settings.too_often_minutes),
            kmh=settings.too_far_kmh,
        ),
    )
